//! The items of a list, in an order that every page can be read from directly.
//!
//! One ordered index has each item once for every value that lists filter by, and once for the list of
//! all. The items with a value are next to each other in it, in the order of the list, so a page with one
//! filter takes one descent to the cursor and one step for each item, however many items there are. Of
//! several filters the one with the fewest items is followed, and the others are looked up for each of its
//! items.
//!
//! A generated item that has not changed is not kept: it is generated again from its age.

use std::collections::{BTreeSet, HashMap};
use std::ops::Bound;
use std::sync::Arc;

use serde_json::Value;
use wabi_tree::OSBTreeSet;

use crate::cursor::{Kind, Marks};
use crate::random::number_of;
use crate::recipe::{Facts, Recipe, magnitude};
use crate::resource::Key;

/// A list: the place of its resource, and the values of the parameters in its path.
pub(crate) type ListName = (usize, Vec<String>);

/// The place of an item in a list: by its time of creation, or by the mark of its cursor where that is not the id, and
/// within the same by the order of insertion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Position {
    order: i64,
    number: u32,
}

/// The order of items without the property that is the cursor.
const NO_CURSOR: i64 = i64::MIN;

impl Position {
    const FIRST: Self = Self {
        order: i64::MIN,
        number: 0,
    };
    const LAST: Self = Self {
        order: i64::MAX,
        number: u32::MAX,
    };
}

/// A value of a key, numbered in order of appearance; 0 is the list of all.
type ValueNumber = u32;
const ALL: ValueNumber = 0;
/// An item has no value for a key, or several.
const NONE: ValueNumber = u32::MAX;
const SEVERAL: ValueNumber = u32::MAX - 1;

/// A place in the index. The fields are in the order that they are compared in, and take 16 bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    value: ValueNumber,
    order: i64,
    number: u32,
}

impl Place {
    fn new(value: ValueNumber, position: Position) -> Self {
        Self {
            value,
            order: position.order,
            number: position.number,
        }
    }

    fn position(self) -> Position {
        Position {
            order: self.order,
            number: self.number,
        }
    }
}

/// An item, or the age that it is made from.
#[derive(Clone)]
pub(crate) enum Content {
    Generated(u64),
    Own(Arc<Value>),
}

struct Entry {
    order: i64,
    /// None for one that is as it was generated.
    own: Option<Arc<Value>>,
}

/// The query for a page.
#[derive(Clone, Debug)]
pub(crate) struct Query {
    /// Keys, each with what one of an item's values has to be.
    pub(crate) wanted: Vec<(usize, Wanted)>,
    pub(crate) ascending: bool,
    pub(crate) limit: usize,
    pub(crate) start: Start,
}

/// What a value has to be.
#[derive(Clone, Debug)]
pub(crate) enum Wanted {
    OneOf(Vec<String>),
    /// A number or a time that is not below one and not above the other.
    Between(f64, f64),
}

/// Where a page begins.
#[derive(Clone, Debug)]
pub(crate) enum Start {
    /// Behind one item, before another, or both; each with all items that have the same cursor.
    Cursors {
        after: Option<Position>,
        before: Option<Position>,
    },
    /// Behind so many items.
    Skip(usize),
}

/// A page, in the order of the list.
#[derive(Default)]
pub(crate) struct Page {
    pub(crate) items: Vec<Content>,
    /// Whether more follow in the direction of reading.
    pub(crate) has_more: bool,
    /// Whether a page follows the last item of this one, or comes before its first.
    pub(crate) next: bool,
    pub(crate) previous: bool,
}

pub(crate) struct Collection {
    recipe: Arc<dyn Recipe>,
    keys: Vec<Key>,
    live: bool,
    /// Whether it has other items than those that it was made with.
    changed: bool,
    /// By number; `None` where an item was removed. The generated ones come first, the oldest at 0.
    entries: Vec<Option<Entry>>,
    /// The value of each key for each entry.
    values: Vec<ValueNumber>,
    /// The hashes of the ids of generated items, in order, with their numbers.
    generated: Vec<(u64, u32)>,
    /// The numbers of the others by their ids.
    own: HashMap<String, u32>,
    /// Where removed items were, so that they still serve as cursors.
    removed: HashMap<String, Position>,
    /// Where items are and were, by their cursors; for a list whose cursors are not the ids.
    marks: Option<Marks>,
    names: Vec<HashMap<String, ValueNumber>>,
    /// How many items have a value, by its number.
    counts: Vec<usize>,
    index: OSBTreeSet<Place>,
    /// When items change, and which.
    due: BTreeSet<(i64, u32)>,
    due_of: HashMap<u32, i64>,
}

