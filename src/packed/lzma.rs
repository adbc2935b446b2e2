//! LZMA, the decoder alone, for one stream whose parameters the build script chooses: no
//! header, no end marker, no bits of the position. After the LZMA specification
//! (<https://www.7-zip.org/sdk.html>). Deflate's tables and checks were four times as much
//! code in the shipped core, and its stream 5 KB longer.

/// High bits of the byte before that choose a literal's tree.
pub(crate) const LITERAL_CONTEXT: u32 = 2;

/// An even chance, of 2048.
const HALF: u16 = 1 << 10;

/// What the last few decisions were.
const STATES: usize = 12;
/// The tree of a length: two choices, 8 short, 8 middle and 256 long ones.
const LENGTH: usize = 2 + 8 + 8 + 256;

// Where the probabilities of each decision begin.
const IS_MATCH: usize = 0;
const IS_REPEATED: usize = IS_MATCH + STATES;
const IS_OLDER: usize = IS_REPEATED + STATES;
const IS_THIRD: usize = IS_OLDER + STATES;
const IS_FOURTH: usize = IS_THIRD + STATES;
const IS_LONG: usize = IS_FOURTH + STATES;
const SLOT: usize = IS_LONG + STATES;
const NEAR: usize = SLOT + 4 * 64;
const FAR: usize = NEAR + 128;
const NEW_LENGTH: usize = FAR + 16;
const REPEATED_LENGTH: usize = NEW_LENGTH + LENGTH;
const LITERAL: usize = REPEATED_LENGTH + LENGTH;
const PROBABILITIES: usize = LITERAL + (0x300 << LITERAL_CONTEXT);

/// Unpacks `size` bytes; `None` where the stream is broken.
pub(crate) fn unpack(packed: &[u8], size: usize) -> Option<Vec<u8>> {
    let (first, rest) = packed.split_first_chunk::<5>()?;
    // The first byte is always 0.
    let [_, code @ ..] = *first;
    let mut decoder = Decoder {
        rest,
        range: u32::MAX,
        code: u32::from_be_bytes(code),
        probabilities: vec![HALF; PROBABILITIES],
    };
    let mut out = Vec::with_capacity(size);
    let mut state = 0;
    // Distances of the last four matches, less one, the latest first.
    let [mut last, mut second, mut third, mut fourth] = [0; 4];
    while out.len() < size {
        let before_match = state < 7;
        if !decoder.bit(IS_MATCH + state)? {
            let before = out.last().copied().unwrap_or_default();
            let tree = LITERAL + 0x300 * (usize::from(before) >> (8 - LITERAL_CONTEXT));
            let expected = if before_match { None } else { back(&out, last) };
            out.push(decoder.literal(tree, expected)?);
            state = match state {
                0..4 => 0,
                4..10 => state - 3,
                _ => state - 6,
            };
            continue;
        }
        let length = if !decoder.bit(IS_REPEATED + state)? {
            let length = decoder.length(NEW_LENGTH)?;
            state = if before_match { 7 } else { 10 };
            (last, second, third, fourth) = (decoder.distance(length)?, last, second, third);
            length + 2
        } else if decoder.bit(IS_OLDER + state)? {
            if !decoder.bit(IS_THIRD + state)? {
                (last, second) = (second, last);
            } else if !decoder.bit(IS_FOURTH + state)? {
                (last, second, third) = (third, last, second);
            } else {
                (last, second, third, fourth) = (fourth, last, second, third);
            }
            state = if before_match { 8 } else { 11 };
            decoder.length(REPEATED_LENGTH)? + 2
        } else if decoder.bit(IS_LONG + state)? {
            state = if before_match { 8 } else { 11 };
            decoder.length(REPEATED_LENGTH)? + 2
        } else {
            state = if before_match { 9 } else { 11 };
            1
        };
        for _ in 0..length {
            out.push(back(&out, last)?);
        }
    }
    Some(out)
}

/// The byte one more than `distance` before the end.
fn back(out: &[u8], distance: usize) -> Option<u8> {
    out.iter().rev().nth(distance).copied()
}

/// The range decoder, and how often each decision came out which way.
struct Decoder<'p> {
    rest: &'p [u8],
    range: u32,
    code: u32,
    probabilities: Vec<u16>,
}

