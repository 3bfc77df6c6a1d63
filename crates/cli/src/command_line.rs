//! The command line, made from the API's document.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::builder::{NonEmptyStringValueParser, PossibleValue, TypedValueParser};
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use clap_complete::Shell;
use heck::ToKebabCase;
use ittybit::operation::{LISTS, List, Operation, Parameter};

use crate::connection::{self, Connection};
use crate::failure::{Failure, warn};
use crate::list::{Extent, Options, noun};
use crate::output::Format;

const NAME: &str = "ittybit";

const EXIT_CODES: &str = "\
Exit codes: 0 all was done, or the reader of the output had enough; 1 it failed or was interrupted, or with \
--watch not all succeeded; 2 it was not called rightly, or has no usable key.";

/// What was called.
pub enum Call {
    List {
        list: &'static List,
        options: Options,
        connection: Connection,
    },
    Print(Vec<u8>),
    WritePages(PathBuf),
}

/// The whole command.
pub fn command() -> Command {
    let mut command = Command::new(NAME)
        // Not the name of the file, which ends in `.exe` on Windows.
        .bin_name(NAME)
        .version(env!("CARGO_PKG_VERSION"))
        .about("Lists what the Ittybit media API has")
        .after_help(
            "Examples:\n  \
             ittybit tasks list --status failed\n  \
             ittybit tasks list --all --output csv > tasks.csv\n  \
             ittybit tasks list --run-id run_5xQ9wKp3vN --watch\n  \
             ittybit --emulator tasks list    (needs no account)",
        )
        .after_long_help(format!(
            "Examples:\n  \
             ittybit tasks list --status failed\n  \
             ittybit tasks list --all --output csv > tasks.csv\n  \
             ittybit tasks list --run-id run_5xQ9wKp3vN --watch\n  \
             ittybit --emulator tasks list    (needs no account)\n\n{EXIT_CODES}"
        ))
        .subcommand_required(true)
        .arg_required_else_help(true)
        .max_term_width(100)
        .args(connection::arguments());
    for list in LISTS {
        let (group, about) = group(list.operation());
        let known = command.get_subcommands().any(|known| known.get_name() == group);
        if !known {
            let group = Command::new(&group)
                .about(sentence(about))
                .subcommand_required(true)
                .arg_required_else_help(true);
            command = command.subcommand(group);
        }
        command = command.mut_subcommand(group, |group| group.subcommand(list_command(list)));
    }
    command
        .subcommand(
            Command::new("completions")
                .about("Prints completions for a shell")
                .after_help(
                    "Examples:\n  \
                     source <(ittybit completions bash)\n  \
                     ittybit completions fish > ~/.config/fish/completions/ittybit.fish",
                )
                .arg(
                    Arg::new("shell")
                        .value_name("SHELL")
                        .required(true)
                        .value_parser(value_parser!(Shell)),
                ),
        )
        .subcommand(
            Command::new("man")
                .about("Prints a manual page")
                .after_help(
                    "Examples:\n  \
                     ittybit man tasks list > list.1 && man ./list.1\n  \
                     ittybit man --directory ~/.local/share/man/man1",
                )
                .arg(
                    Arg::new("command")
                        .value_name("COMMAND")
                        .action(ArgAction::Append)
                        .help("The subcommand, such as `tasks list`"),
                )
                .arg(
                    Arg::new("directory")
                        .long("directory")
                        .value_name("DIR")
                        .value_parser(value_parser!(PathBuf))
                        .conflicts_with("command")
                        .help("Write the pages of all subcommands there instead"),
                ),
        )
}

/// The subcommand for the operations with the same tag, with its description.
fn group(operation: &Operation) -> (String, &'static str) {
    let (tag, about) = operation.tags.first().copied().unwrap_or(("other", ""));
    (tag.to_kebab_case(), about)
}

/// The name of an operation in its group: `list_tasks` of the tasks → `list`.
fn verb(operation: &Operation) -> String {
    let id = operation.id.to_kebab_case();
    let (group, _) = group(operation);
    let one = group.strip_suffix('s').unwrap_or(&group);
    let verb = id
        .strip_suffix(&format!("-{group}"))
        .or_else(|| id.strip_suffix(&format!("-{one}")));
    verb.unwrap_or(&id).to_owned()
}

