//! Whether pages still give what they used to give.

use lode_core::protocol::{TabView, UiState};

/// What stands under "This page seems to have changed"; `None` where nothing speaks for it.
#[must_use]
pub fn page_changed(state: &UiState) -> Option<&'static str> {
    match &state.tab {
        TabView::NoLead { page, .. } if page.kind == "loading" => Some(
            "Lode waits for what belongs to this address. If all of the page has long been \
             shown, the site has changed.",
        ),
        _ => state
            .changed
            .then_some("The last captures lacked what pages of this kind used to give."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn said_where_the_worker_finds_so_or_nothing_is_read() {
        let mut state = sample::full_state();
        assert!(page_changed(&state).is_some());
        state.changed = false;
        assert_eq!(page_changed(&state), None);
        state.tab = TabView::NoLead {
            page: sample::page("linkedin", "loading"),
            message: String::new(),
        };
        assert!(page_changed(&state).is_some());
    }
}
