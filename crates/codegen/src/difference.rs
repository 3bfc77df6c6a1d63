//! The public items in which the clients of two documents differ, found without generating the rest.
//!
//! Both documents are lowered completely, so that every name is the same as in the client. What is equal in both
//! models is then removed, and progenitor and emit only get the rest.

use std::collections::{BTreeSet, HashMap, HashSet};

use ittybit_spec::{Diagnostics, Document};
use openapiv3::{ReferenceOr, Schema};

use crate::lower::{Lowered, Schemas};
use crate::model::{Format, Model, Operation, Success};
use crate::surface::Entry;
use crate::{emit, engine, lower, surface};

/// A public item of a client, or a member of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicItem {
    /// The line of the item, as [`surface`](crate::surface()) writes it.
    pub item: String,
    /// The line of the member; empty for the item itself.
    pub member: String,
    /// The name of the type that the item is, or that it is an `impl` of, without `types::`: `Pet`,
    /// `builder::PetBuilder`.
    pub ty: String,
    /// The name of the member.
    pub name: String,
    /// For each part of it, the places in the document that the part comes from: JSON pointers. Only the result of
    /// `send` has two parts, where both the pagination and the type of the response differ.
    pub places: Vec<Vec<String>>,
}

pub(crate) type Items = Result<Vec<PublicItem>, Diagnostics>;

pub(crate) fn between(documents: [&Document; 2], crate_name: &str) -> [Items; 2] {
    let [old, new] = documents.map(lower::lower);
    let (mut old, mut new) = match (old, new) {
        (Ok(old), Ok(new)) => (old, new),
        (old, new) => return [old, new].map(|lowered| lowered.map(|_| Vec::new())),
    };
    let kept = Kept::of([&old, &new]);
    for lowered in [&mut old, &mut new] {
        kept.cut(lowered);
    }
    [(&old, &new), (&new, &old)].map(|(lowered, other)| items(lowered, &other.model, crate_name))
}

fn items(lowered: &Lowered, other: &Model, crate_name: &str) -> Items {
    let file = engine::run(lowered)?;
    let model = &lowered.model;
    let (file, ..) =
        emit::emit(file, model, crate_name, None).map_err(|error| emit::unexpected(&lowered.document, &error))?;
    let places = Places::of(model, other);
    let entries = surface::entries(&file).into_iter();
    let item = |Entry { of, line }| {
        let (ty, name) = (type_name(&of), member_name(&line));
        PublicItem {
            places: places.get(ty, name),
            ty: ty.to_owned(),
            name: name.to_owned(),
            item: of,
            member: line,
        }
    };
    Ok(entries.map(item).collect())
}

/// Types and operations that are not the same in both models.
struct Kept {
    types: HashSet<String>,
    operations: HashSet<String>,
    conversions: HashSet<(String, String)>,
}

impl Kept {
    fn of(both: [&Lowered; 2]) -> Self {
        let [old, new] = both.map(|lowered| &lowered.model);
        let differing = |texts: fn(&Lowered) -> HashMap<&str, String>| {
            let [old, new] = both.map(texts);
            let names = old.keys().chain(new.keys()).copied();
            let names: HashSet<String> = names
                .filter(|name| old.get(name) != new.get(name))
                .map(str::to_owned)
                .collect();
            names
        };
        let mut types = differing(types);
        let mut operations = differing(|lowered| {
            let operations = lowered.model.operations.iter();
            operations
                .map(|(name, item)| (name.as_str(), format!("{item:?}")))
                .collect()
        });
        // Aliases are replaced by their types in operations and unions.
        if types
            .iter()
            .any(|name| old.aliases.contains_key(name) || new.aliases.contains_key(name))
        {
            for model in [old, new] {
                operations.extend(model.operations.keys().cloned());
                types.extend(model.unions.keys().chain(model.outcomes.keys()).cloned());
            }
        }
        for lowered in both {
            types.extend(in_cycles(&lowered.schemas, &types));
        }
        let conversions: HashSet<_> = old
            .conversions
            .symmetric_difference(&new.conversions)
            .cloned()
            .collect();
        types.extend(conversions.iter().flat_map(|(from, to)| [from.clone(), to.clone()]));
        Self {
            types,
            operations,
            conversions,
        }
    }