fn list_command(list: &'static List) -> Command {
    let operation = list.operation();
    let paging = operation.paging;
    let of_paging = |parameter: &&Parameter| {
        paging.is_some_and(|paging| {
            let name = Some(parameter.name);
            name == Some(paging.forward) || name == paging.backward || name == paging.limit
        })
    };
    let (paged, filters): (Vec<&Parameter>, Vec<&Parameter>) = operation.parameters.iter().partition(of_paging);
    let fields = operation.fields.iter().map(|field| (*field, "")).collect();
    let mut command = Command::new(verb(operation))
        .about(sentence(operation.summary))
        .long_about(prose(operation.description))
        .after_long_help(EXIT_CODES)
        .args(filters.into_iter().map(|item| argument(item).help_heading("Filters")))
        .args(paged.into_iter().map(|item| argument(item).help_heading("Pages")))
        .arg(
            Arg::new("all")
                .long("all")
                .action(ArgAction::SetTrue)
                .help_heading("Pages")
                .help("List all there are, page after page, instead of one page"),
        )
        .arg(
            Arg::new("max")
                .long("max")
                .value_name("NUMBER")
                .value_parser(connection::positive)
                .allow_negative_numbers(true)
                .conflicts_with("all")
                .help_heading("Pages")
                .help("List so many at most, on as many pages as it takes"),
        )
        .arg(
            Arg::new("output")
                .long("output")
                .short('o')
                .value_name("FORMAT")
                .value_parser(value_parser!(Format))
                .help_heading("Output")
                .help("What to print [default: table on a terminal, jsonl elsewhere]"),
        )
        .arg(
            Arg::new("columns")
                .long("columns")
                .value_name("FIELDS")
                .value_delimiter(',')
                .action(ArgAction::Append)
                .value_parser(Documented(fields))
                .hide_possible_values(true)
                .help_heading("Output")
                .help("The fields in a table or in CSV, such as `id,status,input.url`")
                .long_help(format!(
                    "The fields in a table or in CSV, such as `id,status,input.url`. Documented are: {}",
                    operation.fields.join(", ")
                )),
        );
    if let Some(lifecycle) = operation.lifecycle {
        let noun = noun(operation);
        let ends: Vec<&str> = lifecycle.success.iter().chain(lifecycle.failure).copied().collect();
        command = command.arg(
            Arg::new("watch")
                .long("watch")
                .action(ArgAction::SetTrue)
                .conflicts_with_all(["all", "max"])
                .help_heading("Pages")
                .help(format!(
                    "List all {noun} again and again, and print what changes, until each is done"
                ))
                .long_help(format!(
                    "List all {noun} again and again, and print what changes, until each is done: a table that is \
                     kept up to date on a terminal, each change as it comes elsewhere. Done is what has as its \
                     {}: {}",
                    lifecycle.field,
                    ends.join(", ")
                )),
        );
        command = command.arg(
            Arg::new("interval")
                .long("interval")
                .value_name("SECONDS")
                .value_parser(seconds)
                .allow_negative_numbers(true)
                .requires("watch")
                .help_heading("Pages")
                .help("With --watch, how long to wait after a change; longer while nothing changes [default: 2]"),
        );
    }
    if operation.deprecated {
        command = command.hide(true);
    }
    command
}

/// A time that is not nothing.
fn seconds(text: &str) -> Result<Duration, &'static str> {
    let seconds = text
        .parse()
        .ok()
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    seconds
        .filter(|seconds| !seconds.is_zero())
        .ok_or("write a number of seconds that is more than 0")
}

/// Flags that are not the document's.
const OWN_FLAGS: [&str; 14] = [
    "all",
    "allow-insecure-http",
    "api-key",
    "base-url",
    "columns",
    "emulator",
    "help",
    "interval",
    "max",
    "output",
    "retries",
    "timeout",
    "version",
    "watch",
];

/// The flag of a parameter, without dashes before it.
pub fn flag(parameter: &str) -> String {
    let flag = parameter.to_kebab_case();
    if OWN_FLAGS.contains(&flag.as_str()) {
        format!("filter-{flag}")
    } else {
        flag
    }
}

fn id(parameter: &Parameter) -> String {
    format!("parameter {}", parameter.name)
}

