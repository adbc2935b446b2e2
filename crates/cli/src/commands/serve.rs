//! `lode serve`: the backend.

use std::fs;
use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use lode_server::Config;
use lode_server::config::LogFormat;
use lode_store::{Pricing, Store};
use tokio::runtime::Runtime;
use tracing_subscriber::EnvFilter;

use crate::output::Failure;

const EXAMPLES: &str = "\
Examples:
  lode serve
  lode serve --data-dir /var/lib/lode --config /etc/lode.toml
  LODE_LISTEN=127.0.0.1:0 lode serve --ready-file ready.json

All settings stand in docs/CONFIGURATION.md. Log lines go to standard error.";

/// Runs the backend
///
/// Prints one line with its address once it answers and, where nothing is paired yet, a
/// one-time code for the extension. Ends at Ctrl-C or SIGTERM, with nothing lost.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, after_long_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(flatten)]
    data: DataArgs,
    /// Address and port to listen on; port 0 takes a free one [default: 127.0.0.1:7317]
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<SocketAddr>,
    /// Writes {"address","pairing_code"} to this file once the server answers
    #[arg(long, value_name = "FILE")]
    ready_file: Option<PathBuf>,
}

/// Where the data is: shared by all commands that look into it.
#[derive(Debug, clap::Args)]
pub(crate) struct DataArgs {
    /// Folder of the server's data [default: lode-data]
    #[arg(long, value_name = "FOLDER")]
    data_dir: Option<PathBuf>,
    /// Configuration file (TOML)
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

impl DataArgs {
    fn load(&self, more: impl FnOnce(&mut Config)) -> Result<Config, Failure> {
        Config::load(self.config.as_deref(), |config| {
            if let Some(folder) = &self.data_dir {
                config.data_dir.clone_from(folder);
            }
            more(config);
        })
        .map_err(Failure::from)
    }

    /// The configuration and the store that is there already: a mistyped folder must not
    /// become a new, empty store.
    pub(crate) async fn open(&self) -> Result<(Config, Store, Pricing), Failure> {
        let config = self.load(|_| {})?;
        let address = config.database()?;
        if let lode_store::Address::Sqlite { path, .. } = &address
            && !path.is_file()
        {
            return Err(Failure::new(format!(
                "there is no data at {}; `lode serve` makes it, `--data-dir` names another place",
                path.display()
            )));
        }
        let (store, pricing) = lode_server::open_store(&config).await?;
        Ok((config, store, pricing))
    }
}

/// A runtime for one command.
pub(crate) fn runtime() -> Result<Runtime, Failure> {
    Runtime::new().map_err(|error| Failure::new(format!("cannot start: {error}")))
}

/// The address of a server as it is typed into the extension.
pub(crate) fn server_url(listening: SocketAddr) -> String {
    if listening.ip().is_unspecified() {
        // It listens everywhere, and so here too.
        return format!("http://localhost:{}", listening.port());
    }
    format!("http://{listening}")
}

/// Runs the command.
pub(crate) fn run(args: Args) -> Result<(), Failure> {
    let config = args.data.load(|config| {
        if let Some(listen) = args.listen {
            config.listen = listen;
        }
    })?;
    start_log(&config)?;
    runtime()?.block_on(serve(config, args.ready_file.as_deref()))
}

async fn serve(config: Config, ready_file: Option<&Path>) -> Result<(), Failure> {
    let server = lode_server::start(config).await?;
    let address = server_url(server.address);
    let code = server.pairing_code.as_ref().map(|code| code.code.as_str());
    if let Some(file) = ready_file {
        write_ready_file(file, &address, code)
            .map_err(|error| Failure::new(format!("cannot write {}: {error}", file.display())))?;
    }
    announce(&address, code);
    wait_for_signal().await?;
    tracing::info!("shutting down");
    server.stop().await;
    Ok(())
}

/// The server goes on where nobody reads its output.
fn announce(address: &str, code: Option<&str>) {
    let mut out = io::stdout().lock();
    let _ = match code {
        None => writeln!(out, "Lode listens on {address}"),
        Some(code) => writeln!(
            out,
            "Lode listens on {address} \u{2014} to pair, enter this address and the code {code} \
             in the extension's options (once, within ten minutes; `lode pair` makes another)"
        ),
    };
    let _ = out.flush();
}

/// Written beside and renamed, so that a reader never sees half of it; for the owner only:
/// it may hold a code.
fn write_ready_file(file: &Path, address: &str, code: Option<&str>) -> io::Result<()> {
    let body = serde_json::json!({ "address": address, "pairing_code": code });
    let mut beside = file.as_os_str().to_owned();
    beside.push(".part");
    let beside = PathBuf::from(beside);
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
        .open(&beside)?
        .write_all(format!("{body}\n").as_bytes())?;
    fs::rename(&beside, file)
}

fn start_log(config: &Config) -> Result<(), Failure> {
    let filter = EnvFilter::try_new(&config.log)
        .map_err(|error| Failure::new(format!("configuration: log: {error}")))?;
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(io::IsTerminal::is_terminal(&io::stderr()))
        .with_writer(io::stderr);
    let started = match config.log_format {
        LogFormat::Text => log.try_init(),
        LogFormat::Json => log.json().try_init(),
    };
    started.map_err(|error| Failure::new(format!("cannot start the log: {error}")))
}

#[cfg(unix)]
async fn wait_for_signal() -> Result<(), Failure> {
    use tokio::signal::unix::{SignalKind, signal};
    let failed = |error: io::Error| Failure::new(format!("cannot wait for signals: {error}"));
    let mut terminate = signal(SignalKind::terminate()).map_err(failed)?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted.map_err(failed),
        _ = terminate.recv() => Ok(()),
    }
}

#[cfg(not(unix))]
async fn wait_for_signal() -> Result<(), Failure> {
    tokio::signal::ctrl_c()
        .await
        .map_err(|error| Failure::new(format!("cannot wait for signals: {error}")))
}
