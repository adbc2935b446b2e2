//! The one view type of the pages.
//!
//! Leptos gives every shape of view a type of its own, and compiles each for itself: 330 KB
//! for these pages. Here a page is a tree of one type, which Leptos renders through the
//! same [`Render`] trait as its own views (docs/adr/0002-popup-ui.md has the sizes).
//! Redrawing compares trees: an element that stays keeps its focus, caret and scroll
//! position. There is no way to put markup in: text becomes a text node or an attribute.

use std::cell::RefCell;
use std::rc::Rc;

use leptos::prelude::{Mountable, Render};
use leptos::tachys::renderer::{Rndr, types};
use leptos::wasm_bindgen::{JsCast, JsValue, closure::Closure};
use leptos::web_sys::Event;

/// A node to be drawn.
pub(crate) enum Node {
    /// Text.
    Text(String),
    /// An element.
    Element(Element),
}

/// An element to be drawn. Behind a pointer: the pages hand it from call to call, and copying
/// its parts each time is a fifth of their code.
pub(crate) struct Element(Box<Parts>);

struct Parts {
    tag: &'static str,
    key: Option<String>,
    attributes: Vec<(&'static str, String)>,
    property: Option<Property>,
    listeners: Vec<Listener>,
    children: Vec<Node>,
}

/// What the user can change in a control, as it should be.
enum Property {
    Value(String),
    Checked(bool),
}

type Listener = (&'static str, Box<dyn Fn(Event)>);

/// An element.
pub(crate) fn el(tag: &'static str) -> Element {
    Element(Box::new(Parts {
        tag,
        key: None,
        attributes: Vec::new(),
        property: None,
        listeners: Vec::new(),
        children: Vec::new(),
    }))
}

impl Element {
    /// Sets an attribute.
    #[inline(never)]
    pub(crate) fn set(mut self, name: &'static str, value: &str) -> Self {
        self.0.attributes.push((name, value.to_owned()));
        self
    }

    /// Sets an attribute where a condition holds.
    #[inline(never)]
    pub(crate) fn set_if(self, condition: bool, name: &'static str, value: &str) -> Self {
        if condition {
            self.set(name, value)
        } else {
            self
        }
    }

    /// Sets the class.
    #[inline(never)]
    pub(crate) fn class(self, class: &str) -> Self {
        self.set("class", class)
    }

    /// Sets the hook of the browser tests.
    #[inline(never)]
    pub(crate) fn test_id(self, id: &str) -> Self {
        self.set("data-testid", id)
    }

    /// Page text, whose direction the browser shall tell.
    #[inline(never)]
    pub(crate) fn page_text(self, text: &str) -> Self {
        self.set("dir", "auto").text(text)
    }

    /// Where the focus goes, should the focused element vanish.
    pub(crate) fn takes_focus(self) -> Self {
        self.set("data-focus", "")
    }

    /// Tells this element from its siblings, so that it is moved rather than rewritten.
    #[inline(never)]
    pub(crate) fn key(mut self, key: String) -> Self {
        self.0.key = Some(key);
        self
    }

    /// What a text field holds.
    pub(crate) fn value(mut self, value: &str) -> Self {
        self.0.property = Some(Property::Value(value.to_owned()));
        self
    }

    /// Whether a box is ticked.
    pub(crate) fn checked(mut self, checked: bool) -> Self {
        self.0.property = Some(Property::Checked(checked));
        self
    }

    /// Listens to an event. Between two drawings the events of an element stay the same.
    pub(crate) fn on(mut self, event: &'static str, listener: impl Fn(Event) + 'static) -> Self {
        self.0.listeners.push((event, Box::new(listener)));
        self
    }

    /// Adds text.
    #[inline(never)]
    pub(crate) fn text(mut self, text: &str) -> Self {
        self.0.children.push(Node::Text(text.to_owned()));
        self
    }

    /// Adds an element.
    #[inline(never)]
    pub(crate) fn child(mut self, child: Element) -> Self {
        self.0.children.push(Node::Element(child));
        self
    }

    /// Adds elements, or none.
    pub(crate) fn children(self, children: impl IntoIterator<Item = Element>) -> Self {
        let mut children = children.into_iter();
        self.take(&mut || children.next())
    }

    // One piece of code, whatever the children come from.
    #[inline(never)]
    fn take(mut self, next: &mut dyn FnMut() -> Option<Self>) -> Self {
        while let Some(child) = next() {
            self.0.children.push(Node::Element(child));
        }
        self
    }
}

/// An element in the document.
pub(crate) struct Drawn {
    dom: types::Element,
    tag: &'static str,
    key: Option<String>,
    attributes: Vec<(&'static str, String)>,
    listeners: Rc<RefCell<Vec<Listener>>>,
    /// Kept for as long as the document may call them.
    _closures: Vec<Closure<dyn FnMut(Event)>>,
    children: Vec<DrawnNode>,
}

enum DrawnNode {
    Text(types::Text, String),
    Element(Drawn),
}

impl DrawnNode {
    fn dom(&self) -> &types::Node {
        match self {
            Self::Text(dom, _) => dom,
            Self::Element(drawn) => &drawn.dom,
        }
    }

    /// Whether `node` can be drawn by changing this one.
    fn fits(&self, node: &Node) -> bool {
        match (self, node) {
            (Self::Text(..), Node::Text(_)) => true,
            (Self::Element(drawn), Node::Element(element)) => {
                drawn.tag == element.0.tag && drawn.key == element.0.key
            }
            _ => false,
        }
    }
}

impl Render for Node {
    type State = DrawnState;

    fn build(self) -> Self::State {
        DrawnState(build(self))
    }

    fn rebuild(self, state: &mut Self::State) {
        if state.0.fits(&self) {
            rebuild(self, &mut state.0);
        }
    }
}

/// What Leptos keeps of a drawn page: its root, which stays the same element.
pub(crate) struct DrawnState(DrawnNode);

impl Mountable for DrawnState {
    fn unmount(&mut self) {
        Rndr::remove(self.0.dom());
    }

    fn mount(&mut self, parent: &types::Element, marker: Option<&types::Node>) {
        Rndr::insert_node(parent, self.0.dom(), marker);
    }

    fn insert_before_this(&self, child: &mut dyn Mountable) -> bool {
        match Rndr::get_parent(self.0.dom()).and_then(|p| p.dyn_into::<types::Element>().ok()) {
            Some(parent) => {
                child.mount(&parent, Some(self.0.dom()));
                true
            }
            None => false,
        }
    }

    fn elements(&self) -> Vec<types::Element> {
        match &self.0 {
            DrawnNode::Text(..) => Vec::new(),
            DrawnNode::Element(drawn) => vec![drawn.dom.clone()],
        }
    }
}

fn build(node: Node) -> DrawnNode {
    match node {
        Node::Text(text) => DrawnNode::Text(Rndr::create_text_node(&text), text),
        Node::Element(Element(element)) => {
            let element = *element;
            let dom = Rndr::create_element(element.tag, None);
            let listeners = Rc::new(RefCell::new(element.listeners));
            let closures = (0..listeners.borrow().len())
                .map(|at| listen(&dom, &listeners, at))
                .collect();
            for (name, value) in &element.attributes {
                Rndr::set_attribute(&dom, name, value);
            }
            let children: Vec<DrawnNode> = element.children.into_iter().map(build).collect();
            for child in &children {
                Rndr::insert_node(&dom, child.dom(), None);
            }
            if let Some(property) = &element.property {
                put(&dom, property);
            }
            DrawnNode::Element(Drawn {
                dom,
                tag: element.tag,
                key: element.key,
                attributes: element.attributes,
                listeners,
                _closures: closures,
                children,
            })
        }
    }
}

/// Listens once for the element's life; what is done then is that of the last drawing.
fn listen(
    dom: &types::Element,
    listeners: &Rc<RefCell<Vec<Listener>>>,
    at: usize,
) -> Closure<dyn FnMut(Event)> {
    let own = Rc::clone(listeners);
    let closure = Closure::<dyn FnMut(Event)>::new(move |event: Event| {
        if let Some((_, listener)) = own.borrow().get(at) {
            listener(event);
        }
    });
    if let Some((event, _)) = listeners.borrow().get(at) {
        // Fails only for a callback that is none.
        let _ = dom.add_event_listener_with_callback(event, closure.as_ref().unchecked_ref());
    }
    closure
}

fn rebuild(node: Node, drawn: &mut DrawnNode) {
    match (node, drawn) {
        (Node::Text(text), DrawnNode::Text(dom, old)) if *old != text => {
            Rndr::set_text(dom, &text);
            *old = text;
        }
        (Node::Element(Element(element)), DrawnNode::Element(drawn)) => {
            let element = *element;
            rebuild_attributes(&drawn.dom, &drawn.attributes, &element.attributes);
            drawn.attributes = element.attributes;
            *drawn.listeners.borrow_mut() = element.listeners;
            rebuild_children(drawn, element.children);
            if let Some(property) = &element.property {
                put(&drawn.dom, property);
            }
        }
        // The same text; the callers have asked `fits`.
        _ => {}
    }
}

fn rebuild_attributes(
    dom: &types::Element,
    old: &[(&'static str, String)],
    new: &[(&'static str, String)],
) {
    for (name, _) in old {
        if !new.iter().any(|(n, _)| n == name) {
            Rndr::remove_attribute(dom, name);
        }
    }
    for pair in new {
        if !old.contains(pair) {
            Rndr::set_attribute(dom, pair.0, &pair.1);
        }
    }
}

fn rebuild_children(drawn: &mut Drawn, new: Vec<Node>) {
    let mut old: Vec<Option<DrawnNode>> = std::mem::take(&mut drawn.children)
        .into_iter()
        .map(Some)
        .collect();
    // Each new child takes the first old one that fits; siblings that come and go are
    // told apart by tag or key.
    let mut children = Vec::with_capacity(new.len());
    for node in new {
        let found = old
            .iter_mut()
            .find(|slot| slot.as_ref().is_some_and(|d| d.fits(&node)))
            .and_then(Option::take);
        children.push(match found {
            Some(mut found) => {
                rebuild(node, &mut found);
                found
            }
            None => build(node),
        });
    }
    for gone in old.into_iter().flatten() {
        Rndr::remove(gone.dom());
    }
    // What stands in its place is not touched: moving an element would take its focus.
    let mut place = Rndr::first_child(&drawn.dom);
    for child in &children {
        if place.as_ref() == Some(child.dom()) {
            place = Rndr::next_sibling(child.dom());
        } else {
            Rndr::insert_node(&drawn.dom, child.dom(), place.as_ref());
        }
    }
    drawn.children = children;
}

/// Sets what the user can change, only where it differs: setting a text again would move
/// the caret.
fn put(dom: &types::Element, property: &Property) {
    let (name, value) = match property {
        Property::Value(text) => ("value", JsValue::from_str(text)),
        Property::Checked(checked) => ("checked", JsValue::from_bool(*checked)),
    };
    let same = js_sys::Reflect::get(dom, &JsValue::from_str(name)).is_ok_and(|now| now == value);
    if !same {
        Rndr::set_property(dom, name, &value);
    }
}