fn argument(parameter: &'static Parameter) -> Arg {
    let mut short = sentence(parameter.description.split("\n\n").next().unwrap_or_default());
    let mut long = prose(parameter.description);
    let said = |fact: &str| parameter.description.contains(fact);
    let mut add = |fact: String| {
        for help in [&mut short, &mut long] {
            if !help.is_empty() {
                help.push(' ');
            }
            help.push_str(&fact);
        }
    };
    if !parameter.bounds.is_empty() && !said(parameter.bounds) {
        add(format!("[{}]", parameter.bounds));
    }
    if let Some(default) = parameter.default.filter(|default| !said(default)) {
        add(format!("[default: {default}]"));
    }
    let flag = flag(parameter.name);
    let argument = Arg::new(id(parameter))
        .value_name(flag.replace('-', "_").to_uppercase())
        .long(flag)
        .help(short)
        .long_help(long)
        .required(parameter.required)
        .hide(parameter.deprecated)
        .allow_negative_numbers(true)
        .action(if parameter.repeated {
            ArgAction::Append
        } else {
            ArgAction::Set
        });
    if parameter.values.is_empty() {
        argument.value_parser(NonEmptyStringValueParser::new())
    } else {
        argument.value_parser(Documented(parameter.values.to_vec()))
    }
}

/// Takes any text, for the API may know more than its document; help and completions show what is
/// documented.
#[derive(Clone)]
struct Documented(Vec<(&'static str, &'static str)>);

impl TypedValueParser for Documented {
    type Value = String;

    fn parse_ref(&self, command: &Command, arg: Option<&Arg>, value: &std::ffi::OsStr) -> Result<String, clap::Error> {
        NonEmptyStringValueParser::new().parse_ref(command, arg, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(self.0.iter().map(|(value, help)| {
            let value = PossibleValue::new(value);
            if help.is_empty() {
                value
            } else {
                value.help(help.trim_end_matches('.'))
            }
        })))
    }
}

/// Warns of a value that is not documented.
fn look_up(value: &str, documented: &[&str], what: &str, done: &str) {
    if documented.contains(&value) {
        return;
    }
    let near = documented
        .iter()
        .map(|known| (strsim::jaro_winkler(known, value), known));
    let near = near
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0));
    let hint = near
        .map(|(_, known)| format!(". Did you mean `{known}`?"))
        .unwrap_or_default();
    warn(&format!(
        "`{value}` is not a documented {what}; it is {done} all the same{hint}"
    ));
}

/// What the arguments ask for.
pub fn called(command: &mut Command, matches: &ArgMatches) -> Result<Call, Failure> {
    match matches.subcommand() {
        Some(("completions", matches)) => {
            let mut out = Vec::new();
            if let Some(shell) = matches.get_one::<Shell>("shell") {
                clap_complete::generate(*shell, command, NAME, &mut out);
            }
            Ok(Call::Print(out))
        }
        Some(("man", matches)) => {
            if let Some(directory) = matches.get_one::<PathBuf>("directory") {
                return Ok(Call::WritePages(directory.clone()));
            }
            let path: Vec<&String> = matches.get_many("command").into_iter().flatten().collect();
            manual(command, &path).map(Call::Print)
        }
        Some((group_name, matches)) => {
            let Some((name, matches)) = matches.subcommand() else {
                return Err(Failure::usage("the command has no subcommand"));
            };
            let list = LISTS
                .iter()
                .find(|list| group(list.operation()).0 == group_name && verb(list.operation()) == name);
            let list = list.ok_or_else(|| Failure::usage(format!("there is no command `{group_name} {name}`")))?;
            let options = options(list, matches)?;
            Ok(Call::List {
                list,
                options,
                connection: Connection::of(matches),
            })
        }
        None => Err(Failure::usage("the command has no subcommand")),
    }
}

