//! The command line, made from the operations of the API's document.

use std::path::PathBuf;
use std::time::Duration;

use clap::builder::{NonEmptyStringValueParser, PossibleValue, TypedValueParser};
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use clap_complete::Shell;
use ittybit_runtime::operation::{Encoding, Kind, Operation, RequestBody, ResponseBody};

use crate::arguments::{Arguments, warn_if_undocumented};
use crate::connection::{self, Connection};
use crate::failure::Failure;
use crate::format::{Format, View};
use crate::list::Extent;
use crate::manual;
use crate::naming::{Argument, FILE, Subcommand, is_only_file, noun, value_name};
use crate::program::Program;
use crate::single::is_download;

const EXIT_CODES: &str = "\
Exit codes: 0 success, or the reader of the output closed it; 1 the command failed or was interrupted, or with \
--watch not all succeeded; 2 wrong usage, or no usable key.";

/// The subcommand that was called.
pub enum Called<'a> {
    Operation(Box<Invocation<'a>>),
    Print(Vec<u8>),
    WritePages(PathBuf),
}

/// A call, and what to do with its response.
pub struct Invocation<'a> {
    pub subcommand: &'a Subcommand,
    pub arguments: Arguments,
    pub connection: Connection,
    pub extent: Extent,
    pub view: View,
    /// Where a file goes.
    pub output: Option<String>,
    pub dry_run: bool,
}

