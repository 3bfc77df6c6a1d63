//! How a list is paged, as the document describes it.

/// How a list is paged, as the document describes it.
pub struct Pagination<T> {
    /// The query parameter for the items after a cursor.
    pub forward: &'static str,
    /// The query parameter for the items before a cursor.
    pub backward: Option<&'static str>,
    /// Reads the cursor of an item from the property below.
    pub cursor: fn(&T, &str) -> Option<String>,
    /// The property that the cursor is read from.
    pub cursor_property: &'static str,
    /// The response header that says whether more follow.
    pub has_more: Option<&'static str>,
    /// The query parameter for the size of a page.
    pub limit: Option<&'static str>,
    /// The size of a page where the request sets none.
    pub default_limit: Option<u64>,
    /// The response header with the size that was applied.
    pub applied_limit: Option<&'static str>,
}

// By hand: a derive would demand `T: Clone`, and a pagination has no value of type `T`.
impl<T> Clone for Pagination<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Pagination<T> {}

impl<T> Pagination<T> {
    /// The same for items of another type.
    pub const fn of<U>(self, cursor: fn(&U, &str) -> Option<String>) -> Pagination<U> {
        Pagination {
            forward: self.forward,
            backward: self.backward,
            cursor,
            cursor_property: self.cursor_property,
            has_more: self.has_more,
            limit: self.limit,
            default_limit: self.default_limit,
            applied_limit: self.applied_limit,
        }
    }

    /// The cursor of an item.
    pub(crate) fn cursor_of(&self, item: &T) -> Option<String> {
        (self.cursor)(item, self.cursor_property)
    }
}
