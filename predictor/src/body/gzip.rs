//! Expanding and compressing (RFC 1952), with memory that a hostile sender cannot make grow.

use crate::problem::Problem;
use bytes::Bytes;
use flate2::Compression;
use flate2::write::{GzEncoder, MultiGzDecoder};
use std::io::Write;

/// Bytes that are expanded at once: deflate makes at most 1,032 of one, so that a step makes at most half a megabyte.
const STEP: usize = 512;
/// Small gains are not worth the time: answers are compressed for slow lines, not for storage.
const LEVEL: Compression = Compression::fast();

/// Expands a stream piece by piece.
#[derive(Debug)]
pub struct Expander(MultiGzDecoder<Vec<u8>>);

/// Compresses a stream piece by piece; each piece can be read as soon as it is sent.
#[derive(Debug)]
pub struct Compressor(GzEncoder<Vec<u8>>);

impl Default for Expander {
    fn default() -> Self {
        Self(MultiGzDecoder::new(Vec::new()))
    }
}

impl Default for Compressor {
    fn default() -> Self {
        Self(GzEncoder::new(Vec::new(), LEVEL))
    }
}

impl Expander {
    /// Expands one piece and passes what came out of it on in bounded parts; what came before a fault as well.
    ///
    /// # Errors
    /// 400 for what is not gzip; the first error of `take`.
    pub fn push(&mut self, piece: &[u8], mut take: impl FnMut(&[u8]) -> Result<(), Problem>) -> Result<(), Problem> {
        for step in piece.chunks(STEP) {
            let outcome = self.0.write_all(step);
            let out = self.0.get_mut();
            take(out)?;
            out.clear();
            outcome.map_err(|_| not_gzip())?;
        }
        Ok(())
    }

    /// Expands what was held back until the end.
    ///
    /// # Errors
    /// 400 if the end is missing or its checksum is wrong.
    pub fn end(mut self, mut take: impl FnMut(&[u8]) -> Result<(), Problem>) -> Result<(), Problem> {
        let outcome = self.0.try_finish();
        take(self.0.get_ref())?;
        outcome.map_err(|_| not_gzip())
    }
}

impl Compressor {
    /// Compresses a piece.
    #[must_use]
    pub fn push(&mut self, piece: &[u8]) -> Vec<u8> {
        // Writing to memory cannot fail.
        let _ = self.0.write_all(piece).and_then(|()| self.0.flush());
        std::mem::take(self.0.get_mut())
    }

    /// The end of the stream.
    #[must_use]
    pub fn end(self) -> Vec<u8> {
        self.0.finish().unwrap_or_default()
    }
}

/// Expands a whole body to at most `most` bytes.
///
/// # Errors
/// 400 for what is not gzip; 413 for what expands to more.
pub fn expand(body: &[u8], most: usize) -> Result<Bytes, Problem> {
    let mut whole = Vec::new();
    let mut keep = |part: &[u8]| {
        if whole.len() + part.len() > most {
            return Err(Problem::expands_too_far(most));
        }
        whole.extend_from_slice(part);
        Ok(())
    };
    let mut expander = Expander::default();
    expander.push(body, &mut keep)?;
    expander.end(&mut keep)?;
    Ok(whole.into())
}

/// Compresses a whole body.
#[must_use]
pub fn compress(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(body.len() / 4), LEVEL);
    // Writing to memory cannot fail.
    let _ = encoder.write_all(body);
    encoder.finish().unwrap_or_default()
}

fn not_gzip() -> Problem {
    Problem::malformed("The body claims to be compressed, but is not whole gzip.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn bombs_are_refused_and_cuts_are_noticed() {
        let bomb = compress(&vec![b' '; 64 << 20]);
        assert!(bomb.len() < 1 << 20);
        assert_eq!(expand(&bomb, 1 << 20).expect_err("a bomb").status(), 413);
        let whole = compress(b"some words and some words");
        for end in 0..whole.len() {
            assert_eq!(expand(&whole[..end], 100).expect_err("cut").status(), 400, "{end}");
        }
        let mut wrong = whole.clone();
        let checksum = wrong.len() - 6;
        wrong[checksum] ^= 1;
        assert_eq!(expand(&wrong, 100).expect_err("a wrong checksum").status(), 400);
        let two = [whole.clone(), whole].concat();
        assert_eq!(expand(&two, 100).expect("two members").len(), 50);
    }

    proptest! {
        #[test]
        fn any_bytes_are_expanded_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = expand(&bytes, 1000);
            let _ = expand(&[&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255][..], &bytes].concat(), 1000);
        }

        #[test]
        fn any_bytes_survive_both_ways_in_any_pieces(
            bytes in prop::collection::vec(any::<u8>(), 0..5000),
            piece in 1_usize..700,
        ) {
            prop_assert_eq!(&expand(&compress(&bytes), bytes.len()).expect("whole")[..], &bytes[..]);
            let mut compressor = Compressor::default();
            let mut sent = Vec::new();
            for part in bytes.chunks(piece) {
                sent.extend(compressor.push(part));
            }
            sent.extend(compressor.end());
            let mut expander = Expander::default();
            let mut back = Vec::new();
            let mut keep = |part: &[u8]| { back.extend_from_slice(part); Ok(()) };
            for part in sent.chunks(piece) {
                expander.push(part, &mut keep).expect("gzip");
            }
            expander.end(&mut keep).expect("whole");
            prop_assert_eq!(back, bytes);
        }
    }
}