impl Collection {
    /// The generated items. If they are live, they progress from `now`, in Unix seconds.
    pub(crate) fn new(recipe: Arc<dyn Recipe>, keys: Vec<Key>, cursor: Option<Kind>, live: bool, now: i64) -> Self {
        let count = recipe.count();
        let mut collection = Self {
            live,
            changed: false,
            entries: Vec::with_capacity(count),
            values: Vec::with_capacity(count * keys.len()),
            generated: Vec::with_capacity(count),
            own: HashMap::new(),
            removed: HashMap::new(),
            marks: cursor.map(Marks::new),
            names: vec![HashMap::new(); keys.len()],
            counts: vec![0],
            index: OSBTreeSet::new(),
            due: BTreeSet::new(),
            due_of: HashMap::new(),
            recipe,
            keys,
        };
        let mut alive = Vec::new();
        let mut places = Vec::with_capacity(count * (1 + collection.keys.len()));
        // The oldest first, so that the numbers ascend with the time.
        for age in (0..count as u64).rev() {
            let facts = collection.recipe.facts(age);
            let number = collection.entries.len() as u32;
            let order = match (&mut collection.marks, &facts.cursor) {
                (None, _) => facts.time,
                (Some(marks), Some(cursor)) => marks.add_unordered(cursor),
                (Some(_), None) => NO_CURSOR,
            };
            let position = Position { order, number };
            let values = collection.number_values(&facts);
            places.push(Place::new(ALL, position));
            collection.counts[ALL as usize] += 1;
            for value in values.iter().flatten() {
                places.push(Place::new(*value, position));
                collection.counts[*value as usize] += 1;
            }
            collection.values.extend(values.iter().map(|values| summary(values)));
            collection.generated.push((number_of(&facts.id), number));
            collection.entries.push(Some(Entry { order, own: None }));
            if live && facts.alive {
                alive.push(number);
            }
        }
        collection.spread_marks(&mut places);
        alive.into_iter().for_each(|number| collection.schedule(number, now));
        collection.generated.sort_unstable();
        // All at once, which is far quicker than one after the other, and leaves no room in the nodes.
        places.sort_unstable();
        collection.index = places.into_iter().collect();
        collection
    }

    pub(crate) fn recipe(&self) -> Arc<dyn Recipe> {
        Arc::clone(&self.recipe)
    }

    /// How many entries there have been, those that were removed among them.
    pub(crate) fn entries(&self) -> u64 {
        self.entries.len() as u64
    }

    pub(crate) fn is_changed(&self) -> bool {
        self.changed
    }

    pub(crate) fn contains(&self, id: &str) -> bool {
        self.number(id).is_some()
    }

    pub(crate) fn get(&self, id: &str) -> Option<Arc<Value>> {
        Some(self.item(self.number(id)?))
    }

    /// Adds an item with an id that no other has. `now` is when it came, in Unix seconds.
    pub(crate) fn insert(&mut self, item: Value, now: i64) {
        self.changed = true;
        let number = self.entries.len() as u32;
        let facts = self.recipe.facts_of(&item);
        self.removed.remove(&facts.id);
        self.own.insert(facts.id.clone(), number);
        self.entries.push(None);
        self.values.extend(std::iter::repeat_n(NONE, self.keys.len()));
        self.fill(number, item, &facts, now);
    }

    /// Puts another item in the place of the one with the same id.
    pub(crate) fn replace(&mut self, item: Value, now: i64) {
        let facts = self.recipe.facts_of(&item);
        if let Some(number) = self.number(&facts.id) {
            self.changed = true;
            self.clear(number);
            self.fill(number, item, &facts, now);
        }
    }

    pub(crate) fn remove(&mut self, id: &str) -> Option<Arc<Value>> {
        let number = self.number(id)?;
        let item = self.item(number);
        self.changed = true;
        let position = self.clear(number);
        self.own.remove(id);
        self.removed.insert(id.to_owned(), position);
        Some(item)
    }

