//! Data providers that are not asked at present.

use super::parts::Page;
use crate::node::{Element, el};
use crate::view::providers::{TroubleView, troubles};

/// A notice for each; none where all is well.
pub(crate) fn notices(page: Page<'_>) -> Vec<Element> {
    let all = troubles(&page.model.known, &page.model.clock);
    all.iter().map(notice).collect()
}

fn notice(trouble: &TroubleView) -> Element {
    let times = (!trouble.times.is_empty()).then(|| el("p").text(&trouble.times));
    el("div")
        .key(trouble.provider.clone())
        .class("notice")
        .test_id("provider-trouble")
        .set("data-provider", &trouble.provider)
        .set("data-code", &trouble.code)
        .set("data-tone", trouble.tone.name())
        .child(el("h3").text(&trouble.title))
        .children(times)
        .child(el("p").text(&trouble.remedy))
}
