//! LinkedIn readers on pages of any size: the time grows as the page does.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::string_slice,
    missing_docs,
    unreachable_pub
)]

#[path = "support/growth.rs"]
mod growth;

/// Every kind of address with a reader of its own.
const ADDRESSES: [&str; 9] = [
    "in/ada-example/",
    "search/results/people/?keywords=x",
    "company/acme/",
    "company/acme/people/",
    "school/acme/people/",
    "mynetwork/invite-connect/connections/",
    "sales/lead/ACwAAx,NAME_SEARCH,ab",
    "sales/search/people?x=1",
    "sales/company/1",
];

/// What readers look at, again and again.
const PIECES: [&str; 14] = [
    // Rows: marked, plain, anonymous, with a degree, suggested.
    "<main><div role=\"listitem\"><p><a href=\"/in/a-{n}/\">Ada Example</a><span> • 2nd</span></p><p>CTO at Acme</p><p>Oslo</p></div></main>",
    "<li data-chameleon-result-urn=\"urn:li:member:1\"><a href=\"/in/a-{n}/\"><span aria-hidden=\"true\">Ada Example</span></a><div>CTO at Acme</div></li>",
    "<section><h2>People you may know</h2><div><a href=\"/in/a-{n}/\">Ada • 3rd</a><p>x</p></div></section>",
    "<h2>x</h2><p><a href=\"/in/a-{n}/\">Ada</a> • 1st</p><p>LinkedIn Member</p><a href=\"/search/results/people/headless\">y</a>",
    "<aside><header><a href=\"/in/a-{n}/\">Ada</a> • 2nd</header></aside><footer><a href=\"/in/b-{n}/\">Bob</a></footer>",
    // Cards, sections and positions.
    "<section componentkey=\"com.linkedin.sdui.profile.card.refxTopcard\"><a href=\"/in/a-{n}/overlay/x\"><h2>Ada</h2></a><p>CTO</p><p>·</p></section>",
    "<section><h1>Ada Example</h1><p>CTO</p><a href=\"/in/ada-example/\">Bea Other</a></section>",
    "<section><h2>Experience</h2><ul><li><span>CTO</span><span>Acme</span><span>2020 - Present</span></li></ul></section>",
    "<h2>Education</h2><div componentkey=\"entity-collection-item-{n}\"><p>CTO</p><p>Acme</p><p>2010 - 2020</p></div>",
    "<div class=\"top-card-layout\"><h1>Ada</h1><h2>CTO</h2><li class=\"experience-item\"><h3>CTO</h3><h4>Acme</h4><p>2020 - Present</p></li></div>",
    // Sales Navigator.
    "<li><a href=\"/sales/lead/x{n},y\"><span data-anonymize=\"person-name\">Ada</span></a><span data-anonymize=\"title\">CTO</span><span data-anonymize=\"location\">Oslo</span></li>",
    "<section data-sn-view-name=\"lead-current-role\"><p><span data-anonymize=\"job-title\">CTO</span> at <a data-anonymize=\"company-name\" href=\"/sales/company/{n}\">Acme</a></p></section>",
    "<section><h1>Acme</h1><nav><a href=\"/company/c-{n}/\">Home</a></nav><dl><dt>Website</dt><dd>x</dd></dl></section>",
    "<code id=\"bpr-guid-{n}\">{\"included\":[{\"$type\":\"a.Profile\",\"publicIdentifier\":\"ada-example\",\"fullName\":\"Ada\"}]}</code>",
];

/// A piece again and again, its numbers counted up: the same person twice is read once.
fn page(piece: &str, bytes: usize) -> String {
    let mut page = String::from("<title>Ada Example | LinkedIn</title>");
    let mut n = 0;
    while page.len() < bytes {
        page.push_str(&piece.replace("{n}", &n.to_string()));
        n += 1;
    }
    page
}

#[test]
fn time_grows_with_the_page_and_not_with_its_square() {
    for address in ADDRESSES {
        let url = format!("https://www.linkedin.com/{address}");
        for piece in PIECES {
            let listed = |bytes| format!("<main><ul>{}</ul></main>", page(piece, bytes));
            growth::assert_in_proportion(&url, 30_000, listed);
        }
    }
}
