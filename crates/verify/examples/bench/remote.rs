//! The bed as a child process (this program with `--bed`): its memory is not the engine's, and
//! its ports are free when it has ended.

use std::collections::BTreeMap;
use std::process::Stdio;

use lode_testbed::{DomainStats, Ready, Scenario};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

/// A running bed.
pub struct RemoteBed {
    /// Where it is to be reached.
    pub ready: Ready,
    child: Child,
    output: Lines<BufReader<ChildStdout>>,
}

impl RemoteBed {
    /// Starts it; everything listens when this returns.
    pub async fn start(scenario: &Scenario) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .arg("--bed")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut line = serde_json::to_string(scenario).unwrap();
        line.push('\n');
        let input = child.stdin.as_mut().unwrap();
        input.write_all(line.as_bytes()).await.unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap()).lines();
        let ready = output.next_line().await.unwrap().unwrap();
        Self {
            ready: serde_json::from_str(&ready).unwrap(),
            child,
            output,
        }
    }

    /// Stops it: what its servers were asked.
    pub async fn finish(mut self) -> BTreeMap<String, DomainStats> {
        drop(self.child.stdin.take());
        let stats = self.output.next_line().await.unwrap().unwrap();
        // A server that never stops talking would hold the process.
        let _ = self.child.kill().await;
        serde_json::from_str(&stats).unwrap()
    }
}

/// Plays the bed: the scenario is the first line of standard input.
pub async fn serve() {
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).unwrap();
    let scenario = serde_json::from_str(&line).unwrap();
    lode_testbed::serve_until_input_ends(scenario, true)
        .await
        .unwrap();
}
