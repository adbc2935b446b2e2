//! `cargo xtask accuracy`: how right the page readers are, as tables: on the shared real
//! pages and the project's fixtures, as they are and under each redesign.

use std::path::PathBuf;

use anyhow::{Result, anyhow};

// The scorer and the redesigns are those of the tests.
#[path = "../../tests/support/accuracy.rs"]
#[allow(
    clippy::indexing_slicing,
    clippy::missing_errors_doc,
    unreachable_pub,
    dead_code,
    reason = "test support, shared with tests/sites.rs"
)]
pub(crate) mod scorer;

#[path = "../../tests/support/mutation.rs"]
#[allow(
    clippy::indexing_slicing,
    unreachable_pub,
    dead_code,
    reason = "test support, shared with tests/sites.rs"
)]
pub(crate) mod mutation;

use mutation::Mutation;
use scorer::{Case, Report};

/// What to measure.
pub(crate) struct Options {
    /// Folder with a `truth.json`; without one the shared pages, where they are.
    pub(crate) pages: Option<PathBuf>,
    /// Print every value that is not right. It holds text of the pages.
    pub(crate) details: bool,
    /// Seed of the redesigns.
    pub(crate) seed: u64,
}

/// Measures and prints.
pub(crate) fn accuracy(options: &Options) -> Result<()> {
    match options.pages.clone().or_else(scorer::pages_folder) {
        Some(folder) => {
            let cases = scorer::load(&folder).map_err(|error| anyhow!(error))?;
            print("Real pages", &cases, options);
        }
        None => println!("Real pages: none here (set LODE_PAGES or --pages)\n"),
    }
    let fixtures = scorer::fixtures().map_err(|error| anyhow!(error))?;
    println!(
        "The fixtures' truth is what was read of them when they were made: as they are, they can \
         only show what has changed since. Under the redesigns they are a measurement.\n"
    );
    print("The project's fixtures", &fixtures, options);
    Ok(())
}

fn print(title: &str, cases: &[Case], options: &Options) {
    println!("# {title}, as they are\n");
    let mut report = Report::default();
    for case in cases {
        scorer::score(&mut report, case, &case.html);
    }
    println!("{}", report.tables());
    if options.details {
        for detail in &report.details {
            println!("{detail}");
        }
    }
    for mutation in Mutation::ALL {
        println!("# {title}: {} changed\n", mutation.name());
        let mut report = Report::default();
        for (case, number) in cases.iter().zip(0_u64..) {
            let html = mutation::apply(mutation, &case.html, options.seed + number);
            scorer::score(&mut report, case, &html);
        }
        println!("{}", report.summary());
        if options.details {
            for detail in &report.details {
                println!("{detail}");
            }
        }
    }
}
