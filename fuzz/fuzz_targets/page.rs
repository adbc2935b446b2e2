//! Any text as a page of each site: no panic.
//!
//! The first byte chooses the address, so that every site's reader is reached.
#![no_main]

use libfuzzer_sys::fuzz_target;
use lode_core::sites;

const ADDRESSES: &[&str] = &[
    "https://www.linkedin.com/in/someone/",
    "https://de.linkedin.com/in/someone",
    "https://www.linkedin.com/search/results/people/?keywords=x",
    "https://www.linkedin.com/company/acme/people/",
    "https://www.linkedin.com/mynetwork/invite-connect/connections/",
    "https://www.linkedin.com/sales/lead/ACwAAA,NAME_SEARCH,xxxx",
    "https://www.crunchbase.com/person/someone",
    "https://www.crunchbase.com/organization/acme",
    "https://www.google.com/search?q=x",
];

fuzz_target!(|data: &[u8]| {
    let Some((choice, html)) = data.split_first() else {
        return;
    };
    let Some(address) = ADDRESSES.get(usize::from(*choice) % ADDRESSES.len()) else {
        return;
    };
    let _ = sites::read(address, &String::from_utf8_lossy(html));
});
