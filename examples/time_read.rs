//! Times the readers natively, and measures their memory:
//!
//! - `time_read URL FILE [RUNS]` reads a page; one JSON line with the median in milliseconds,
//!   the peak of memory over what was used before, and what was read.
//! - `time_read --grow URL FILE BYTES` reads the page grown to a sixteenth, an eighth, … and
//!   all of so many bytes; one JSON line a size.
//!
//! `cargo xtask bench` calls both.
#![expect(
    clippy::print_stdout,
    reason = "a command-line program talks to its caller"
)]

use std::error::Error;
use std::fs;
use std::time::Instant;

use lode_core::sites;

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args.as_slice() {
        ["--grow", url, file, bytes] => grow(url, &text(file)?, bytes.parse()?),
        [url, file] => time(url, &text(file)?, 21),
        [url, file, runs] => time(url, &text(file)?, runs.parse()?),
        _ => Err("usage: time_read [--grow] URL FILE [RUNS | BYTES]".into()),
    }
}

fn text(file: &str) -> Result<String, Box<dyn Error>> {
    Ok(String::from_utf8_lossy(&fs::read(file)?).into_owned())
}

fn time(url: &str, html: &str, runs: usize) -> Result<(), Box<dyn Error>> {
    // Rules and word lists are made once, by the first page of a process.
    let _ = sites::read(url, "");
    let before = memory("VmRSS:");
    // Sets the peak to what is used now (proc_pid_clear_refs(5)); elsewhere than on Linux no
    // memory is told.
    let _ = fs::write("/proc/self/clear_refs", "5");
    let parsed = sites::read(url, html);
    let peak = memory("VmHWM:");
    let line = serde_json::json!({
        "median_ms": median_ms(url, html, runs),
        "peak_kb": peak.zip(before).map(|(peak, before)| peak.saturating_sub(before)),
        "kind": parsed.page.kind,
        "leads": parsed.leads.len(),
        "name": parsed.leads.first().and_then(|lead| lead.full_name.clone()),
    });
    println!("{line}");
    Ok(())
}

fn median_ms(url: &str, html: &str, runs: usize) -> Option<f64> {
    let mut times: Vec<f64> = (0..runs.max(1))
        .map(|_| {
            let start = Instant::now();
            std::hint::black_box(sites::read(url, html));
            start.elapsed().as_secs_f64() * 1_000.0
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied()
}

/// A line of this process's memory, in kilobytes.
fn memory(name: &str) -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

fn grow(url: &str, html: &str, bytes: usize) -> Result<(), Box<dyn Error>> {
    for share in [16, 8, 4, 2, 1] {
        let grown = grown(html, bytes / share);
        let parsed = sites::read(url, &grown);
        let line = serde_json::json!({
            "bytes": grown.len(),
            "median_ms": median_ms(url, &grown, 3),
            "kind": parsed.page.kind,
            "leads": parsed.leads.len(),
        });
        println!("{line}");
    }
    Ok(())
}

/// The page with what is in its body again and again, each time about other people and with
/// other keys, up to a size.
fn grown(html: &str, bytes: usize) -> String {
    let start = html.find("<body").and_then(|at| {
        let rest = html.get(at..)?;
        Some(at + rest.find('>')? + 1)
    });
    let start = start.unwrap_or(0);
    let end = html.rfind("</body>").filter(|end| *end > start);
    let end = end.unwrap_or(html.len());
    let (head, body) = (html.get(..start), html.get(start..end));
    let (head, body) = (head.unwrap_or_default(), body.unwrap_or_default());
    let mut out = format!("{head}{body}");
    let mut copy = 0;
    while out.len() < bytes && !body.is_empty() {
        copy += 1;
        let mut other = body.to_owned();
        for path in [
            "/in/",
            "/person/",
            "/organization/",
            "/sales/lead/",
            "/company/",
        ] {
            other = other.replace(path, &format!("{path}c{copy}-"));
        }
        for part in ["urn:li:member:", "q=https://", "SearchResults"] {
            other = other.replace(part, &format!("{part}{copy}"));
        }
        out.push_str("<div>");
        out.push_str(&other);
        out.push_str("</div>");
    }
    out.push_str("</body></html>");
    out
}