    /// Advances the time to `now`, in Unix seconds.
    pub(crate) fn advance(&mut self, now: i64) {
        while let Some(&(due, number)) = self.due.first()
            && due <= now
        {
            let mut item = Arc::unwrap_or_clone(self.item(number));
            self.clear(number);
            self.recipe.advance(&mut item, due);
            let facts = self.recipe.facts_of(&item);
            self.fill(number, item, &facts, due);
        }
    }

    /// Every item, the last of the list first.
    pub(crate) fn all(&self) -> Vec<Content> {
        let everything = Place::new(ALL, Position::FIRST)..=Place::new(ALL, Position::LAST);
        let places = self.index.range(everything).rev();
        places.map(|place| self.content(place.number)).collect()
    }

    /// Where an id that is a cursor leads: to its item, or to where that was before it was removed.
    pub(crate) fn position_of_id(&self, id: &str) -> Option<Position> {
        match self.number(id) {
            Some(number) => Some(self.position_of(number)),
            None => self.removed.get(id).copied(),
        }
    }

    /// The same for a cursor that is not the id: to any of the items that have it.
    pub(crate) fn position_of_cursor(&self, cursor: &str) -> Option<Position> {
        let order = self.marks.as_ref()?.find(cursor)?;
        Some(Position { order, number: 0 })
    }

    pub(crate) fn page(&self, query: &Query) -> Page {
        let Some(selection) = self.selection(&query.wanted) else {
            return Page::default();
        };
        let (after, before, skip) = match query.start {
            Start::Cursors { after, before } => (after, before, 0),
            Start::Skip(skip) => match self.last_of(&selection, query.ascending, skip) {
                Some(last) => (Some(last), None, 0),
                None => (None, None, skip),
            },
        };
        let (mut low, mut high) = match query.ascending {
            true => (after, before),
            false => (before, after),
        };
        // All items with the same cursor are on one page, which may be longer for that: a cursor cannot lead to the
        // second of them. So a page begins behind all of them, and goes on until it has all of its last.
        if self.marks.is_some() {
            low = low.map(|low| Position {
                number: u32::MAX,
                ..low
            });
            high = high.map(|high| Position { number: 0, ..high });
        }
        // Behind one without a cursor nothing can be found, so others follow on its page.
        let belongs = |last: &Position, position: &Position| {
            self.marks.is_some() && (last.order == position.order || last.order == NO_CURSOR)
        };
        // A request with only `before` gets the items nearest to that one.
        let backward = before.is_some() && after.is_none();
        let range = self.between(&selection, low, high);
        let range: Box<dyn Iterator<Item = Position>> = match query.ascending == backward {
            true => Box::new(range.rev()),
            false => Box::new(range),
        };
        let mut positions: Vec<Position> = Vec::new();
        for position in range.skip(skip) {
            if positions.len() >= query.limit && !positions.last().is_some_and(|last| belongs(last, &position)) {
                break;
            }
            positions.push(position);
        }
        if backward {
            positions.reverse();
        }
        let (Some(&first), Some(&last)) = (positions.first(), positions.last()) else {
            return Page::default();
        };

        // Both cursors together are the ends of what is read; one alone is only where it starts.
        let (low, high) = match after.is_some() && before.is_some() {
            true => (low, high),
            false => (None, None),
        };
        let (lowest, highest) = match query.ascending {
            true => (first, last),
            false => (last, first),
        };
        let below = self.between(&selection, low, Some(lowest)).next_back().is_some();
        let above = self.between(&selection, Some(highest), high).next().is_some();
        let (previous, next) = match query.ascending {
            true => (below, above),
            false => (above, below),
        };
        Page {
            items: positions.iter().map(|position| self.content(position.number)).collect(),
            has_more: if backward { previous } else { next },
            next,
            previous,
        }
    }

    /// The last of the first `skip` items of a selection; `None` where there is none, or where it is found only by
    /// looking at each item.
    fn last_of(&self, selection: &Selection, ascending: bool, skip: usize) -> Option<Position> {
        let count = self.counts[selection.followed as usize];
        let skip = skip.min(count);
        if skip == 0 || !selection.others.is_empty() {
            return None;
        }
        let first = self
            .index
            .range(Place::new(selection.followed, Position::FIRST)..)
            .next()?;
        let first = self.index.rank_of(first)?;
        let rank = match ascending {
            true => first + skip - 1,
            false => first + count - skip,
        };
        self.index.get_by_rank(rank).map(|place| place.position())
    }

