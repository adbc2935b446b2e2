//! Sorting short lists.
//!
//! The standard library's sorts come to 4 KB in the WebAssembly core for each type sorted.

/// The items by their keys, those with equal keys in the order given. By insertion: for
/// lists of a few thousand at most.
pub(crate) fn by_key<T, K: Ord>(list: Vec<T>, key: impl Fn(&T) -> K) -> Vec<T> {
    let mut sorted: Vec<(K, T)> = Vec::with_capacity(list.len());
    for item in list {
        let key = key(&item);
        let at = sorted.partition_point(|(known, _)| *known <= key);
        sorted.insert(at, (key, item));
    }
    sorted.into_iter().map(|(_, item)| item).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn sorts_as_the_standard_library_does(list: Vec<(u8, u32)>) {
            let mut expected = list.clone();
            expected.sort_by_key(|(key, _)| *key);
            prop_assert_eq!(by_key(list, |(key, _)| *key), expected);
        }
    }
}