    fn cut(&self, lowered: &mut Lowered) {
        let Lowered { schemas, model, .. } = lowered;
        let kept = |name: &String| self.types.contains(name);
        let others = model
            .structs
            .keys()
            .chain(model.enums.keys())
            .chain(model.unions.keys());
        model.elsewhere = others.filter(|name| !kept(name)).cloned().collect();
        model.structs.retain(|name, _| kept(name));
        model.enums.retain(|name, _| kept(name));
        model.unions.retain(|name, _| kept(name));
        model.outcomes.retain(|name, _| kept(name));
        model.operations.retain(|name, _| self.operations.contains(name));
        model.conversions.retain(|pair| self.conversions.contains(pair));
        // How the variants of a union are distinguished is not public.
        model.in_unions.clear();
        let needed: HashSet<String> = schemas
            .iter()
            .filter(|(name, _)| kept(name))
            .flat_map(|(_, schema)| referred(schema))
            .collect();
        schemas.retain(|name, schema| {
            if kept(name) {
                return true;
            }
            *schema = ReferenceOr::Item(lower::any());
            needed.contains(name)
        });
    }
}

/// For each type, a text of everything that its public items depend on, except the other types that it names.
fn types(lowered: &Lowered) -> HashMap<&str, String> {
    let model = &lowered.model;
    let structs = model.structs.iter().map(|(name, item)| (name, format!("{item:?}")));
    let enums = model.enums.iter().map(|(name, item)| (name, format!("{item:?}")));
    let unions = model.unions.iter().map(|(name, item)| (name, format!("{item:?}")));
    let outcomes = model.outcomes.iter().map(|(name, item)| (name, format!("{item:?}")));
    let aliases = model.aliases.iter().map(|(name, item)| (name, format!("{item:?}")));
    let all = structs.chain(enums).chain(unions).chain(outcomes).chain(aliases);
    all.map(|(name, text)| (name.as_str(), format!("{text} {:?}", lowered.schemas.get(name))))
        .collect()
}

/// Types that contain each other need a `Box` somewhere in the cycle, and the types that lead to the cycle decide
/// where. So for a type in a cycle, all types that contain it directly or indirectly are kept.
fn in_cycles(schemas: &Schemas, types: &HashSet<String>) -> HashSet<String> {
    let referred: HashMap<&str, BTreeSet<String>> = schemas
        .iter()
        .map(|(name, schema)| (name.as_str(), referred(schema)))
        .collect();
    let (mut held, mut holders) = (Edges::new(), Edges::new());
    for (holder, names) in &referred {
        for name in names.iter().filter(|name| name != holder) {
            held.entry(holder).or_default().push(name);
            holders.entry(name).or_default().push(holder);
        }
    }
    // What is left is in a cycle, or between two of them.
    let cyclic = without_ends(referred.keys().copied().collect(), &held, &holders);
    let cyclic = without_ends(cyclic, &holders, &held);
    let mut open: Vec<&str> = types
        .iter()
        .map(String::as_str)
        .filter(|name| cyclic.contains(name))
        .collect();
    let mut found = HashSet::new();
    while let Some(name) = open.pop() {
        let holders = holders.get(name).into_iter().flatten();
        open.extend(holders.filter(|holder| found.insert((**holder).to_owned())));
    }
    found
}

type Edges<'n> = HashMap<&'n str, Vec<&'n str>>;

/// The nodes of a graph from which a path without end begins.
fn without_ends<'n>(mut nodes: HashSet<&'n str>, next: &Edges<'n>, previous: &Edges<'n>) -> HashSet<&'n str> {
    let edges = |edges: &Edges<'n>, name: &str| edges.get(name).cloned().unwrap_or_default();
    let count = |name: &&'n str| {
        (
            *name,
            edges(next, name).iter().filter(|other| nodes.contains(*other)).count(),
        )
    };
    let mut left: HashMap<&str, usize> = nodes.iter().map(count).collect();
    let mut ends: Vec<&str> = left
        .iter()
        .filter(|(_, count)| **count == 0)
        .map(|(name, _)| *name)
        .collect();
    while let Some(end) = ends.pop() {
        nodes.remove(end);
        for name in edges(previous, end) {
            if let Some(count) = left.get_mut(name).filter(|_| nodes.contains(name)) {
                *count -= 1;
                if *count == 0 {
                    ends.push(name);
                }
            }
        }
    }
    nodes
}

fn referred(schema: &ReferenceOr<Schema>) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    engine::references(&serde_json::to_value(schema).unwrap_or_default(), &mut names);
    names
}