    /// How many items match.
    pub(crate) fn count(&self, wanted: &[(usize, Wanted)]) -> usize {
        match self.selection(wanted) {
            None => 0,
            Some(selection) if selection.others.is_empty() => self.counts[selection.followed as usize],
            Some(selection) => self.between(&selection, None, None).count(),
        }
    }

    /// The places of a selection between two positions, both excluded.
    fn between(
        &self,
        selection: &Selection,
        low: Option<Position>,
        high: Option<Position>,
    ) -> impl DoubleEndedIterator<Item = Position> {
        let value = selection.followed;
        let empty = matches!((low, high), (Some(low), Some(high)) if low >= high);
        let low = match low {
            Some(low) => Bound::Excluded(Place::new(value, low)),
            None => Bound::Included(Place::new(value, Position::FIRST)),
        };
        let high = match high {
            Some(high) => Bound::Excluded(Place::new(value, high)),
            None => Bound::Included(Place::new(value, Position::LAST)),
        };
        // `range` panics where the ends are reversed.
        let range = (!empty).then(|| self.index.range((low, high)));
        let positions = range.into_iter().flatten().map(|place| place.position());
        positions.filter(|position| {
            let mut others = selection.others.iter();
            others.all(|(key, values)| self.has(*position, *key, values))
        })
    }

    /// Whether an item has one of some values.
    fn has(&self, position: Position, key: usize, values: &[ValueNumber]) -> bool {
        match self.values[position.number as usize * self.keys.len() + key] {
            SEVERAL => values
                .iter()
                .any(|value| self.index.contains(&Place::new(*value, position))),
            value => values.binary_search(&value).is_ok(),
        }
    }

    /// The selection of a query, or `None` where no item can match.
    fn selection(&self, wanted: &[(usize, Wanted)]) -> Option<Selection> {
        let mut others: Vec<(usize, Vec<ValueNumber>)> = Vec::new();
        for (key, wanted) in wanted {
            let names = &self.names[*key];
            let mut numbers: Vec<_> = match wanted {
                Wanted::OneOf(texts) => {
                    let found = texts.iter().filter_map(|text| names.get(self.current(*key, text)));
                    found.copied().collect()
                }
                Wanted::Between(low, high) => {
                    let is_between = |text: &str| magnitude(text).is_some_and(|value| (*low..=*high).contains(&value));
                    let found = names.iter().filter(|(text, _)| is_between(text));
                    found.map(|(_, number)| *number).collect()
                }
            };
            numbers.sort_unstable();
            // Two filters of one property without a common value.
            let apart = others.iter().any(|(other, values)| {
                other == key && !values.iter().any(|value| numbers.contains(value)) && self.is_single(*key)
            });
            if numbers.is_empty() || apart {
                return None;
            }
            others.push((*key, numbers));
        }
        let single = others.iter().enumerate().filter(|(_, (_, values))| values.len() == 1);
        let rarest = single.min_by_key(|(_, (_, values))| self.counts[values[0] as usize]);
        let followed = match rarest.map(|(place, _)| place) {
            Some(place) => others.remove(place).1[0],
            None => ALL,
        };
        Some(Selection { followed, others })
    }

    /// Whether no item has several values of a key.
    fn is_single(&self, key: usize) -> bool {
        !self.keys[key].several
    }

    /// The current spelling.
    fn current<'t>(&'t self, key: usize, text: &'t str) -> &'t str {
        self.keys[key].aliases.get(text).map_or(text, String::as_str)
    }

    fn number_values(&mut self, facts: &Facts) -> Vec<Vec<ValueNumber>> {
        let mut all = Vec::with_capacity(self.keys.len());
        for (key, texts) in facts.values.iter().enumerate() {
            let mut values: Vec<ValueNumber> = Vec::with_capacity(texts.len());
            for text in texts {
                let text = self.current(key, text).to_owned();
                let next = self.counts.len() as ValueNumber;
                let value = *self.names[key].entry(text).or_insert(next);
                if value == next {
                    self.counts.push(0);
                }
                if !values.contains(&value) {
                    values.push(value);
                }
            }
            all.push(values);
        }
        all
    }

