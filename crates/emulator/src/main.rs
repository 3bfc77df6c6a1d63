//! The emulator as a program.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::pin::pin;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, ValueEnum};
use ittybit_emulator::{DEFAULT_API_KEY, Emulator, Fault, SystemClock};

/// Serves the Ittybit API on this machine, with generated tasks; or the API of any OpenAPI document.
#[derive(Parser)]
#[command(
    name = "ittybit-emulator",
    // Not the name of the file, which ends in `.exe` on Windows.
    bin_name = "ittybit-emulator",
    version,
    max_term_width = 100,
    after_help = "The same options give the same data, except with --live, where times are as of now.\n\
                  A request can ask for an error itself, with the header `Prefer: code=503`."
)]
struct Options {
    /// The OpenAPI document to serve, YAML or JSON [default: that of the Ittybit API]
    #[arg(long, value_name = "FILE")]
    spec: Option<PathBuf>,

    /// How many tasks there are, where the document is that of the Ittybit API
    #[arg(long, value_name = "NUMBER", default_value_t = 100, allow_negative_numbers = true)]
    tasks: usize,

    /// How many items every other list has
    #[arg(long, value_name = "NUMBER", default_value_t = 100, allow_negative_numbers = true)]
    items: usize,

    /// The seed of the tasks, other items and random faults
    #[arg(long, value_name = "NUMBER", default_value_t = 0, allow_negative_numbers = true)]
    seed: u64,

    /// Where to listen; port 0 is a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0", value_parser = address)]
    listen: SocketAddr,

    /// The API key that is valid
    #[arg(long, value_name = "KEY", default_value = DEFAULT_API_KEY)]
    key: String,

    /// Let tasks progress as time passes, from `waiting` to a terminal status within a minute; and other
    /// items along their `x-lifecycle`
    #[arg(long)]
    live: bool,

    /// Give some tasks a status or kind that is not documented
    #[arg(long)]
    unknown_values: bool,

    /// Give tasks fields that are not documented
    #[arg(long)]
    extra_fields: bool,

    /// The share of requests that fail, from 0.0 to 1.0
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, allow_negative_numbers = true)]
    fault_rate: f64,

    /// How they fail; can be repeated [default: all transient faults]
    #[arg(long, value_name = "FAULT", requires = "fault_rate")]
    fault: Vec<FaultName>,
}

#[derive(Clone, Copy, ValueEnum)]
enum FaultName {
    /// Status 429, with a `Retry-After` of a second
    RateLimited,
    /// Status 500
    InternalError,
    /// Status 502, with HTML
    BadGateway,
    /// Status 503, with no body
    Unavailable,
    /// The response is delayed by a second
    Delay,
    /// Half of the body, then the connection is closed
    Truncated,
    /// No response: the connection is closed
    Dropped,
    /// A body that is not JSON
    BrokenJson,
    /// A status that is not documented
    UnknownValue,
}

impl From<FaultName> for Fault {
    fn from(name: FaultName) -> Self {
        match name {
            FaultName::RateLimited => Self::rate_limited(Duration::from_secs(1)),
            FaultName::InternalError => Self::status(500),
            FaultName::BadGateway => Self::status(502).body("text/html", "<h1>502 Bad Gateway</h1>"),
            FaultName::Unavailable => Self::status(503).without_body(),
            FaultName::Delay => Self::delay(Duration::from_secs(1)),
            FaultName::Truncated => Self::truncated(),
            FaultName::Dropped => Self::dropped(),
            FaultName::BrokenJson => Self::broken_json(),
            FaultName::UnknownValue => Self::unknown_value(),
        }
    }
}

fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse()
        .map_err(|_| "write an IP address and a port, like 127.0.0.1:4010".to_owned())
}

fn main() -> ExitCode {
    match run(Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("error: {error}"));
            // A bad setting is an error of usage, as it is for the parser.
            ExitCode::from(if error.kind() == io::ErrorKind::InvalidInput {
                2
            } else {
                1
            })
        }
    }
}

/// Prints to standard error. If that fails, there is nowhere to report it.
fn say(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

fn run(options: Options) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    // Before the address is printed: its reader may send a signal at once.
    let stopped = {
        let _context = runtime.enter();
        stop_signal()?
    };

    let faults = match options.fault.as_slice() {
        [] => Fault::transient(),
        names => names.iter().copied().map(Fault::from).collect(),
    };
    let mut builder = Emulator::builder()
        .tasks(options.tasks)
        .items(options.items)
        // The program has no use for them.
        .keep_requests(false)
        .seed(options.seed)
        .address(options.listen)
        .api_key(options.key)
        .live(options.live)
        .unknown_values(options.unknown_values)
        .extra_fields(options.extra_fields)
        .random_faults(options.fault_rate, faults);
    if let Some(path) = &options.spec {
        let path = path.to_str().ok_or_else(|| {
            let message = format!("the path {} is not UTF-8: rename the file", path.display());
            io::Error::new(io::ErrorKind::InvalidInput, message)
        })?;
        builder = builder.document(path);
    }
    if options.live {
        builder = builder.clock(SystemClock);
    }
    let served = runtime.block_on(async {
        let mut stopped = pin!(stopped);
        let emulator = tokio::select! {
            // Millions of tasks take a while, in which a signal has to be handled.
            emulator = tokio::task::spawn_blocking(|| builder.start_blocking()) => {
                emulator.map_err(io::Error::other)??
            }
            () = &mut stopped => return Ok(()),
        };
        greet(&emulator, &options.spec, options.tasks)
            .map_err(|error| io::Error::new(error.kind(), format!("the address cannot be printed: {error}")))?;
        stopped.await;
        Ok(())
    });
    // A start that is still under way is abandoned.
    runtime.shutdown_background();
    if served.is_ok() {
        say("Stopped.");
    }
    served
}

fn greet(emulator: &Emulator, spec: &Option<PathBuf>, tasks: usize) -> io::Result<()> {
    let (url, key) = (emulator.base_url(), emulator.api_key());
    let mut out = io::stdout().lock();
    match spec {
        Some(path) => {
            let about_key = match emulator.has_security() {
                true => format!(". The API key is {key}"),
                false => String::new(),
            };
            writeln!(out, "Serving {} at {url}, until Ctrl-C{about_key}", path.display())?;
        }
        None => writeln!(
            out,
            "Serving {tasks} tasks at {url}, until Ctrl-C.\n\
             \n\
             With curl:\n    \
                 curl -H 'Authorization: Bearer {key}' '{url}/tasks?limit=2'\n\
             \n\
             With the client, or the command `ittybit`:\n    \
                 export ITTYBIT_BASE_URL={url}\n    \
                 export ITTYBIT_API_KEY={key}"
        )?,
    }
    out.flush()
}

/// Waits for Ctrl-C or SIGTERM. From here on neither ends the program by itself.
#[cfg(unix)]
fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};

    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(std::future::poll_fn(move |context| {
        match interrupt.poll_recv(context).is_ready() || terminate.poll_recv(context).is_ready() {
            true => std::task::Poll::Ready(()),
            false => std::task::Poll::Pending,
        }
    }))
}

#[cfg(windows)]
fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    let mut interrupt = tokio::signal::windows::ctrl_c()?;
    Ok(async move {
        interrupt.recv().await;
    })
}
