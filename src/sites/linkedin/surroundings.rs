//! Whose the parts of a page are where it shows others beside the one it is about: Sales
//! Navigator recommends leads and accounts with the same marks.

use crate::document::{ElementRef, NodeId, PerNode};
use crate::dom;
use crate::sites::view::{self, View};

/// Where on a page the name of the one it is about stands, and where those of others do.
pub(crate) struct Surroundings {
    /// Elements around the own name.
    own: PerNode<bool>,
    /// Elements around the names of others, or links to them.
    others: PerNode<bool>,
}

impl Surroundings {
    /// Notes what is around the own name, and around the names of others, among which the own
    /// one may be.
    pub(crate) fn of<'a>(
        name: Option<ElementRef<'a>>,
        others: impl Iterator<Item = ElementRef<'a>>,
    ) -> Self {
        let mut around = Self {
            own: PerNode::default(),
            others: PerNode::default(),
        };
        let mark = |marks: &mut PerNode<bool>, element: ElementRef<'_>| {
            for outer in [element].into_iter().chain(dom::ancestors(element)) {
                if !marks.insert(outer.id()) {
                    break;
                }
            }
        };
        if let Some(name) = name {
            mark(&mut around.own, name);
        }
        let is_own = |element: &ElementRef<'_>| {
            name.is_some_and(|name| dom::contains(name, *element) || dom::contains(*element, name))
        };
        for element in others.filter(|element| !is_own(element)) {
            mark(&mut around.others, element);
        }
        around
    }

    /// Whether an element is of the one that the page is about: the nearest element around it
    /// with a name in it has that one's.
    pub(crate) fn is_own(&self, element: ElementRef<'_>) -> bool {
        let told = |id: NodeId| self.own.get(id) || self.others.get(id);
        let mut around = dom::ancestors(element).map(ElementRef::id);
        around
            .find(|id| told(*id))
            .is_none_or(|id| self.own.get(id))
    }

    /// The first element for `key` that is its own.
    pub(crate) fn own<'a>(&self, view: &'a View<'_>, key: &str) -> Option<ElementRef<'a>> {
        let mut selectors = view.rules.selectors(key).iter();
        selectors.find_map(|selector| {
            let found = view::select(view.root(), selector).into_iter();
            found.take(200).find(|element| self.is_own(*element))
        })
    }
}