    fn number(&self, id: &str) -> Option<u32> {
        if let Some(&number) = self.own.get(id) {
            return Some(number);
        }
        let hash = number_of(id);
        let start = self.generated.partition_point(|(other, _)| *other < hash);
        let same = self.generated[start..].iter().take_while(|(other, _)| *other == hash);
        same.map(|(_, number)| *number).find(|number| {
            let is_there = self.entries[*number as usize].is_some();
            is_there && self.recipe.facts(self.age(*number)).id == id
        })
    }

    /// The age of a generated item.
    fn age(&self, number: u32) -> u64 {
        self.generated.len() as u64 - 1 - u64::from(number)
    }

    fn entry(&self, number: u32) -> &Entry {
        self.entries[number as usize]
            .as_ref()
            .expect("what is indexed is there")
    }

    fn position_of(&self, number: u32) -> Position {
        Position {
            order: self.entry(number).order,
            number,
        }
    }

    fn content(&self, number: u32) -> Content {
        match &self.entry(number).own {
            Some(item) => Content::Own(Arc::clone(item)),
            None => Content::Generated(self.age(number)),
        }
    }

    fn item(&self, number: u32) -> Arc<Value> {
        match self.content(number) {
            Content::Own(item) => item,
            Content::Generated(age) => Arc::new(self.recipe.item(age)),
        }
    }

    /// Removes the item with a number from everything but `own`; returns where it was.
    fn clear(&mut self, number: u32) -> Position {
        let position = self.position_of(number);
        let keys = self.keys.len();
        let start = number as usize * keys;
        let known = &self.values[start..start + keys];
        let values: Vec<_> = match known.contains(&SEVERAL) {
            true => {
                let facts = self.recipe.facts_of(&self.item(number));
                self.number_values(&facts).into_iter().flatten().collect()
            }
            false => known.iter().copied().filter(|value| *value != NONE).collect(),
        };
        for value in values.into_iter().chain([ALL]) {
            if self.index.remove(&Place::new(value, position)) {
                self.counts[value as usize] -= 1;
            }
        }
        self.values[start..start + keys].fill(NONE);
        self.entries[number as usize] = None;
        if let Some(due) = self.due_of.remove(&number) {
            self.due.remove(&(due, number));
        }
        position
    }

    /// Inserts an item under a free number.
    fn fill(&mut self, number: u32, item: Value, facts: &Facts, now: i64) {
        let order = self.order(facts);
        let position = Position { order, number };
        let values = self.number_values(facts);
        for value in values.iter().flatten().copied().chain([ALL]) {
            if self.index.insert(Place::new(value, position)) {
                self.counts[value as usize] += 1;
            }
        }
        let keys = self.keys.len();
        for (key, values) in values.iter().enumerate() {
            self.values[number as usize * keys + key] = summary(values);
        }
        self.entries[number as usize] = Some(Entry {
            order,
            own: Some(Arc::new(item)),
        });
        if self.live && facts.alive {
            self.schedule(number, now);
        }
    }

    fn order(&mut self, facts: &Facts) -> i64 {
        let Some(marks) = &mut self.marks else {
            return facts.time;
        };
        let Some(cursor) = &facts.cursor else {
            return NO_CURSOR;
        };
        marks.add(cursor).unwrap_or_else(|| {
            let mut places: Vec<_> = self.index.iter().copied().collect();
            self.spread_marks(&mut places);
            self.index = places.into_iter().collect();
            self.order(facts)
        })
    }

    /// Spreads the marks, in the entries and in these places too.
    fn spread_marks(&mut self, places: &mut [Place]) {
        let Some(marks) = &mut self.marks else {
            return;
        };
        let moved = marks.spread();
        let entries = self.entries.iter_mut().flatten().map(|entry| &mut entry.order);
        for order in entries.chain(places.iter_mut().map(|place| &mut place.order)) {
            *order = moved.get(order).copied().unwrap_or(NO_CURSOR);
        }
    }

    fn schedule(&mut self, number: u32, now: i64) {
        if let Some(wait) = self.recipe.wait(&self.item(number)) {
            let due = now.saturating_add(wait);
            self.due.insert((due, number));
            self.due_of.insert(number, due);
        }
    }
}

/// What is followed through the index, and what its items are looked up for.
struct Selection {
    followed: ValueNumber,
    others: Vec<(usize, Vec<ValueNumber>)>,
}

fn summary(values: &[ValueNumber]) -> ValueNumber {
    match values {
        [] => NONE,
        [value] => *value,
        _ => SEVERAL,
    }
}
