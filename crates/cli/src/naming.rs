//! The names of operations and their arguments on the command line.
//!
//! Names come from the document: the group from the first tag, the verb from the `operationId`, arguments
//! from the path, flags from the names of parameters and of the body's fields. Where two things would have
//! the same name, these rules apply in this order:
//!
//! - Flags of the command itself keep their names. A parameter of that name is `--parameter-NAME`, a field
//!   `--field-NAME`, and a credential `--credential-NAME`.
//! - Where a parameter and a field have the same name, the parameter keeps it, and the field is `--field-NAME`.
//! - Where two operations of a group have the same verb, each is called by its whole id instead.
//! - Names that are still equal get a number: `-2` for the second, in the order of the document.

use heck::ToKebabCase;
use ittybit_runtime::auth::Scheme;
use ittybit_runtime::operation::{Api, Kind, Location, Operation, Parameter};

/// An operation as a subcommand.
pub struct Subcommand {
    pub operation: &'static Operation,
    pub group: String,
    pub verb: String,
    pub arguments: Vec<Argument>,
}

/// A parameter, or a field of the body, as an argument.
pub struct Argument {
    pub parameter: &'static Parameter,
    /// What it is called among the arguments that were read.
    pub id: String,
    /// The flag, without its dashes. A path parameter has none: it is positional.
    pub flag: Option<String>,
}

impl Argument {
    /// Whether it is a field of the body.
    pub fn is_field(&self) -> bool {
        self.parameter.location == Location::Body
    }
}

/// Flags that every subcommand keeps for itself, whether it has them or not.
const OWN_FLAGS: [&str; 16] = [
    "all",
    "allow-insecure-http",
    "base-url",
    "body",
    "columns",
    "dry-run",
    "emulator",
    "file",
    "help",
    "interval",
    "max",
    "output",
    "retries",
    "timeout",
    "version",
    "watch",
];

/// Groups that are commands of their own.
const OWN_COMMANDS: [&str; 3] = ["completions", "help", "man"];

/// The flag for the file that is the whole body, or the only one of its parts.
pub const FILE: &str = "file";

