//! Times `lode_core::sites::read` natively: `time_read URL FILE [RUNS]` prints one JSON line
//! with the median in milliseconds and what was read. `tests/bench/read.mjs` calls it.
#![expect(
    clippy::print_stdout,
    reason = "a command-line program talks to its caller"
)]

use std::time::Instant;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let (Some(url), Some(file)) = (args.next(), args.next()) else {
        return Err("usage: time_read URL FILE [RUNS]".into());
    };
    let runs: usize = args.next().map_or(Ok(21), |n| n.parse())?;
    let html = String::from_utf8_lossy(&std::fs::read(file)?).into_owned();
    let parsed = lode_core::sites::read(&url, &html);
    let mut times: Vec<f64> = (0..runs.max(1))
        .map(|_| {
            let start = Instant::now();
            std::hint::black_box(lode_core::sites::read(&url, &html));
            start.elapsed().as_secs_f64() * 1_000.0
        })
        .collect();
    times.sort_by(f64::total_cmp);
    let line = serde_json::json!({
        "median_ms": times.get(times.len() / 2),
        "kind": parsed.page.kind,
        "leads": parsed.leads.len(),
        "name": parsed.leads.first().and_then(|lead| lead.full_name.clone()),
    });
    println!("{line}");
    Ok(())
}
