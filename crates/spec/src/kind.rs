//! The kinds of objects that a document has.

/// The kind of an object of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// The outermost object.
    Document,
    /// The operations of a path, of an expression of a callback, or of a webhook.
    PathItem,
    /// An operation: a method of a path.
    Operation,
    /// A parameter of an operation or of a path item.
    Parameter,
    /// A header of a response or of a part of a body.
    Header,
    /// The body of a request.
    RequestBody,
    /// A body of one media type.
    MediaType,
    /// The encoding of a property of a form.
    Encoding,
    /// A response.
    Response,
    /// A schema.
    Schema,
    /// An example that has a name.
    Example,
    /// A link.
    Link,
    /// A security scheme.
    SecurityScheme,
    /// A server.
    Server,
    /// A variable of a server's URL.
    ServerVariable,
    /// A tag.
    Tag,
    /// Anything else, such as `info`.
    Other,
}
