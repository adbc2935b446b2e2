//! `lode name` and `lode parse` as people and scripts call them: arguments, standard input,
//! JSON lines, exit status.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    unreachable_pub
)]

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

fn lode(args: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_lode"))
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that does not read its input may be gone already.
    let _ = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap()
}

fn lines(output: &Output) -> Vec<Value> {
    let text = std::str::from_utf8(&output.stdout).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn code(output: &Output) -> Option<i32> {
    output.status.code()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn names_come_in_order_with_all_parts() {
    let output = lode(&["name", "Dr. Ada van der Veld, PhD", "Adabella"], b"");
    assert_eq!(code(&output), Some(0), "{}", stderr(&output));
    assert_eq!(
        lines(&output),
        [
            json!({
                "input": "Dr. Ada van der Veld, PhD", "given": "Ada", "middle": null,
                "family": "van der Veld", "prefix": "Dr.", "suffix": "PhD", "nickname": null
            }),
            json!({
                "input": "Adabella", "given": "Adabella", "middle": null, "family": null,
                "prefix": null, "suffix": null, "nickname": null
            }),
        ]
    );
}

#[test]
fn each_line_read_gives_one() {
    let output = lode(&["name", "-"], b"Ada Field\r\n\nFi\xffeld, Tom\n42\nlast");
    assert_eq!(code(&output), Some(0), "{}", stderr(&output));
    let inputs: Vec<Value> = lines(&output)
        .into_iter()
        .map(|mut line| line["input"].take())
        .collect();
    assert_eq!(
        inputs,
        ["Ada Field", "", "Fi\u{fffd}eld, Tom", "42", "last"]
    );
}

#[test]
fn no_lines_give_none() {
    let output = lode(&["name", "-"], b"");
    assert_eq!(code(&output), Some(0));
    assert_eq!(output.stdout, b"");
}

#[test]
fn a_page_is_read_from_a_file_and_from_standard_input() {
    let page = b"<!doctype html><title>Nothing here</title><p>caf\xe9</p>";
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("page.html");
    std::fs::write(&file, page).unwrap();
    let url = "https://www.example.com/";
    let from_file = lode(&["parse", "--url", url, file.to_str().unwrap()], b"");
    let from_input = lode(&["parse", "--url", url, "-"], page);
    for output in [&from_file, &from_input] {
        assert_eq!(code(output), Some(0), "{}", stderr(output));
        let lines = lines(output);
        assert_eq!(lines.len(), 1);
        assert_eq!(lines[0]["page"]["kind"], "unsupported");
        assert_eq!(lines[0]["leads"], json!([]));
    }
    assert_eq!(from_file.stdout, from_input.stdout);
}

#[test]
fn a_missing_file_is_a_failure_that_names_it() {
    let output = lode(
        &[
            "parse",
            "--url",
            "https://www.example.com/",
            "no/such/page.html",
        ],
        b"",
    );
    assert_eq!(code(&output), Some(1));
    assert_eq!(output.stdout, b"");
    let message = stderr(&output);
    assert!(message.contains("no/such/page.html"), "{message}");
}

#[test]
fn wrong_usage_is_status_two() {
    for args in [
        &[][..],
        &["name"],
        &["parse"],
        &["parse", "page.html"],
        &["parse", "--url", "not an address", "page.html"],
        &["parse", "--url", "mailto:ada@field.example", "page.html"],
        &["no-such-command"],
        &["name", "--no-such-option"],
    ] {
        let output = lode(args, b"");
        assert_eq!(code(&output), Some(2), "{args:?}: {}", stderr(&output));
        assert_eq!(output.stdout, b"", "{args:?}");
        assert!(!output.stderr.is_empty(), "{args:?}");
    }
}

#[test]
fn help_shows_examples() {
    for command in ["name", "parse"] {
        let output = lode(&[command, "--help"], b"");
        assert_eq!(code(&output), Some(0));
        let help = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(
            help.contains("Examples:") && help.contains("Usage:"),
            "{help}"
        );
    }
}