/// The places in the document that an item comes from, by the names of the item and of its member.
struct Places(HashMap<(String, String), Vec<Vec<String>>>);

impl Places {
    fn of(model: &Model, other: &Model) -> Self {
        let mut places = HashMap::new();
        let mut put_parts = |item: &str, member: &str, parts: Vec<Vec<String>>| {
            places.insert((item.to_owned(), member.to_owned()), parts);
        };
        for (name, operation) in &model.operations {
            let builder = format!("builder::{}", operation.builder);
            for (member, parts) in sending(operation, other.operations.get(name)) {
                put_parts(&builder, member, parts);
            }
        }
        let mut put = |item: &str, member: &str, at: &[String]| put_parts(item, member, vec![at.to_vec()]);
        for (name, at) in &model.places {
            let builder = format!("builder::{name}Builder");
            for item in [name, &builder] {
                put(item, "", std::slice::from_ref(at));
                put(item, "extra", &[format!("{at}/additionalProperties")]);
                for (member, field) in model.structs.get(name).into_iter().flat_map(|item| &item.fields) {
                    put(item, member, std::slice::from_ref(&field.at));
                }
            }
        }
        for scheme in &model.schemes {
            let at = ittybit_spec::pointer::join(SCHEMES, [scheme.name.as_str()]);
            put("ClientBuilder", &scheme.setter, &[at, SCHEMES.to_owned()]);
        }
        for client in ["Client", "ClientBuilder"] {
            put(client, "", &[SCHEMES.to_owned()]);
        }
        for (name, operation) in &model.operations {
            let at = operation.at.trim_end_matches("/operationId");
            let builder = format!("builder::{}", operation.builder);
            put("Client", name, &[operation.at.clone(), at.to_owned()]);
            put(&builder, "", &[operation.at.clone(), at.to_owned()]);
            for (member, parameter) in &operation.parameters {
                put(&builder, member, std::slice::from_ref(&parameter.at));
            }
            let body = format!("{at}/requestBody");
            put(&builder, "body", std::slice::from_ref(&body));
            if let Some(Format::Multipart(parts)) = operation.body.as_ref().map(|body| &body.format) {
                for part in parts {
                    put(&builder, &part.rust, &[part.at.clone(), body.clone()]);
                }
            }
            if let Success::ByStatus(outcome) = &operation.success_body {
                put(outcome, "", &[format!("{at}/responses")]);
            }
        }
        Self(places)
    }

    fn get(&self, ty: &str, member: &str) -> Vec<Vec<String>> {
        let ty = ty.strip_prefix("blocking::").unwrap_or(ty);
        let known = |member: &str| self.0.get(&(ty.to_owned(), member.to_owned()));
        known(member).or_else(|| known("")).cloned().unwrap_or_default()
    }
}

/// `struct types::Pet: Clone`, `impl From<Dog> for types::Pet` → `Pet`.
fn type_name(item: &str) -> &str {
    let of = item.rsplit_once(" for ").map_or(item, |(_, of)| of);
    let path = ["struct ", "enum ", "type ", "const ", "impl "]
        .iter()
        .find_map(|keyword| of.strip_prefix(keyword))
        .unwrap_or(of);
    let name = path.split(['<', ' ', '=']).next().unwrap_or_default();
    let name = name.trim_end_matches(':');
    name.strip_prefix("types::").unwrap_or(name)
}

/// `fn name(self) -> Self`, `name: String` → `name`.
fn member_name(member: &str) -> &str {
    let member = member.strip_prefix("async ").unwrap_or(member);
    let member = member.strip_prefix("fn ").unwrap_or(member);
    member.split(['(', ':', ' ']).next().unwrap_or_default()
}

/// The constructors of a client depend on all security schemes.
const SCHEMES: &str = "/components/securitySchemes";

/// The methods of a request that depend on the response, each with its places. Where only one of the clients has
/// pages, the pagination is the reason for the methods about pages, and for the result of `send`; the response is
/// another reason for that if its type differs too.
fn sending(operation: &Operation, other: Option<&Operation>) -> impl Iterator<Item = (&'static str, Vec<Vec<String>>)> {
    let at = operation.at.trim_end_matches("/operationId");
    let [responses, pagination] = ["responses", "x-cursor-pagination"].map(|key| vec![format!("{at}/{key}")]);
    let other = other.filter(|other| other.pagination.is_some() != operation.pagination.is_some());
    let (sent, paged) = match other {
        None => (vec![responses.clone()], vec![responses]),
        Some(other) if result(other) == result(operation) => (vec![pagination.clone()], vec![pagination]),
        Some(_) => (vec![pagination.clone(), responses], vec![pagination]),
    };
    let sent = ["send", "download"].map(|method| (method, sent.clone()));
    let paged = ["pages", "pages_json", "stream", "iter", "watch", "watch_json"].map(|method| (method, paged.clone()));
    sent.into_iter().chain(paged)
}

