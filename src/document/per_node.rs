//! What a reader notes of elements: a list by place in the document. A hash table costs the
//! shipped core some kilobytes, and its time.

use super::NodeId;

/// A value for each element that one was noted for, the default for all others.
#[derive(Debug, Default)]
pub(crate) struct PerNode<T>(Vec<T>);

impl<T: Copy + Default> PerNode<T> {
    /// What is noted of an element.
    pub(crate) fn get(&self, id: NodeId) -> T {
        let at = usize::try_from(id.0).unwrap_or(usize::MAX);
        self.0.get(at).copied().unwrap_or_default()
    }

    /// Notes it in place of what was noted before, which is returned.
    pub(crate) fn set(&mut self, id: NodeId, value: T) -> T {
        let at = usize::try_from(id.0).unwrap_or_default();
        if self.0.len() <= at {
            self.0.resize(at + 1, T::default());
        }
        self.0
            .get_mut(at)
            .map_or(value, |slot| std::mem::replace(slot, value))
    }
}

impl PerNode<bool> {
    /// Notes the element; whether it is noted for the first time.
    pub(crate) fn insert(&mut self, id: NodeId) -> bool {
        !self.set(id, true)
    }
}

impl PerNode<u32> {
    /// Counts one more for the element.
    pub(crate) fn count(&mut self, id: NodeId) {
        self.set(id, self.get(id).saturating_add(1));
    }
}
