//! How the time that a page takes to read grows with the page.

use std::time::{Duration, Instant};

use lode_core::sites;

/// Time that this thread has run: on Linux without the time that others took.
fn thread_time() -> Duration {
    static START: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    std::fs::read_to_string("/proc/thread-self/schedstat")
        .ok()
        .and_then(|stat| stat.split_whitespace().next()?.parse().ok())
        .map_or_else(
            || START.get_or_init(Instant::now).elapsed(),
            Duration::from_nanos,
        )
}

/// Shortest of three readings.
fn time(url: &str, html: &str) -> Duration {
    (0..3)
        .map(|_| {
            let start = thread_time();
            let _ = sites::read(url, html);
            thread_time().saturating_sub(start)
        })
        .min()
        .unwrap()
}

/// Reads a page of `small` bytes and one of eight times as many: linear time is eight times as
/// long, quadratic time 64 times. A clock with coarse ticks gets a second chance.
///
/// # Panics
/// Where the time grows faster than the page does.
pub fn assert_in_proportion(url: &str, small: usize, page: impl Fn(usize) -> String) {
    let (small, large) = (page(small), page(8 * small));
    let in_proportion =
        (0..3).any(|_| time(url, &large) < time(url, &small) * 24 + Duration::from_millis(30));
    assert!(
        in_proportion,
        "{url} {}",
        small.chars().take(200).collect::<String>()
    );
}