/// What a response contains, as text.
fn result(operation: &Operation) -> String {
    format!("{:?}", operation.success_body)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPERATIONS: usize = 50;

    /// A document with operations that each return a type of their own, which has a type that all share.
    fn document() -> String {
        let numbers = 0..OPERATIONS;
        let path = |number| {
            format!(
                "  /things/{number}:
    get:
      operationId: get_thing_{number}
      parameters: [{{ name: limit, in: query, schema: {{ type: integer }} }}]
      responses:
        '200':
          description: A thing.
          content: {{ application/json: {{ schema: {{ $ref: '#/components/schemas/Thing{number}' }} }} }}
"
            )
        };
        let schema = |number| {
            format!(
                "    Thing{number}:
      type: object
      properties: {{ size: {{ type: integer }}, part: {{ $ref: '#/components/schemas/Part' }} }}
"
            )
        };
        format!(
            "openapi: 3.0.3
info: {{ title: Things, version: 1.0.0 }}
servers: [{{ url: https://api.example.com }}]
paths:
{}components:
  schemas:
    Part: {{ type: object, properties: {{ name: {{ type: string }} }} }}
{}",
            numbers.clone().map(path).collect::<String>(),
            numbers.map(schema).collect::<String>(),
        )
    }

    /// The document with another text in place of the first one behind a heading.
    fn edited(heading: &str, from: &str, to: &str) -> String {
        let document = document();
        let (before, after) = document.split_once(heading).unwrap();
        assert!(after.contains(from));
        format!("{before}{heading}{}", after.replacen(from, to, 1))
    }

    #[derive(Debug, PartialEq, Eq)]
    struct Generated {
        operations: Vec<String>,
        structs: Vec<String>,
        /// The schemas that progenitor gets.
        schemas: Vec<String>,
        /// The types whose items are compared.
        types: BTreeSet<String>,
    }

    /// What is generated for the difference between the document and a new one, of the new one.
    fn generated(new: &str) -> Generated {
        let documents = [document(), new.to_owned()].map(|text| Document::parse("api.yaml", text).unwrap());
        let [old, mut new] = documents.each_ref().map(|document| lower::lower(document).unwrap());
        Kept::of([&old, &new]).cut(&mut new);
        let items = between(documents.each_ref(), "things").map(Result::unwrap);
        Generated {
            schemas: new.schemas.into_keys().collect(),
            operations: new.model.operations.into_keys().collect(),
            structs: new.model.structs.into_keys().collect(),
            types: items.concat().into_iter().map(|item| item.ty).collect(),
        }
    }

    /// What is generated where these operations, structs, schemas and types are left beside what every client has.
    fn left(operations: &[&str], structs: &[&str], schemas: &[&str], types: &[&str]) -> Generated {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let always = [
            "Client",
            "blocking::Client",
            "operation::API",
            "operation::LISTS",
            "operation::OPERATIONS",
        ];
        Generated {
            operations: owned(operations),
            structs: owned(structs),
            schemas: owned(schemas),
            types: always.iter().chain(types).map(|name| (*name).to_owned()).collect(),
        }
    }

    #[test]
    fn only_what_differs_is_generated() {
        assert_eq!(generated(&document()), left(&[], &[], &[], &[]));

        // An operation refers to its type by name, and does not need it.
        let operation = edited("get_thing_7\n", "name: limit", "name: most");
        let expected = left(&["get_thing_7"], &[], &[], &["builder::GetThing7"]);
        assert_eq!(generated(&operation), expected);

        // A struct needs the schema that it refers to, without its contents; its operation is as it was.
        let ty = edited("Thing7:\n", "size: { type: integer", "size: { type: string");
        let expected = left(
            &[],
            &["Thing7"],
            &["Part", "Thing7"],
            &["Thing7", "builder::Thing7Builder"],
        );
        assert_eq!(generated(&ty), expected);
    }
}
