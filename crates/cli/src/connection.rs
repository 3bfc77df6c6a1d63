//! The connection: which server, with which credentials.

use std::io;
use std::time::Duration;

use clap::{Arg, ArgAction, ArgMatches, value_parser};
use ittybit_emulator::Emulator;
use ittybit_runtime::RetryPolicy;
use ittybit_runtime::auth::{Credential, Scheme, SchemeKind};
use ittybit_runtime::generated::{Client, ClientBuilder};
use ittybit_runtime::operation::Api;

use crate::failure::{Failure, credentials};
use crate::naming::credential_flag;
use crate::program::Program;

/// The connection, as the flags set it.
pub struct Connection {
    program: &'static Program,
    /// Of each scheme for which one was given.
    credentials: Vec<(&'static Scheme, String)>,
    base_url: Option<String>,
    allow_insecure_http: bool,
    timeout: Option<u64>,
    retries: Option<u16>,
    /// How many items the emulator has, if there is one.
    emulator: Option<u64>,
}

/// The default timeout of an attempt, in seconds.
const TIMEOUT: u64 = 60;
/// The same where a file is sent, which may take long.
const TIMEOUT_OF_FILES: u64 = 24 * 60 * 60;

/// The flags.
pub fn arguments(program: &Program) -> Vec<Arg> {
    let api = program.api;
    let server = match api.server {
        Some(server) => format!(" [default: {server}]"),
        None => String::new(),
    };
    let credentials = api.schemes.iter().map(|scheme| {
        let value_name = match scheme.kind {
            SchemeKind::Basic => "USER:PASSWORD",
            _ => "KEY",
        };
        Arg::new(id(scheme))
            .long(credential_flag(scheme))
            .value_name(value_name)
            .help(format!(
                "The {}. Other users of this machine can see it in the list of processes; the variable does not show \
                 it to them [env: {}]",
                scheme.noun,
                api.variables_to_set(scheme)
            ))
    });
    let mut arguments: Vec<Arg> = credentials.collect();
    let ids: Vec<String> = api.schemes.iter().map(id).collect();
    arguments.extend([
        Arg::new("base-url")
            .long("base-url")
            .value_name("URL")
            .help(format!("Where the API is [env: {}]{server}", api.variable("BASE_URL"))),
        Arg::new("allow-insecure-http")
            .long("allow-insecure-http")
            .action(ArgAction::SetTrue)
            .help("Send credentials over plain HTTP to another machine"),
        Arg::new("timeout")
            .long("timeout")
            .value_name("SECONDS")
            .value_parser(positive)
            .allow_negative_numbers(true)
            .help(format!(
                "How long one attempt of a request may take [default: {TIMEOUT}]"
            )),
        Arg::new("retries")
            .long("retries")
            .value_name("NUMBER")
            .value_parser(value_parser!(u16))
            .allow_negative_numbers(true)
            .help("How often a request is retried after a transient failure [default: 2]"),
    ]);
    if program.emulator.is_some() {
        arguments.push(
            Arg::new("emulator")
                .long("emulator")
                .value_name("ITEMS")
                .num_args(0..=1)
                .require_equals(true)
                .default_missing_value("100")
                .value_parser(positive)
                .conflicts_with_all(ids)
                .conflicts_with_all(["base-url", "allow-insecure-http"])
                .help(
                    "Call an emulator in this process instead of a server, with this many generated items [100 if left out]",
                ),
        );
    }
    let arguments = arguments.into_iter();
    arguments
        .map(|argument| argument.global(true).help_heading("Connection"))
        .collect()
}

/// What the credential of a scheme is called among the arguments that were read.
fn id(scheme: &Scheme) -> String {
    format!("credential {}", scheme.name)
}

/// A whole number that is not 0.
pub fn positive(text: &str) -> Result<u64, &'static str> {
    text.parse()
        .ok()
        .filter(|number| *number > 0)
        .ok_or("write a whole number, from 1 on")
}