impl Decoder<'_> {
    fn refill(&mut self) -> Option<()> {
        if self.range < 1 << 24 {
            let (next, rest) = self.rest.split_first()?;
            self.rest = rest;
            self.range <<= 8;
            self.code = self.code << 8 | u32::from(*next);
        }
        Some(())
    }

    fn bit(&mut self, at: usize) -> Option<bool> {
        let probability = self.probabilities.get_mut(at)?;
        let bound = (self.range >> 11) * u32::from(*probability);
        let bit = self.code >= bound;
        if bit {
            self.code -= bound;
            self.range -= bound;
            *probability -= *probability >> 5;
        } else {
            self.range = bound;
            *probability += (2 * HALF - *probability) >> 5;
        }
        self.refill()?;
        Some(bit)
    }

    /// A number of `bits` bits, the highest first; each has its own probability for what came
    /// before.
    fn tree(&mut self, at: usize, bits: u32) -> Option<usize> {
        let mut node = 1;
        for _ in 0..bits {
            node = node << 1 | usize::from(self.bit(at + node)?);
        }
        Some(node - (1 << bits))
    }

    /// As [`Decoder::tree`], the lowest bit first.
    fn tree_from_below(&mut self, at: usize, bits: u32) -> Option<usize> {
        let (mut node, mut number) = (1, 0);
        for place in 0..bits {
            let bit = usize::from(self.bit(at + node)?);
            node = node << 1 | bit;
            number |= bit << place;
        }
        Some(number)
    }

    /// A byte; after a match, where `expected` would have gone on with it, by that too.
    fn literal(&mut self, tree: usize, expected: Option<u8>) -> Option<u8> {
        let mut node = 1;
        let mut expected = expected.map(usize::from);
        while node < 0x100 {
            let mut at = tree + node;
            let mut next = None;
            if let Some(byte) = &mut expected {
                *byte <<= 1;
                next = Some(*byte & 0x100);
                at += 0x100 + (*byte & 0x100);
            }
            let bit = usize::from(self.bit(at)?);
            if next != Some(bit << 8) {
                expected = None;
            }
            node = node << 1 | bit;
        }
        u8::try_from(node - 0x100).ok()
    }

    /// A match's length, less two.
    fn length(&mut self, at: usize) -> Option<usize> {
        if !self.bit(at)? {
            self.tree(at + 2, 3)
        } else if !self.bit(at + 1)? {
            Some(8 + self.tree(at + 10, 3)?)
        } else {
            Some(16 + self.tree(at + 18, 8)?)
        }
    }

    /// A match's distance, less one.
    fn distance(&mut self, length: usize) -> Option<usize> {
        let slot = self.tree(SLOT + 64 * length.min(3), 6)?;
        if slot < 4 {
            return Some(slot);
        }
        let bits = u32::try_from(slot).ok()? / 2 - 1;
        let distance = (2 | slot & 1) << bits;
        if slot < 14 {
            return Some(distance + self.tree_from_below(NEAR + distance - slot, bits)?);
        }
        let mut high = 0;
        for _ in 4..bits {
            self.range >>= 1;
            let bit = self.code >= self.range;
            if bit {
                self.code -= self.range;
            }
            high = high << 1 | usize::from(bit);
            self.refill()?;
        }
        Some(distance + (high << 4) + self.tree_from_below(FAR, 4)?)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use lzma_rust2::{LzmaOptions, LzmaWriter};
    use proptest::prelude::*;

    use super::*;

    fn pack(data: &[u8]) -> Vec<u8> {
        let options = LzmaOptions {
            lc: LITERAL_CONTEXT,
            lp: 0,
            pb: 0,
            dict_size: 1 << 20,
            ..LzmaOptions::with_preset(9)
        };
        let mut writer = LzmaWriter::new_no_header(Vec::new(), &options, false).unwrap();
        writer.write_all(data).unwrap();
        writer.finish().unwrap()
    }

    #[test]
    fn far_and_long_repeats_come_back() {
        let mut data: Vec<u8> = (0..200_000u32)
            .map(|at| (at.wrapping_mul(0x9e37_79b1) >> 24) as u8)
            .collect();
        data.extend_from_within(..70_000);
        data.extend(std::iter::repeat_n(b'x', 5_000));
        data.extend_from_within(199_000..201_000);
        assert_eq!(unpack(&pack(&data), data.len()), Some(data));
    }

    proptest! {
        #[test]
        fn what_is_packed_comes_back(
            words in prop::collection::vec(prop::sample::select(vec!["an", "anna", "bo", "\0\0", "ü"]), 0..400),
            noise in prop::collection::vec(any::<u8>(), 0..200),
        ) {
            let data = [words.concat().as_bytes(), &noise, words.join(" ").as_bytes()].concat();
            prop_assert_eq!(unpack(&pack(&data), data.len()), Some(data));
        }

        #[test]
        fn a_broken_stream_ends(noise in prop::collection::vec(any::<u8>(), 0..600)) {
            let unpacked = unpack(&noise, 10_000);
            prop_assert!(unpacked.is_none_or(|data| data.len() >= 10_000));
        }
    }
}
