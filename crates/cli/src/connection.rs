//! The connection: which server, with which key.

use std::io;
use std::time::Duration;

use clap::{Arg, ArgAction, ArgMatches, value_parser};
use ittybit::{Client, RetryPolicy};
use ittybit_emulator::{Emulator, SystemClock};

use crate::failure::{Failure, KEY};

/// What the flags say of the connection.
pub struct Connection {
    api_key: Option<String>,
    base_url: Option<String>,
    allow_insecure_http: bool,
    timeout: u64,
    retries: Option<u16>,
    /// How many tasks the emulator has, if it is what answers.
    emulator: Option<u64>,
}

/// The flags.
pub fn arguments() -> [Arg; 6] {
    [
        Arg::new("api-key")
            .long("api-key")
            .value_name("KEY")
            .help("API key of your project [env: ITTYBIT_API_KEY]"),
        Arg::new("base-url")
            .long("base-url")
            .value_name("URL")
            .help("Where the API is [env: ITTYBIT_BASE_URL] [default: https://api.ittybit.com]"),
        Arg::new("allow-insecure-http")
            .long("allow-insecure-http")
            .action(ArgAction::SetTrue)
            .help("Send the key over plain HTTP to another machine"),
        Arg::new("timeout")
            .long("timeout")
            .value_name("SECONDS")
            .value_parser(positive)
            .allow_negative_numbers(true)
            .default_value("60")
            .hide_default_value(true)
            .help("How long one attempt of a request may take [default: 60]"),
        Arg::new("retries")
            .long("retries")
            .value_name("NUMBER")
            .value_parser(value_parser!(u16))
            .allow_negative_numbers(true)
            .help("How often a request that failed is sent again, where that may help [default: 2]"),
        Arg::new("emulator")
            .long("emulator")
            .value_name("TASKS")
            .num_args(0..=1)
            .require_equals(true)
            .default_missing_value("100")
            .value_parser(positive)
            .conflicts_with_all(["api-key", "base-url", "allow-insecure-http"])
            .help("Ask an emulator in this process instead of a server, with so many made-up tasks [100 if left out]"),
    ]
    .map(|argument| argument.global(true).help_heading("Connection"))
}

/// A whole number that is not 0.
pub fn positive(text: &str) -> Result<u64, &'static str> {
    text.parse()
        .ok()
        .filter(|number| *number > 0)
        .ok_or("write a whole number, from 1 on")
}

impl Connection {
    pub fn of(matches: &ArgMatches) -> Self {
        Self {
            api_key: matches.get_one("api-key").cloned(),
            base_url: matches.get_one("base-url").cloned(),
            allow_insecure_http: matches.get_flag("allow-insecure-http"),
            timeout: matches.get_one("timeout").copied().unwrap_or(60),
            retries: matches.get_one("retries").copied(),
            emulator: matches.get_one("emulator").copied(),
        }
    }

    /// A client, and the emulator that it talks to, if it does.
    pub async fn open(self) -> Result<(Client, Option<Emulator>), Failure> {
        let mut builder = Client::builder()
            .timeout(Duration::from_secs(self.timeout))
            .allow_insecure_http(self.allow_insecure_http)
            .user_agent(concat!("ittybit-cli/", env!("CARGO_PKG_VERSION")));
        if let Some(retries) = self.retries {
            builder = builder.retry(RetryPolicy::default().max_attempts(u32::from(retries) + 1));
        }
        if let Some(tasks) = self.emulator {
            let count = usize::try_from(tasks).unwrap_or(usize::MAX);
            let emulator = Emulator::builder().tasks(count).live(true).clock(SystemClock);
            // Millions of tasks take their time, in which Ctrl-C has to be heard.
            let emulator = tokio::task::spawn_blocking(|| emulator.start_blocking()).await;
            let emulator = emulator.map_err(|error| Failure::failed(format!("the emulator cannot start: {error}")))?;
            let emulator = emulator.map_err(|error| match error.kind() {
                io::ErrorKind::InvalidInput => Failure::usage(format!("--emulator={tasks}: {error}")),
                _ => Failure::failed(format!("the emulator cannot start: {error}")),
            })?;
            let client = builder
                .api_key(emulator.api_key())
                .base_url(emulator.base_url())
                .build()?;
            return Ok((client, Some(emulator)));
        }
        builder = builder.read_env();
        let has_key = self.api_key.is_some() || std::env::var_os("ITTYBIT_API_KEY").is_some();
        if let Some(key) = self.api_key {
            builder = builder.api_key(key);
        }
        if let Some(url) = self.base_url {
            builder = builder.base_url(url);
        }
        let client = builder.build().map_err(|error| match has_key {
            true => Failure::from(error),
            false => Failure::from(error)
                .tip(KEY)
                .tip("to try the command without a key, add --emulator"),
        });
        Ok((client?, None))
    }
}