impl Connection {
    pub fn of(program: &'static Program, matches: &ArgMatches) -> Self {
        let credentials = program.api.schemes.iter().filter_map(|scheme| {
            let given = matches.get_one::<String>(&id(scheme))?;
            Some((scheme, given.clone()))
        });
        Self {
            program,
            credentials: credentials.collect(),
            base_url: matches.get_one("base-url").cloned(),
            allow_insecure_http: matches.get_flag("allow-insecure-http"),
            timeout: matches.get_one("timeout").copied(),
            retries: matches.get_one("retries").copied(),
            emulator: program.emulator.and_then(|_| matches.get_one("emulator").copied()),
        }
    }

    /// For a call that sends files, which may take long.
    pub fn for_files(mut self) -> Self {
        self.timeout.get_or_insert(TIMEOUT_OF_FILES);
        self
    }

    /// A builder of a client, and the emulator that it calls, if there is one.
    async fn builder(self) -> Result<(ClientBuilder, Option<Emulator>), Failure> {
        let api = self.program.api;
        let mut builder = ClientBuilder::new(api)
            .timeout(Duration::from_secs(self.timeout.unwrap_or(TIMEOUT)))
            .allow_insecure_http(self.allow_insecure_http)
            .user_agent(format!("{}-cli/{}", self.program.name, self.program.version));
        if let Some(retries) = self.retries {
            builder = builder.retry(RetryPolicy::default().max_attempts(u32::from(retries) + 1));
        }
        if let (Some(items), Some(start)) = (self.emulator, self.program.emulator) {
            // Millions of items take a while, in which Ctrl-C has to be handled.
            let emulator = tokio::task::spawn_blocking(move || start(items)).await;
            let emulator = emulator.map_err(|error| Failure::failed(format!("the emulator cannot start: {error}")))?;
            let emulator = emulator.map_err(|error| match error.kind() {
                io::ErrorKind::InvalidInput => Failure::usage(format!("--emulator={items}: {error}")),
                _ => Failure::failed(format!("the emulator cannot start: {error}")),
            })?;
            for scheme in api.schemes {
                builder = builder.credential(scheme.name, credential(scheme, emulator.api_key())?, scheme.setter);
            }
            return Ok((builder.base_url(emulator.base_url()), Some(emulator)));
        }
        builder = builder.read_env();
        for (scheme, given) in &self.credentials {
            // An error names the place that it was read from.
            let flag = format!("--{}", credential_flag(scheme));
            builder = builder.credential(scheme.name, credential(scheme, given)?, &flag);
        }
        if let Some(url) = self.base_url {
            builder = builder.base_url(url);
        }
        Ok((builder, None))
    }

    /// A client, and the emulator that it calls, if there is one. `prepare` makes the last settings.
    pub async fn open(
        self,
        prepare: impl FnOnce(ClientBuilder) -> ClientBuilder,
    ) -> Result<(Client, Option<Emulator>), Failure> {
        let program = self.program;
        let has_credentials = !self.credentials.is_empty() || is_in_environment(program.api);
        let (builder, emulator) = self.builder().await?;
        let client = prepare(builder).build().map_err(|error| {
            let failure = Failure::from(error);
            if has_credentials {
                return failure;
            }
            let failure = credentials(program.api).into_iter().fold(failure, Failure::tip);
            match program.emulator {
                Some(_) => failure.tip("to try the command without credentials, add --emulator"),
                None => failure,
            }
        });
        Ok((client?, emulator))
    }
}

/// A credential as it was written.
fn credential(scheme: &Scheme, text: &str) -> Result<Credential, Failure> {
    match (scheme.kind, text.split_once(':')) {
        (SchemeKind::Basic, Some((user, password))) => Ok(Credential::basic(user, password)),
        (SchemeKind::Basic, None) => {
            let flag = credential_flag(scheme);
            Err(Failure::usage(format!(
                "--{flag} is a user name and a password: write USER:PASSWORD"
            )))
        }
        _ => Ok(Credential::token(text)),
    }
}

/// Whether a credential is in the environment.
fn is_in_environment(api: &Api) -> bool {
    let mut names = api.schemes.iter().flat_map(|scheme| scheme.variables);
    names.any(|name| std::env::var_os(api.variable(name)).is_some())
}
