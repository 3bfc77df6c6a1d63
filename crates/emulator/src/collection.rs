//! The items of a list, in an order that every page can be read from directly.
//!
//! One ordered index has each item once for every value that lists filter by, and once for the list of
//! all. The items with a value are next to each other in it, in the order of the list, so a page with one
//! filter takes one descent to the cursor and one step for each item, however many items there are. A filter
//! with several values follows all of them at once.
//!
//! What is compared with bounds is in a second index, by its amount. Of a range with few items these are sorted;
//! of one with many, the list is read until the page is full: of a million items in any order, a page of 100
//! takes at most some ten thousand steps.
//!
//! The items of one filter are counted without looking at them. Of several filters the one with the fewest
//! items is followed, and the others are looked up for each of its items: a page takes as many steps as items
//! are passed over, and a count as many as that filter has items. The same is true of a count, and of an
//! `offset`, with several values of a property that is a list. An `offset` in a range also passes over each item.
//!
//! A generated item that has not changed is not kept: it is generated again from its age.

use std::collections::{BTreeSet, HashMap};
use std::ops::Bound;
use std::sync::Arc;

use serde_json::Value;
use wabi_tree::OSBTreeSet;

use crate::cursor::{Kind, Marks, amount_bits};
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
    /// The amounts that are compared with bounds: of which key, how much, and of which item.
    amounts: OSBTreeSet<(usize, i64, u32)>,
    amount_of: HashMap<ValueNumber, i64>,
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
            amounts: OSBTreeSet::new(),
            amount_of: HashMap::new(),
            due: BTreeSet::new(),
            due_of: HashMap::new(),
            recipe,
            keys,
        };
        let mut alive = Vec::new();
        let mut places = Vec::with_capacity(count * (1 + collection.keys.len()));
        let mut amounts = Vec::new();
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
            let start = collection.values.len();
            collection.values.extend(values.iter().map(|values| summary(values)));
            amounts.extend(collection.amounts_of(number, start));
            collection.generated.push((number_of(&facts.id), number));
            collection.entries.push(Some(Entry { order, own: None }));
            if live && facts.alive {
                alive.push(number);
            }
        }
        collection.spread_marks(&mut places);
        alive.into_iter().for_each(|number| collection.schedule(number, now));
        collection.generated.sort_unstable();
        // All at once: it is far quicker than one after the other, and fills the nodes of the trees.
        places.sort_unstable();
        collection.index = places.into_iter().collect();
        amounts.sort_unstable();
        collection.amounts = amounts.into_iter().collect();
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
        let Some(selection) = self.selection(&query.wanted, query.limit) else {
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
        let mut positions: Vec<Position> = Vec::new();
        let up = query.ascending != backward;
        for position in self.between(&selection, low, high, up).skip(skip) {
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
        let below = self.between(&selection, low, Some(lowest), false).next().is_some();
        let above = self.between(&selection, Some(highest), high, true).next().is_some();
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
        let Followed::Values(values) = &selection.followed else {
            return None;
        };
        let skip = skip.min(selection.count);
        if skip == 0 || !selection.is_counted() {
            return None;
        }
        // Counted from the lowest.
        let wanted = if ascending { skip } else { selection.count - skip + 1 };
        let first = |value: ValueNumber| rank(&self.index, Bound::Included(Place::new(value, Position::FIRST)));
        let at = |rank: usize| self.index.get_by_rank(rank).map(|place| place.position());
        if let [value] = values[..] {
            return at(first(value) + wanted - 1);
        }
        // The first in the list of all that has so many of the values at or before it.
        let all = first(ALL);
        let (mut low, mut high) = (0, self.counts[ALL as usize] - 1);
        while low < high {
            let middle = low + (high - low) / 2;
            let position = at(all + middle)?;
            let passed = |value: &ValueNumber| {
                let end = rank(&self.index, Bound::Excluded(Place::new(*value, position)));
                end - first(*value)
            };
            match values.iter().map(passed).sum::<usize>() < wanted {
                true => low = middle + 1,
                false => high = middle,
            }
        }
        at(all + low)
    }

    /// How many items match.
    pub(crate) fn count(&self, wanted: &[(usize, Wanted)]) -> usize {
        match self.selection(wanted, usize::MAX) {
            None => 0,
            Some(selection) if selection.is_counted() => selection.count,
            Some(selection) => self.between(&selection, None, None, true).count(),
        }
    }

    /// The places of a selection between two positions, both excluded, from the lowest up or from the highest down.
    fn between<'s>(
        &'s self,
        selection: &'s Selection,
        low: Option<Position>,
        high: Option<Position>,
        up: bool,
    ) -> Box<dyn Iterator<Item = Position> + 's> {
        let followed: Box<dyn Iterator<Item = Position>> = match &selection.followed {
            Followed::Values(values) => {
                let streams = values
                    .iter()
                    .map(|value| self.with_value(*value, low, high, up).peekable());
                let mut streams: Vec<_> = streams.collect();
                Box::new(std::iter::from_fn(move || {
                    let heads = streams.iter_mut().filter_map(|stream| stream.peek().copied());
                    let next = if up { heads.min() } else { heads.max() }?;
                    // An item with several of the values is in several streams.
                    for stream in &mut streams {
                        stream.next_if_eq(&next);
                    }
                    Some(next)
                }))
            }
            Followed::Amounts(key, least, most) => {
                let found = self.amounts.range((*key, *least, 0)..=(*key, *most, u32::MAX));
                let positions = found
                    .inspect(|_| visit())
                    .map(|(_, _, number)| self.position_of(*number));
                let mut positions: Vec<_> = positions
                    .filter(|position| low.is_none_or(|low| low < *position))
                    .filter(|position| high.is_none_or(|high| *position < high))
                    .collect();
                positions.sort_unstable();
                match up {
                    true => Box::new(positions.into_iter()),
                    false => Box::new(positions.into_iter().rev()),
                }
            }
        };
        Box::new(followed.filter(|position| {
            let mut others = selection.others.iter();
            others.all(|condition| self.fulfils(*position, condition))
        }))
    }

    /// The places of the items with one value.
    fn with_value(
        &self,
        value: ValueNumber,
        low: Option<Position>,
        high: Option<Position>,
        up: bool,
    ) -> Box<dyn Iterator<Item = Position> + '_> {
        if matches!((low, high), (Some(low), Some(high)) if low >= high) {
            // `range` panics where the ends are reversed.
            return Box::new(std::iter::empty());
        }
        let low = match low {
            Some(low) => Bound::Excluded(Place::new(value, low)),
            None => Bound::Included(Place::new(value, Position::FIRST)),
        };
        let high = match high {
            Some(high) => Bound::Excluded(Place::new(value, high)),
            None => Bound::Included(Place::new(value, Position::LAST)),
        };
        let places = self.index.range((low, high)).inspect(|_| visit());
        let positions = places.map(|place| place.position());
        if up {
            Box::new(positions)
        } else {
            Box::new(positions.rev())
        }
    }

    fn fulfils(&self, position: Position, condition: &Condition) -> bool {
        let value = self.values[position.number as usize * self.keys.len() + condition.key];
        match &condition.test {
            Test::OneOf(values) if value == SEVERAL => {
                let mut values = values.iter();
                values.any(|value| self.index.contains(&Place::new(*value, position)))
            }
            Test::OneOf(values) => values.binary_search(&value).is_ok(),
            Test::Between(least, most) => {
                let amount = self.amount_of.get(&value);
                amount.is_some_and(|amount| (least..=most).contains(&amount))
            }
        }
    }

    /// The selection of a query for so many items, or `None` where no item can match.
    fn selection(&self, wanted: &[(usize, Wanted)], limit: usize) -> Option<Selection> {
        let mut conditions: Vec<Condition> = Vec::new();
        for (key, wanted) in wanted {
            let test = match wanted {
                Wanted::OneOf(texts) => {
                    let names = &self.names[*key];
                    let found = texts.iter().filter_map(|text| names.get(self.current(*key, text)));
                    let mut values: Vec<_> = found.copied().collect();
                    values.sort_unstable();
                    values.dedup();
                    Test::OneOf(values)
                }
                Wanted::Between(least, most) => Test::Between(amount_bits(*least), amount_bits(*most)),
            };
            // Two filters of one property, of which an item has one value, are one filter.
            let earlier = conditions
                .iter_mut()
                .find(|one| one.key == *key && self.is_single(*key));
            match (earlier.map(|earlier| &mut earlier.test), test) {
                (Some(Test::OneOf(values)), Test::OneOf(others)) => values.retain(|value| others.contains(value)),
                (_, test) => conditions.push(Condition { key: *key, test }),
            }
        }
        let all = self.counts[ALL as usize];
        let counts: Vec<_> = conditions.iter().map(|condition| self.matches(condition)).collect();
        if counts.contains(&0) {
            return None;
        }
        // To sort a range, all of it is read. Otherwise one of so many items is in it.
        let can_follow = |place: &usize| match conditions[*place].test {
            Test::OneOf(_) => true,
            Test::Between(..) => counts[*place].saturating_mul(counts[*place]) <= all.saturating_mul(limit),
        };
        let fewest = (0..conditions.len())
            .filter(can_follow)
            .min_by_key(|place| counts[*place]);
        let Some(fewest) = fewest else {
            return Some(Selection {
                followed: Followed::Values(vec![ALL]),
                count: all,
                apart: true,
                others: conditions,
            });
        };
        let Condition { key, test } = conditions.swap_remove(fewest);
        let followed = match test {
            Test::OneOf(values) => Followed::Values(values),
            Test::Between(least, most) => Followed::Amounts(key, least, most),
        };
        Some(Selection {
            count: counts[fewest],
            apart: self.is_single(key) || matches!(&followed, Followed::Values(values) if values.len() == 1),
            followed,
            others: conditions,
        })
    }

    /// How many items fulfil a condition; those with several of the values count as often as they have one.
    fn matches(&self, condition: &Condition) -> usize {
        match &condition.test {
            Test::OneOf(values) => values.iter().map(|value| self.counts[*value as usize]).sum(),
            Test::Between(least, most) => {
                let end = rank(&self.amounts, Bound::Excluded((condition.key, *most, u32::MAX)));
                end.saturating_sub(rank(&self.amounts, Bound::Included((condition.key, *least, 0))))
            }
        }
    }

    /// What the second index has of the item whose values begin at a place.
    fn amounts_of(&self, number: u32, start: usize) -> Vec<(usize, i64, u32)> {
        let keys = self.keys.iter().enumerate().filter(|(_, key)| key.ranged);
        let amounts = keys.filter_map(|(key, _)| {
            let amount = self.amount_of.get(&self.values[start + key])?;
            Some((key, *amount, number))
        });
        amounts.collect()
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
                let magnitude = if self.keys[key].ranged { magnitude(&text) } else { None };
                let next = self.counts.len() as ValueNumber;
                let value = *self.names[key].entry(text).or_insert(next);
                if value == next {
                    self.counts.push(0);
                    if let Some(amount) = magnitude {
                        self.amount_of.insert(value, amount_bits(amount));
                    }
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
        for amount in self.amounts_of(number, start) {
            self.amounts.remove(&amount);
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
        let start = number as usize * keys;
        for (key, values) in values.iter().enumerate() {
            self.values[start + key] = summary(values);
        }
        self.amounts.extend(self.amounts_of(number, start));
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

/// What is followed through an index, and what its items have to be besides.
struct Selection {
    followed: Followed,
    /// How many items are followed, and whether each is once among them.
    count: usize,
    apart: bool,
    others: Vec<Condition>,
}

impl Selection {
    /// Whether it is known how many items match.
    fn is_counted(&self) -> bool {
        self.others.is_empty() && self.apart
    }
}

enum Followed {
    /// Any of these values.
    Values(Vec<ValueNumber>),
    /// A key, and its amounts from one to another.
    Amounts(usize, i64, i64),
}

struct Condition {
    key: usize,
    test: Test,
}

enum Test {
    /// In order.
    OneOf(Vec<ValueNumber>),
    Between(i64, i64),
}

/// How many come before the first that is within a lower bound.
fn rank<T: Ord + Clone>(set: &OSBTreeSet<T>, bound: Bound<T>) -> usize {
    let first = set.range((bound, Bound::Unbounded)).next();
    first.and_then(|first| set.rank_of(first)).unwrap_or(set.len())
}

#[cfg(test)]
thread_local! {
    static VISITED: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// Counts, in tests, the places that are looked at.
fn visit() {
    #[cfg(test)]
    VISITED.set(VISITED.get() + 1);
}

fn summary(values: &[ValueNumber]) -> ValueNumber {
    match values {
        [] => NONE,
        [value] => *value,
        _ => SEVERAL,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Items without content: with one of five colors, another size each, and two tags.
    struct Made(usize);

    const COLOR: usize = 0;
    const SIZE: usize = 1;
    const TAGS: usize = 2;

    impl Recipe for Made {
        fn count(&self) -> usize {
            self.0
        }

        fn facts(&self, age: u64) -> Facts {
            let tags = vec![format!("a{}", age % 3), format!("b{}", age % 7)];
            let size = age * 7_919 % self.0 as u64;
            Facts {
                id: age.to_string(),
                cursor: None,
                time: -age.cast_signed(),
                values: vec![vec![(age % 5).to_string()], vec![size.to_string()], tags],
                alive: false,
            }
        }

        fn item(&self, age: u64) -> Value {
            age.into()
        }

        fn facts_of(&self, item: &Value) -> Facts {
            self.facts(item.as_u64().unwrap())
        }

        fn wait(&self, _: &Value) -> Option<i64> {
            None
        }

        fn advance(&self, _: &mut Value, _: i64) {}
    }

    fn collection(count: usize) -> Collection {
        let key = |ranged, several| Key {
            ranged,
            several,
            ..Key::default()
        };
        let keys = vec![key(false, false), key(true, false), key(false, true)];
        Collection::new(Arc::new(Made(count)), keys, None, false, 0)
    }

    fn one_of(key: usize, values: &[&str]) -> (usize, Wanted) {
        (
            key,
            Wanted::OneOf(values.iter().map(|value| (*value).to_owned()).collect()),
        )
    }

    /// Filters by name. A share of the sizes is from 0 to 1.
    fn styles(count: usize) -> Vec<(&'static str, Vec<(usize, Wanted)>)> {
        let sizes = |share: f64| (SIZE, Wanted::Between(0.0, count as f64 * share - 1.0));
        vec![
            ("all", vec![]),
            ("a color", vec![one_of(COLOR, &["3"])]),
            ("two colors", vec![one_of(COLOR, &["3", "1", "3"])]),
            (
                "two colors and another two",
                vec![one_of(COLOR, &["3", "1"]), one_of(COLOR, &["1", "2"])],
            ),
            ("a tag", vec![one_of(TAGS, &["b4"])]),
            ("two tags", vec![one_of(TAGS, &["a2", "b4"])]),
            ("many sizes", vec![sizes(0.5)]),
            ("few sizes", vec![(SIZE, Wanted::Between(100.0, 120.0))]),
            ("a color and a tag", vec![one_of(COLOR, &["3"]), one_of(TAGS, &["a2"])]),
            ("two tags of each", vec![one_of(TAGS, &["a2"]), one_of(TAGS, &["b4"])]),
            ("a color and many sizes", vec![one_of(COLOR, &["3"]), sizes(0.5)]),
        ]
    }

    fn ages(page: &Page) -> Vec<u64> {
        let age = |content: &Content| match content {
            Content::Generated(age) => *age,
            Content::Own(item) => item.as_u64().unwrap(),
        };
        page.items.iter().map(age).collect()
    }

    #[test]
    fn pages_and_counts_are_those_of_the_items_that_match() {
        let mut collection = collection(200);
        // Items that come later are as those that were there.
        for age in (0..200).step_by(3) {
            collection.replace(age.into(), 0);
        }
        for age in (0..200).step_by(10) {
            collection.remove(&age.to_string());
        }
        for (name, wanted) in styles(200) {
            let facts = |age: u64| Made(200).facts(age);
            let fulfils = |age: &u64| {
                wanted.iter().all(|(key, wanted)| {
                    facts(*age).values[*key].iter().any(|value| match wanted {
                        Wanted::OneOf(values) => values.contains(value),
                        Wanted::Between(low, high) => (*low..=*high).contains(&value.parse().unwrap()),
                    })
                })
            };
            let mut expected: Vec<_> = (0..200).filter(|age| age % 10 != 0).filter(fulfils).collect();
            assert_eq!(collection.count(&wanted), expected.len(), "{name}");
            for ascending in [false, true] {
                let page = |start, limit| {
                    let wanted = wanted.clone();
                    collection.page(&Query {
                        wanted,
                        ascending,
                        limit,
                        start,
                    })
                };
                for skip in 0..expected.len() + 2 {
                    let found = page(Start::Skip(skip), 4);
                    let rest = &expected[skip.min(expected.len())..];
                    assert_eq!(ages(&found), rest[..rest.len().min(4)], "{name} {skip}");
                    assert_eq!(found.next, rest.len() > 4, "{name} {skip}");
                }
                for at in 0..expected.len() {
                    let position = collection.position_of_id(&expected[at].to_string());
                    let after = page(
                        Start::Cursors {
                            after: position,
                            before: None,
                        },
                        3,
                    );
                    assert_eq!(
                        ages(&after),
                        expected[at + 1..].iter().copied().take(3).collect::<Vec<_>>(),
                        "{name}"
                    );
                    let before = page(
                        Start::Cursors {
                            after: None,
                            before: position,
                        },
                        3,
                    );
                    assert_eq!(ages(&before), expected[at.saturating_sub(3)..at], "{name} {at}");
                    assert_eq!(before.previous, at > 3, "{name} {at}");
                }
                expected.reverse();
            }
        }
    }

    /// How many places are looked at.
    fn visited<T>(act: impl FnOnce() -> T) -> usize {
        VISITED.set(0);
        act();
        VISITED.get()
    }

    #[test]
    fn a_page_looks_at_as_few_places_among_many_items() {
        let (few, many) = (collection(1_000), collection(100_000));
        let looked = |collection: &Collection, style: usize, start: &Start| {
            let count = collection.counts[ALL as usize];
            let wanted = styles(count).swap_remove(style).1;
            let start = start.clone();
            visited(|| {
                collection.page(&Query {
                    wanted,
                    ascending: false,
                    limit: 10,
                    start,
                })
            })
        };
        for (style, (name, _)) in styles(0).into_iter().enumerate() {
            for share in [0.0, 0.5, 0.99] {
                let cursor = |collection: &Collection| {
                    let age = collection.counts[ALL as usize] as f64 * share;
                    Start::Cursors {
                        after: collection.position_of_id(&age.to_string()),
                        before: None,
                    }
                };
                let (small, large) = (looked(&few, style, &cursor(&few)), looked(&many, style, &cursor(&many)));
                assert!((1..250).contains(&large), "{name} {share}: {small}, then {large}");
            }
        }
        // An offset, where the items before it are counted.
        for style in 0..5 {
            let large = looked(&many, style, &Start::Skip(10_000));
            assert!(large < 50, "{}: {large}", styles(0)[style].0);
        }
        // Of ranges of any size, the one that takes most.
        let most = (0..17).map(|power| {
            let wanted = vec![(SIZE, Wanted::Between(0.0, f64::from(1 << power)))];
            let start = Start::Skip(0);
            visited(|| {
                many.page(&Query {
                    wanted,
                    ascending: false,
                    limit: 10,
                    start,
                })
            })
        });
        assert!(most.max().unwrap() < 5_000);
    }

    #[test]
    fn one_filter_is_counted_without_looking_at_its_items() {
        let collection = collection(100_000);
        for (name, wanted) in styles(100_000) {
            let looked = visited(|| collection.count(&wanted));
            match name {
                // At each item with one of them, at some twice.
                "two tags" => assert_eq!(looked, 33_333 + 14_286),
                // At those of the rarer filter.
                "a color and a tag" | "a color and many sizes" => assert!(looked <= 20_002, "{name}: {looked}"),
                "two tags of each" => assert!(looked <= 14_287, "{name}: {looked}"),
                _ => assert_eq!(looked, 0, "{name}"),
            }
        }
    }
}
