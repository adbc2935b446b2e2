//! A private PostgreSQL server for tests and benchmarks: a cluster of its own in a
//! temporary folder, on a free loopback port, run by an unprivileged user, and gone when
//! the process ends, however it ends.
//!
//! It takes the programs of Debian's `postgresql` package (`/usr/lib/postgresql/*/bin`);
//! where they are missing, [`shared`] says so and a test skips itself, visibly.

use std::fs;
use std::io;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

/// How long the server may take to start.
const START_TIMEOUT: Duration = Duration::from_secs(60);

/// Name of a cluster's folder, followed by the id of its process.
const FOLDER: &str = "lode-testpg-";

/// A running server.
#[derive(Debug)]
pub struct Cluster {
    port: u16,
    programs: PathBuf,
    databases: AtomicU32,
}

/// The process's one server, started at the first call; or why there is none.
///
/// # Errors
/// In words: the programs are not installed, or they do not start.
pub fn shared() -> Result<&'static Cluster, &'static str> {
    static CLUSTER: OnceLock<Result<Cluster, String>> = OnceLock::new();
    CLUSTER
        .get_or_init(Cluster::start)
        .as_ref()
        .map_err(String::as_str)
}

impl Cluster {
    fn start() -> Result<Self, String> {
        let programs = programs()
            .ok_or("PostgreSQL is not installed (no /usr/lib/postgresql/*/bin/postgres)")?;
        remove_leftovers();
        let folder = std::env::temp_dir().join(format!("{FOLDER}{}", std::process::id()));
        let words = |what: &str, error: io::Error| format!("{what}: {error}");
        fs::create_dir(&folder).map_err(|e| words("temporary folder", e))?;
        let root = is_root();
        if root {
            // PostgreSQL refuses to run as root; the package makes this user.
            check(Command::new("chown").arg("postgres:postgres").arg(&folder))?;
        }
        let data = folder.join("data");
        check(
            unprivileged(root, &programs.join("initdb"))
                .args(["-D".as_ref(), data.as_os_str()])
                .args([
                    "-U",
                    "postgres",
                    "-A",
                    "trust",
                    "-E",
                    "UTF8",
                    "--locale=C.UTF-8",
                ])
                .arg("--no-sync"),
        )?;
        let port = free_port().map_err(|e| words("free port", e))?;
        let mut server = unprivileged(root, &programs.join("postgres"));
        server
            .args(["-D".as_ref(), data.as_os_str()])
            .args(["-p", &port.to_string()])
            .args(["-c", "listen_addresses=127.0.0.1"])
            .args(["-c", "unix_socket_directories="])
            .args(["-c", "max_connections=200"])
            // Nothing in it outlives the process: it never waits for the disk.
            .args(["-c", "fsync=off", "-c", "full_page_writes=off"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(
                fs::File::create(folder.join("log"))
                    .map(Stdio::from)
                    .map_err(|e| words("log file", e))?,
            );
        spawn_from_lasting_thread(server)?;
        let cluster = Self {
            port,
            programs,
            databases: AtomicU32::new(0),
        };
        cluster.wait_until_ready(&folder)?;
        Ok(cluster)
    }

    fn wait_until_ready(&self, folder: &Path) -> Result<(), String> {
        let started = Instant::now();
        while started.elapsed() < START_TIMEOUT {
            let listens = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).is_ok();
            if listens && self.psql("postgres", "SELECT 1").is_ok() {
                return Ok(());
            }
            thread::sleep(Duration::from_millis(50));
        }
        let log = fs::read_to_string(folder.join("log")).unwrap_or_default();
        Err(format!("PostgreSQL did not start: {log}"))
    }

    /// A new, empty database; its address.
    ///
    /// # Errors
    /// In words, as the server said.
    pub fn new_database(&self) -> Result<String, String> {
        let number = self.databases.fetch_add(1, Ordering::Relaxed);
        let name = format!("lode_{}_{number}", std::process::id());
        self.psql("postgres", &format!("CREATE DATABASE {name}"))?;
        Ok(format!(
            "postgres://postgres@127.0.0.1:{}/{name}",
            self.port
        ))
    }

    fn psql(&self, database: &str, statement: &str) -> Result<(), String> {
        check(
            Command::new(self.programs.join("psql"))
                .args(["-h", "127.0.0.1", "-p", &self.port.to_string()])
                .args(["-U", "postgres", "-d", database, "-q", "-c", statement]),
        )
    }
}

/// The folder of the newest installed programs.
fn programs() -> Option<PathBuf> {
    fs::read_dir("/usr/lib/postgresql")
        .ok()?
        .filter_map(|entry| Some(entry.ok()?.path().join("bin")))
        .filter(|bin| bin.join("postgres").is_file() && bin.join("initdb").is_file())
        .max()
}

fn is_root() -> bool {
    // The owner of what the kernel shows of this process is its effective user.
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        fs::metadata("/proc/self").is_ok_and(|meta| meta.uid() == 0)
    }
    #[cfg(not(unix))]
    false
}

/// A command that ends with the thread that started it, and runs as `postgres` where we
/// are root.
fn unprivileged(root: bool, program: &Path) -> Command {
    let mut command = Command::new("setpriv");
    if root {
        command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]);
    }
    command.args(["--pdeathsig", "INT"]).arg(program);
    command
}

/// The kernel ends the child with the *thread* that started it, and a test's thread ends
/// with its test: so a thread that lasts as long as the process.
fn spawn_from_lasting_thread(mut command: Command) -> Result<(), String> {
    let (told, answer) = mpsc::channel();
    thread::spawn(move || match command.spawn() {
        Ok(mut child) => {
            let _ = told.send(Ok(()));
            let _ = child.wait();
        }
        Err(error) => {
            let _ = told.send(Err(format!("postgres: {error}")));
        }
    });
    answer
        .recv()
        .unwrap_or_else(|_| Err("postgres: its thread ended".to_owned()))
}

/// Folders of processes that are gone.
fn remove_leftovers() {
    let Ok(entries) = fs::read_dir(std::env::temp_dir()) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let gone = name
            .to_str()
            .and_then(|name| name.strip_prefix(FOLDER))
            .is_some_and(|process| !Path::new("/proc").join(process).exists());
        if gone {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?
        .local_addr()?
        .port())
}

fn check(command: &mut Command) -> Result<(), String> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|e| format!("{}: {e}", command.get_program().to_string_lossy()))?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!(
        "{}: {}",
        command.get_program().to_string_lossy(),
        String::from_utf8_lossy(&output.stderr)
    ))
}