/// The whole command.
pub fn command(program: &'static Program, subcommands: &[Subcommand]) -> Command {
    let name = program.name;
    let examples = examples(program, subcommands);
    let mut command = Command::new(name)
        // Not the name of the file, which ends in `.exe` on Windows.
        .bin_name(name)
        .version(program.version)
        .about(program.about)
        .after_help(examples.clone())
        .after_long_help(format!("{examples}\n\n{EXIT_CODES}"))
        .subcommand_required(true)
        .arg_required_else_help(true)
        .max_term_width(100)
        .args(connection::arguments(program));
    for subcommand in subcommands {
        let group = &subcommand.group;
        let known = command.get_subcommands().any(|known| known.get_name() == group);
        if !known {
            let same = subcommands.iter().filter(|other| other.group == *group);
            let mut about = same.filter_map(|other| other.operation.tags.first().map(|(_, about)| *about));
            let about = about.find(|about| !about.is_empty()).unwrap_or_default();
            let group = Command::new(group)
                .about(sentence(about))
                .subcommand_required(true)
                .arg_required_else_help(true);
            command = command.subcommand(group);
        }
        command = command.mut_subcommand(group, |group| group.subcommand(operation_command(subcommand)));
    }
    let first = subcommands.first().map(Subcommand::path).unwrap_or_default();
    command
        .subcommand(
            Command::new("completions")
                .about("Prints completions for a shell")
                .after_help(format!(
                    "Examples:\n  \
                     source <({name} completions bash)\n  \
                     {name} completions fish > ~/.config/fish/completions/{name}.fish"
                ))
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
                .after_help(format!(
                    "Examples:\n  \
                     {name} man {first} > page.1 && man ./page.1\n  \
                     {name} man --directory ~/.local/share/man/man1"
                ))
                .arg(
                    Arg::new("command")
                        .value_name("COMMAND")
                        .action(ArgAction::Append)
                        .help(format!("The subcommand, such as `{first}`")),
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

/// Examples of calls, made from the document.
fn examples(program: &Program, subcommands: &[Subcommand]) -> String {
    let name = program.name;
    let mut lines = Vec::new();
    let list = subcommands
        .iter()
        .find(|subcommand| subcommand.operation.paging.is_some());
    if let Some(list) = list {
        let path = list.path();
        let filter = list.arguments.iter().find_map(|argument| {
            let (value, _) = argument.parameter.values.first()?;
            Some(format!(" --{} {value}", argument.flag.as_ref()?))
        });
        lines.push(format!("{name} {path}{}", filter.unwrap_or_default()));
        lines.push(format!("{name} {path} --all --output csv > {}.csv", list.group));
        lines.extend(list.operation.lifecycle.map(|_| format!("{name} {path} --watch")));
    }
    let takes_arguments = |subcommand: &&Subcommand| subcommand.arguments.iter().any(|item| item.flag.is_none());
    if let Some(one) = subcommands.iter().find(takes_arguments) {
        let arguments = one.arguments.iter().filter(|item| item.flag.is_none());
        let arguments: Vec<String> = arguments.map(|item| value_name(item.parameter.name)).collect();
        lines.push(format!("{name} {} {}", one.path(), arguments.join(" ")));
    }
    if let (Some(_), Some(first)) = (program.emulator, list.or(subcommands.first())) {
        lines.push(format!("{name} --emulator {}    (needs no account)", first.path()));
    }
    match lines.is_empty() {
        true => String::new(),
        false => format!("Examples:\n  {}", lines.join("\n  ")),
    }
}

fn operation_command(subcommand: &Subcommand) -> Command {
    let operation = subcommand.operation;
    let summary = match operation.summary {
        "" => operation.description.split("\n\n").next().unwrap_or_default(),
        summary => summary,
    };
    let description = match operation.description {
        "" => operation.summary,
        description => description,
    };
    let mut command = Command::new(&subcommand.verb)
        .about(sentence(summary))
        .long_about(prose(description))
        .after_long_help(EXIT_CODES)
        .hide(operation.deprecated);
    let (paging, others): (Vec<_>, Vec<_>) = subcommand
        .arguments
        .iter()
        .partition(|argument| of_paging(operation, argument));
    for argument in others {
        let heading = match argument {
            argument if argument.is_field() => Some("Body"),
            argument if argument.flag.is_none() => None,
            _ if operation.paging.is_some() => Some("Filters"),
            _ => Some("Parameters"),
        };
        command = command.arg(self::argument(operation, argument).help_heading(heading));
    }
    command = command.args(operation.body.map(|body| body_argument(&body)));
    if operation.paging.is_some() {
        let paging = paging.into_iter();
        command = command
            .args(paging.map(|argument| self::argument(operation, argument).help_heading("Pages")))
            .args(paging_arguments(operation));
    }
    command.args(output_arguments(operation)).arg(
        Arg::new("dry-run")
            .long("dry-run")
            .action(ArgAction::SetTrue)
            .help_heading("Output")
            .help("Print the request as a command for curl, without its credentials, and send nothing"),
    )
}

fn of_paging(operation: &Operation, argument: &Argument) -> bool {
    let name = Some(argument.parameter.name).filter(|_| !argument.is_field());
    operation
        .paging
        .is_some_and(|paging| name.is_some() && [Some(paging.forward), paging.backward, paging.limit].contains(&name))
}

/// The body as a whole.
fn body_argument(body: &RequestBody) -> Arg {
    let about = sentence(body.description.split("\n\n").next().unwrap_or_default());
    let with = |what: &str| match about.as_str() {
        "" => what.to_owned(),
        about => format!("{about} [{what}]"),
    };
    let argument = match body.encoding {
        Encoding::Bytes => Arg::new("body-file")
            .long(FILE)
            .value_name("PATH")
            .help(with("A file to send; `-` is standard input")),
        Encoding::Text => Arg::new("body")
            .long("body")
            .value_name("TEXT")
            .help(with("The text to send, @FILE, or `-` for standard input")),
        _ => {
            let more = match body.fields {
                [] => "",
                _ => "; a flag overrides it",
            };
            Arg::new("body")
                .long("body")
                .value_name("JSON")
                .help(with(&format!("JSON, @FILE, or `-` for standard input{more}")))
        }
    };
    argument
        .required(body.required && body.fields.is_empty())
        .allow_hyphen_values(true)
        .help_heading("Body")
}

fn paging_arguments(operation: &Operation) -> Vec<Arg> {
    let mut arguments = vec![
        Arg::new("all")
            .long("all")
            .action(ArgAction::SetTrue)
            .help("List all items, page after page, instead of one page"),
        Arg::new("max")
            .long("max")
            .value_name("NUMBER")
            .value_parser(connection::positive)
            .allow_negative_numbers(true)
            .conflicts_with("all")
            .help("List this many items at most, from as many pages as needed"),
    ];
    if let Some(lifecycle) = operation.lifecycle {
        let noun = noun(operation);
        let ends: Vec<&str> = lifecycle.success.iter().chain(lifecycle.failure).copied().collect();
        arguments.push(
            Arg::new("watch")
                .long("watch")
                .action(ArgAction::SetTrue)
                .conflicts_with_all(["all", "max"])
                .help(format!(
                    "Poll the list of {noun}, and print what changes, until all have finished"
                ))
                .long_help(format!(
                    "Poll the list of {noun}, and print what changes, until all have finished: on a terminal as a \
                     table that is kept up to date, elsewhere as one line for each change. Finished means that \
                     {} is one of: {}",
                    lifecycle.field,
                    ends.join(", ")
                )),
        );
        arguments.push(
            Arg::new("interval")
                .long("interval")
                .value_name("SECONDS")
                .value_parser(seconds)
                .allow_negative_numbers(true)
                .requires("watch")
                .help("With --watch, how long to wait after a change; longer while nothing changes [default: 2]"),
        );
    }
    let arguments = arguments.into_iter();
    arguments.map(|argument| argument.help_heading("Pages")).collect()
}

fn output_arguments(operation: &'static Operation) -> Vec<Arg> {
    if is_download(operation) {
        let argument = Arg::new("path")
            .long("output")
            .short('o')
            .value_name("PATH")
            .help_heading("Output")
            .help("Where to save the response; `-` is standard output");
        return vec![argument];
    }
    if operation.response == ResponseBody::Empty {
        return Vec::new();
    }
    let some: Vec<&str> = match operation.columns {
        [] => operation.fields.iter().take(3).copied().collect(),
        columns => columns.iter().take(3).copied().collect(),
    };
    let (example, documented) = match operation.fields {
        [] => (String::new(), String::new()),
        fields => (
            format!(", such as `{}`", some.join(",")),
            format!(". Documented are: {}", fields.join(", ")),
        ),
    };
    let fields = operation.fields.iter().map(|field| (*field, "")).collect();
    vec![
        Arg::new("output")
            .long("output")
            .short('o')
            .value_name("FORMAT")
            .value_parser(value_parser!(Format))
            .help_heading("Output")
            .help("What to print [default: table on a terminal, jsonl elsewhere]"),
        Arg::new("columns")
            .long("columns")
            .value_name("FIELDS")
            .value_delimiter(',')
            .action(ArgAction::Append)
            .value_parser(Documented(fields))
            .hide_possible_values(true)
            .help_heading("Output")
            .help(format!("The fields in a table or in CSV{example}"))
            .long_help(format!("The fields in a table or in CSV{example}{documented}")),
    ]
}

/// A duration of more than zero.
fn seconds(text: &str) -> Result<Duration, &'static str> {
    let seconds = text
        .parse()
        .ok()
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    seconds
        .filter(|seconds| !seconds.is_zero())
        .ok_or("write a number of seconds that is more than 0")
}

fn argument(operation: &Operation, argument: &Argument) -> Arg {
    let parameter = argument.parameter;
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
    match parameter.kind {
        Kind::Json if parameter.repeated => add("[JSON, once for each item]".to_owned()),
        Kind::Json => add("[JSON]".to_owned()),
        Kind::File => add("[a file; `-` is standard input]".to_owned()),
        Kind::Time => add("[a time, such as 2026-01-31T12:00:00Z]".to_owned()),
        _ => {}
    }
    let name = match parameter.kind {
        Kind::File => "PATH".to_owned(),
        _ => value_name(argument.flag.as_deref().unwrap_or(parameter.name)),
    };
    let mut arg = Arg::new(&argument.id)
        .value_name(name)
        .help(short)
        .long_help(long)
        .hide(parameter.deprecated && !parameter.required)
        .allow_hyphen_values(parameter.kind == Kind::Json)
        .allow_negative_numbers(true);
    arg = match &argument.flag {
        Some(flag) => arg.long(flag),
        // A list has one place in the path, and so one argument.
        None if parameter.repeated => arg.value_delimiter(','),
        None => arg,
    };
    if parameter.repeated && argument.flag.is_some() {
        arg = arg.action(ArgAction::Append);
    }
    if argument.flag.as_deref() != Some(FILE) && parameter.kind == Kind::File && is_only_file(operation, parameter) {
        arg = arg.visible_alias(FILE);
    }
    // A field of a JSON body may be in `--body` instead.
    arg = match argument.is_field() && parameter.kind != Kind::File {
        true if parameter.required => arg.required_unless_present("body"),
        _ => arg.required(parameter.required),
    };
    match parameter.kind {
        Kind::Boolean => arg
            .num_args(0..=1)
            .require_equals(argument.flag.is_some())
            .default_missing_value("true")
            .value_parser(Documented(vec![("true", ""), ("false", "")])),
        _ if !parameter.values.is_empty() => arg.value_parser(Documented(parameter.values.to_vec())),
        // A field may be empty; a path parameter and a filter may not.
        Kind::Text if argument.is_field() => arg.value_parser(value_parser!(String)),
        _ => arg.value_parser(NonEmptyStringValueParser::new()),
    }
}

/// Takes any text, because the API may have values that its document does not; help and completions show the
/// documented ones.
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

/// Reads the arguments.
pub fn called<'a>(
    program: &'static Program,
    command: &mut Command,
    subcommands: &'a [Subcommand],
    matches: &ArgMatches,
) -> Result<Called<'a>, Failure> {
    let Some((group, matches)) = matches.subcommand() else {
        return Err(Failure::usage("the command has no subcommand"));
    };
    match group {
        "completions" => {
            let mut out = Vec::new();
            if let Some(shell) = matches.get_one::<Shell>("shell") {
                clap_complete::generate(*shell, command, program.name, &mut out);
            }
            return Ok(Called::Print(out));
        }
        "man" => {
            if let Some(directory) = matches.get_one::<PathBuf>("directory") {
                return Ok(Called::WritePages(directory.clone()));
            }
            let path: Vec<&String> = matches.get_many("command").into_iter().flatten().collect();
            return manual::page_of(command, &path).map(Called::Print);
        }
        _ => {}
    }
    let Some((verb, matches)) = matches.subcommand() else {
        return Err(Failure::usage("the command has no subcommand"));
    };
    let mut subcommands = subcommands.iter();
    let subcommand = subcommands.find(|subcommand| subcommand.group == group && subcommand.verb == verb);
    let subcommand = subcommand.ok_or_else(|| Failure::usage(format!("there is no command `{group} {verb}`")))?;
    invocation(program, subcommand, matches).map(|invocation| Called::Operation(Box::new(invocation)))
}