fn options(list: &'static List, matches: &ArgMatches) -> Result<Options, Failure> {
    let operation = list.operation();
    let format = matches
        .get_one("output")
        .copied()
        .unwrap_or_else(Format::for_standard_output);
    let columns = matches.get_many::<String>("columns");
    let columns: Option<Vec<String>> = columns.map(|columns| columns.map(|column| column.trim().to_owned()).collect());
    if columns.is_some() && !format.has_columns() {
        return Err(
            Failure::usage("--columns chooses the fields of a table or of CSV, and JSON has all of them")
                .tip("add --output csv, or leave --columns out"),
        );
    }
    for column in columns.iter().flatten() {
        // Objects, and what is within a field of any shape, have no documented names of their own.
        let related = |field: &&str| is_within(field, column) || is_within(column, field);
        if !operation.fields.iter().any(related) {
            look_up(column, operation.fields, "field", "looked for");
        }
    }
    let mut arguments = Vec::new();
    for parameter in operation.parameters {
        let Some(values) = matches.get_many::<String>(&id(parameter)) else {
            continue;
        };
        let values: Vec<String> = values.cloned().collect();
        if !parameter.values.is_empty() {
            let documented: Vec<&str> = parameter.values.iter().map(|(value, _)| *value).collect();
            let what = format!("value of --{}", flag(parameter.name));
            values
                .iter()
                .for_each(|value| look_up(value, &documented, &what, "sent"));
        }
        arguments.push((parameter.name, values));
    }
    // Only a list that can be watched has the flag.
    let watch = operation.lifecycle.is_some() && matches.get_flag("watch");
    let extent = match (matches.get_flag("all"), matches.get_one("max")) {
        _ if watch => Extent::Watch(matches.get_one("interval").copied()),
        (true, _) => Extent::All,
        (false, Some(most)) => Extent::Max(*most),
        (false, None) => Extent::Page,
    };
    Ok(Options {
        arguments,
        extent,
        format,
        columns,
    })
}

/// Whether a path leads to a part of what another leads to.
fn is_within(path: &str, other: &str) -> bool {
    path.strip_prefix(other).is_some_and(|rest| rest.starts_with('.'))
}

/// The manual page of a subcommand.
fn manual(command: &mut Command, path: &[&String]) -> Result<Vec<u8>, Failure> {
    command.build();
    let mut found = &*command;
    for name in path {
        found = found.find_subcommand(name.as_str()).ok_or_else(|| {
            let names: Vec<&str> = found
                .get_subcommands()
                .map(Command::get_name)
                .filter(|name| *name != "help")
                .collect();
            Failure::usage(format!("there is no command `{name}`")).tip(format!("there are: {}", names.join(", ")))
        })?;
    }
    page(found).map_err(Failure::from)
}

fn page(command: &Command) -> io::Result<Vec<u8>> {
    let mut out = Vec::new();
    clap_mangen::Man::new(command.clone())
        .source(concat!("ittybit ", env!("CARGO_PKG_VERSION")))
        .render(&mut out)?;
    Ok(out)
}

/// Writes the manual pages of all subcommands.
pub fn write_pages(directory: &Path) -> Result<(), Failure> {
    let mut command = command().disable_help_subcommand(true);
    command.build();
    fs::create_dir_all(directory)
        .and_then(|()| write_page_and_below(&command, NAME, directory))
        .map_err(|error| {
            Failure::failed(format!(
                "the pages cannot be written to {}: {error}",
                directory.display()
            ))
        })
}

fn write_page_and_below(command: &Command, name: &str, directory: &Path) -> io::Result<()> {
    fs::write(directory.join(format!("{name}.1")), page(command)?)?;
    for below in command.get_subcommands() {
        write_page_and_below(below, &format!("{name}-{}", below.get_name()), directory)?;
    }
    Ok(())
}

/// The lines of each paragraph as one, for the terminal to break.
fn prose(text: &str) -> String {
    let paragraphs = text
        .split("\n\n")
        .map(|paragraph| paragraph.lines().map(str::trim).collect::<Vec<_>>().join(" "));
    paragraphs.collect::<Vec<_>>().join("\n\n")
}

/// A sentence as clap likes it: on one line, without its full stop.
fn sentence(text: &str) -> String {
    let text = prose(text);
    match text.strip_suffix('.') {
        Some(one) if !one.contains(". ") => one.to_owned(),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_is_sound() {
        command().debug_assert();
    }

    #[test]
    fn own_flags_are_kept_from_parameters() {
        let mut command = command();
        command.build();
        let mut own = Vec::new();
        let list = command
            .find_subcommand("tasks")
            .and_then(|tasks| tasks.find_subcommand("list"))
            .unwrap();
        for argument in list
            .get_arguments()
            .filter(|argument| !argument.get_id().as_str().starts_with("parameter "))
        {
            own.push(argument.get_long().unwrap_or_default());
        }
        own.push("version");
        own.sort_unstable();
        own.dedup();
        assert_eq!(own, OWN_FLAGS);
        assert_eq!(flag("max"), "filter-max");
    }
}