impl Subcommand {
    /// All of them, in the order of the document.
    pub fn all(api: &Api, operations: &[&'static Operation]) -> Vec<Self> {
        let groups: Vec<String> = operations.iter().map(|operation| group(operation)).collect();
        let wanted: Vec<String> = operations
            .iter()
            .zip(&groups)
            .map(|(operation, group)| verb(operation, group))
            .collect();
        let mut taken: Vec<(String, String)> = Vec::new();
        let mut all = Vec::new();
        for (index, operation) in operations.iter().enumerate() {
            let (group, verb) = (&groups[index], &wanted[index]);
            let same = |other: usize| groups[other] == *group && wanted[other] == *verb;
            let is_shared = (0..operations.len()).filter(|other| same(*other)).count() > 1;
            let verb = if is_shared || verb == "help" {
                operation.id.to_kebab_case()
            } else {
                verb.clone()
            };
            let verb = numbered(verb, |verb| {
                taken.iter().any(|known| known.0 == *group && known.1 == verb)
            });
            taken.push((group.clone(), verb.clone()));
            all.push(Self {
                operation,
                group: group.clone(),
                verb,
                arguments: arguments(api, operation),
            });
        }
        all
    }

    /// How it is called, behind the name of the program.
    pub fn path(&self) -> String {
        format!("{} {}", self.group, self.verb)
    }

    /// How an argument of the operation is given, by its name.
    pub fn spelled(&self, name: &str) -> Option<String> {
        let mut arguments = self.arguments.iter();
        let argument =
            arguments.find(|argument| argument.parameter.name == name || argument.parameter.sent_as == Some(name))?;
        Some(match &argument.flag {
            Some(flag) => format!("--{flag}"),
            None => value_name(argument.parameter.name),
        })
    }
}

/// The flag that takes the credential of a scheme.
pub fn credential_flag(scheme: &Scheme) -> String {
    match scheme.setter.to_kebab_case() {
        own if OWN_FLAGS.contains(&own.as_str()) => format!("credential-{own}"),
        free => free,
    }
}

/// A value in a usage line.
pub fn value_name(name: &str) -> String {
    name.to_kebab_case().replace('-', "_").to_uppercase()
}

/// What the items of an operation are called.
pub fn noun(operation: &Operation) -> String {
    operation.tags.first().map_or("items", |(tag, _)| tag).to_lowercase()
}

/// The group of an operation: its first tag, or the first part of its path that is no parameter.
fn group(operation: &Operation) -> String {
    let tag = operation.tags.first().map(|(tag, _)| *tag);
    let part = operation
        .path
        .split('/')
        .find(|part| !part.is_empty() && !part.contains('{'));
    let group = tag.or(part).unwrap_or_default().to_kebab_case();
    match group.as_str() {
        "" => "other".to_owned(),
        own if OWN_COMMANDS.contains(&own) => format!("{group}-api"),
        _ => group,
    }
}

/// The name of an operation in its group: `list_tasks` of the tasks → `list`.
fn verb(operation: &Operation, group: &str) -> String {
    let id = operation.id.to_kebab_case();
    let mut nouns = vec![group.to_owned()];
    nouns.extend(group.strip_suffix("ies").map(|stem| format!("{stem}y")));
    nouns.extend(group.strip_suffix("es").map(str::to_owned));
    nouns.extend(group.strip_suffix('a').map(|stem| format!("{stem}um")));
    nouns.extend(group.strip_suffix('s').map(str::to_owned));
    let without = nouns.iter().find_map(|noun| {
        let before = id.strip_suffix(noun)?.strip_suffix('-');
        before.filter(|verb| !verb.is_empty()).map(str::to_owned)
    });
    let without = without.or_else(|| {
        nouns.iter().find_map(|noun| {
            let behind = id.strip_prefix(noun)?.strip_prefix('-');
            behind.filter(|verb| !verb.is_empty()).map(str::to_owned)
        })
    });
    match without {
        Some(verb) => verb,
        None if id.is_empty() => operation.method.to_lowercase(),
        None => id,
    }
}

/// The arguments of an operation: what is in the path, in its order, then parameters, then fields.
fn arguments(api: &Api, operation: &'static Operation) -> Vec<Argument> {
    let place = |parameter: &Parameter| {
        let name = parameter.sent_as.unwrap_or(parameter.name);
        operation.path.find(&format!("{{{name}}}"))
    };
    let mut in_path: Vec<&'static Parameter> = Vec::new();
    let mut parameters: Vec<&'static Parameter> = Vec::new();
    for parameter in operation.parameters {
        match parameter.location {
            Location::Path => in_path.push(parameter),
            _ => parameters.push(parameter),
        }
    }
    in_path.sort_by_key(|parameter| place(parameter));
    let fields = operation.body.map_or(&[][..], |body| body.fields);
    let mut arguments: Vec<Argument> = in_path
        .into_iter()
        .map(|parameter| Argument {
            parameter,
            id: format!("parameter {}", parameter.name),
            flag: None,
        })
        .collect();
    let mut taken: Vec<String> = OWN_FLAGS.iter().map(|flag| (*flag).to_owned()).collect();
    taken.extend(api.schemes.iter().map(credential_flag));
    let parameters = parameters.into_iter().map(|parameter| (parameter, "parameter"));
    for (parameter, of) in parameters.chain(fields.iter().map(|field| (field, "field"))) {
        let wanted = match parameter.name.to_kebab_case() {
            empty if empty.is_empty() => of.to_owned(),
            // That flag takes the file.
            file if file == FILE && is_only_file(operation, parameter) => file,
            taken_by_another if taken.contains(&taken_by_another) => format!("{of}-{taken_by_another}"),
            free => free,
        };
        let is_file = wanted == FILE;
        let flag = match is_file {
            true => wanted,
            false => numbered(wanted, |flag| taken.iter().any(|known| known == flag)),
        };
        taken.push(flag.clone());
        arguments.push(Argument {
            parameter,
            id: format!("{of} {}", parameter.name),
            flag: Some(flag),
        });
    }
    arguments
}

/// Whether a field is the only one that takes files.
pub fn is_only_file(operation: &Operation, parameter: &Parameter) -> bool {
    let fields = operation.body.map_or(&[][..], |body| body.fields);
    let mut files = fields.iter().filter(|field| field.kind == Kind::File);
    parameter.location == Location::Body
        && files.next().is_some_and(|file| file.name == parameter.name)
        && files.next().is_none()
}

/// A name that is not taken: with a number after it, if need be.
fn numbered(wanted: String, is_taken: impl Fn(&str) -> bool) -> String {
    let others = (2..).map(|number| format!("{wanted}-{number}"));
    let mut names = std::iter::once(wanted.clone()).chain(others);
    names.find(|name| !is_taken(name)).unwrap_or(wanted)
}

#[cfg(test)]
mod tests {
    use ittybit_runtime::operation::{Encoding, ErrorShape, RequestBody};

    use super::*;