fn invocation<'a>(
    program: &'static Program,
    subcommand: &'a Subcommand,
    matches: &ArgMatches,
) -> Result<Invocation<'a>, Failure> {
    let operation = subcommand.operation;
    let view = match operation.response {
        ResponseBody::Json => view(operation, matches)?,
        // Only JSON has a format of output.
        _ => View {
            format: Format::Jsonl,
            columns: None,
        },
    };
    let is_list = operation.paging.is_some();
    // Only a list that can be watched has the flag.
    let watch = is_list && operation.lifecycle.is_some() && matches.get_flag("watch");
    let extent = match is_list.then(|| (matches.get_flag("all"), matches.get_one("max"))) {
        _ if watch => Extent::Watch(matches.get_one("interval").copied()),
        Some((true, _)) => Extent::All,
        Some((false, Some(most))) => Extent::Max(*most),
        Some((false, None)) | None => Extent::Page,
    };
    let output = is_download(operation).then(|| matches.get_one::<String>("path").cloned());
    Ok(Invocation {
        subcommand,
        arguments: Arguments::of(subcommand, matches)?,
        connection: Connection::of(program, matches),
        extent,
        view,
        output: output.flatten(),
        dry_run: matches.get_flag("dry-run"),
    })
}

fn view(operation: &Operation, matches: &ArgMatches) -> Result<View, Failure> {
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
        if !operation.fields.is_empty() && !operation.fields.iter().any(related) {
            warn_if_undocumented(column, operation.fields, "field", "looked for");
        }
    }
    Ok(View { format, columns })
}

/// Whether a path is within another.
fn is_within(path: &str, other: &str) -> bool {
    path.strip_prefix(other).is_some_and(|rest| rest.starts_with('.'))
}

/// The lines of each paragraph as one, for the terminal to break.
fn prose(text: &str) -> String {
    let paragraphs = text
        .split("\n\n")
        .map(|paragraph| paragraph.lines().map(str::trim).collect::<Vec<_>>().join(" "));
    paragraphs.collect::<Vec<_>>().join("\n\n")
}

/// A sentence in clap's style: on one line, without its full stop.
fn sentence(text: &str) -> String {
    let text = prose(text);
    match text.strip_suffix('.') {
        Some(one) if !one.contains(". ") => one.to_owned(),
        _ => text,
    }
}
