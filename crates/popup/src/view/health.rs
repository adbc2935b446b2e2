//! Whether pages still give what they used to give.

use lode_core::protocol::{TabView, UiState};

/// What stands under "This page seems to have changed"; `None` where nothing speaks for it.
#[must_use]
pub fn page_changed(state: &UiState) -> Option<&'static str> {
    let why = match &state.tab {
        TabView::NoLead { page, .. } if page.kind == "loading" => {
            "Lode waits for what belongs to this address, as it did the last times. If all of \
             the page has long been shown, the site has changed."
        }
        _ => "The last captures lacked what pages of this kind used to give.",
    };
    state.changed.then_some(why)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn said_where_the_worker_finds_so() {
        let mut state = sample::full_state();
        assert!(page_changed(&state).is_some());
        state.changed = false;
        assert_eq!(page_changed(&state), None);
        // A page that loads is no change yet: the worker counts.
        state.tab = TabView::NoLead {
            page: sample::page("linkedin", "loading"),
            message: String::new(),
        };
        assert_eq!(page_changed(&state), None);
        state.changed = true;
        assert!(page_changed(&state).is_some_and(|why| why.contains("waits")));
    }
}