    static API: Api = Api {
        user_agent: "",
        crate_name: "",
        server: None,
        env_prefix: "MEDIA",
        schemes: &[],
        security: &[],
        errors: ErrorShape {
            kind: &[],
            message: &[],
        },
    };

    const fn operation(
        id: &'static str,
        path: &'static str,
        tags: &'static [(&'static str, &'static str)],
    ) -> Operation {
        Operation {
            tags,
            ..Operation::of(id, "GET", path, &[200..=200])
        }
    }

    fn names(operations: &[&'static Operation]) -> Vec<String> {
        Subcommand::all(&API, operations).iter().map(Subcommand::path).collect()
    }

    #[test]
    fn groups_come_from_tags_and_verbs_from_ids() {
        static OPERATIONS: [Operation; 11] = [
            operation("list_tasks", "/tasks", &[("Tasks", "")]),
            operation("get_task", "/tasks/{id}", &[("Tasks", ""), ("Other", "")]),
            operation("tasks_delete", "/tasks/{id}", &[("Tasks", "")]),
            operation("retry_task_at_once", "/tasks/{id}/retry", &[("Tasks", "")]),
            operation("get_category", "/categories/{id}", &[("Media Categories", "")]),
            operation("list_categories", "/categories", &[("Categories", "")]),
            operation("get_box", "/boxes/{id}", &[("boxes", "")]),
            operation("media", "/media", &[("Media", "")]),
            operation("get_medium", "/media/{id}", &[("Media", "")]),
            operation("ping", "/{region}/health", &[]),
            operation("root", "/", &[]),
        ];
        let all: Vec<&'static Operation> = OPERATIONS.iter().collect();
        assert_eq!(
            names(&all),
            [
                "tasks list",
                "tasks get",
                "tasks delete",
                "tasks retry-task-at-once",
                "media-categories get-category",
                "categories list",
                "boxes get",
                "media media",
                "media get",
                "health ping",
                "other root",
            ]
        );
    }

    #[test]
    fn operations_with_one_verb_are_called_by_their_ids() {
        static OPERATIONS: [Operation; 5] = [
            operation("get_task", "/tasks/{id}", &[("Tasks", "")]),
            operation("get_tasks", "/tasks", &[("Tasks", "")]),
            operation("help_tasks", "/help", &[("Tasks", "")]),
            operation("list", "/man", &[("Man", "")]),
            operation("get_thing", "/things", &[("Things", "")]),
        ];
        let all: Vec<&'static Operation> = OPERATIONS.iter().collect();
        let expected = [
            "tasks get-task",
            "tasks get-tasks",
            "tasks help-tasks",
            "man-api list",
            "things get",
        ];
        assert_eq!(names(&all), expected);
        // In any order of the document.
        let reversed: Vec<&'static Operation> = OPERATIONS.iter().rev().collect();
        let mut names = names(&reversed);
        names.reverse();
        assert_eq!(names, expected);
    }

    #[test]
    fn flags_do_not_collide() {
        const fn parameter(name: &'static str, location: Location) -> Parameter {
            Parameter {
                location,
                ..Parameter::new(name, "")
            }
        }
        static PUT: Operation = Operation {
            parameters: &[
                parameter("b", Location::Path),
                parameter("a", Location::Path),
                parameter("output", Location::Query),
                parameter("user_name", Location::Query),
                parameter("userName", Location::Query),
                parameter("X-Trace", Location::Header),
            ],
            body: Some(RequestBody {
                description: "",
                required: true,
                media_type: "multipart/form-data",
                encoding: Encoding::Multipart,
                fields: &[
                    parameter("a", Location::Body),
                    parameter("user_name", Location::Body),
                    parameter("watch", Location::Body),
                    Parameter {
                        kind: Kind::File,
                        ..parameter("file", Location::Body)
                    },
                    parameter("*", Location::Body),
                ],
            }),
            ..operation("put", "/{a}/{b}", &[])
        };
        let arguments = arguments(&API, &PUT);
        let flags: Vec<(&str, Option<&str>)> = arguments
            .iter()
            .map(|argument| (argument.id.as_str(), argument.flag.as_deref()))
            .collect();
        assert_eq!(
            flags,
            [
                ("parameter a", None),
                ("parameter b", None),
                ("parameter output", Some("parameter-output")),
                ("parameter user_name", Some("user-name")),
                ("parameter userName", Some("parameter-user-name")),
                ("parameter X-Trace", Some("x-trace")),
                ("field a", Some("a")),
                ("field user_name", Some("field-user-name")),
                ("field watch", Some("field-watch")),
                ("field file", Some("file")),
                ("field *", Some("field")),
            ]
        );
    }
}
