//! Labelled texts as numbers: every n-gram that may become a feature has an identity, every text is a list of those.

use super::Sentiment;
use super::rows::Rows;
use crate::data::Sentence;
use crate::text::feature_keys;
use crate::workers::{in_parallel, threads};

/// Texts that one thread turns into keys at a time.
const CHUNK: usize = 1024;

/// Texts made ready for learning.
#[derive(Debug)]
pub struct Corpus {
    /// Longest n-gram, in tokens.
    pub ngrams: u8,
    /// Feature key of each identity, ascending.
    pub keys: Vec<u64>,
    /// Identities in each text, ascending.
    pub rows: Rows,
    /// Label of each text.
    pub labels: Vec<bool>,
}

impl Corpus {
    /// Reads texts. N-grams that occur in fewer than `least` of them get no identity.
    #[must_use]
    pub fn of(sentences: &[&Sentence], ngrams: u8, least: usize) -> Self {
        let chunks: Vec<_> = sentences.chunks(CHUNK).collect();
        let chunks = in_parallel(threads(), chunks.len(), |index| keys_of(chunks[index], ngrams));
        let keys = frequent(&chunks, least);
        let index = Index::of(&keys);
        let identified = in_parallel(threads(), chunks.len(), |chunk| {
            let known = |row: &[u64]| row.iter().filter_map(|key| index.identity(*key)).collect::<Box<[u32]>>();
            chunks[chunk].iter().map(|row| known(row)).collect::<Vec<_>>()
        });
        drop(chunks);
        let rows = identified.into_iter().flatten().collect();
        Self { ngrams, keys, rows, labels: sentences.iter().map(|sentence| sentence.positive).collect() }
    }

    /// A model of some identities' weights.
    #[must_use]
    pub fn model(&self, bias: f64, weights: impl IntoIterator<Item = (u32, f32)>) -> Sentiment {
        let keyed = weights.into_iter().map(|(identity, weight)| (self.keys[identity as usize], weight));
        Sentiment::new(self.ngrams, bias, keyed)
    }
}

fn keys_of(sentences: &[&Sentence], ngrams: u8) -> Vec<Box<[u64]>> {
    sentences.iter().map(|sentence| feature_keys(&sentence.text, ngrams).into_boxed_slice()).collect()
}

/// Where to look for a key among ascending ones. Keys are hashes: by their upper bits they lie evenly.
struct Index<'a> {
    keys: &'a [u64],
    starts: Vec<u32>,
    shift: u32,
}

impl<'a> Index<'a> {
    fn of(keys: &'a [u64]) -> Self {
        let bits = keys.len().max(2).ilog2();
        let shift = u64::BITS - bits;
        let (mut starts, mut at) = (Vec::with_capacity((1 << bits) + 1), 0);
        for part in 0..=(1_u64 << bits) {
            while at < keys.len() && (keys[at] >> shift) < part {
                at += 1;
            }
            starts.push(at as u32);
        }
        Self { keys, starts, shift }
    }

    fn identity(&self, key: u64) -> Option<u32> {
        let part = (key >> self.shift) as usize;
        let (start, end) = (self.starts[part], self.starts[part + 1]);
        let within = &self.keys[start as usize..end as usize];
        within.iter().position(|known| *known == key).map(|at| start + at as u32)
    }
}

/// Ascending keys that occur in at least `least` texts. The two halves of the keys are sorted by two threads.
fn frequent(chunks: &[Vec<Box<[u64]>>], least: usize) -> Vec<u64> {
    let halves = in_parallel(threads(), 2, |half| {
        let wanted = |key: &u64| (key >> 63) == half as u64;
        let mut keys: Vec<u64> = Vec::new();
        for row in chunks.iter().flatten() {
            keys.extend(row.iter().filter(|key| wanted(key)));
        }
        keys.sort_unstable();
        let groups = keys.chunk_by(|left, right| left == right);
        groups.filter(|group| group.len() >= least).map(|group| group[0]).collect::<Vec<_>>()
    });
    halves.concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_found_and_no_other() {
        let mut random = fastrand::Rng::with_seed(1);
        for count in [0, 1, 2, 3, 1000] {
            let mut keys: Vec<u64> = (0..count).map(|_| random.u64(..)).chain([0, u64::MAX]).collect();
            keys.sort_unstable();
            keys.dedup();
            let index = Index::of(&keys);
            assert!(keys.iter().zip(0..).all(|(key, at)| index.identity(*key) == Some(at)));
            assert!((0..100).all(|_| index.identity(random.u64(1..u64::MAX - 1)).is_none()));
        }
        assert_eq!(Index::of(&[]).identity(7), None);
    }

    #[test]
    fn texts_become_ascending_identities() {
        let texts = ["good day", "bad day", "day"];
        let sentences = texts.map(|text| Sentence { text: text.to_owned(), positive: text.starts_with('g') });
        let sentences: Vec<&Sentence> = sentences.iter().collect();
        let all = Corpus::of(&sentences, 1, 1);
        assert_eq!((all.keys.len(), all.rows.entries()), (3, 5));
        assert_eq!(all.labels, [true, false, false]);
        assert!(all.keys.is_sorted());
        let day = feature_keys("day", 1)[0];
        let common = Corpus::of(&sentences, 1, 2);
        assert_eq!((common.keys.as_slice(), common.rows.row(1)), (&[day][..], &[0][..]));
    }
}
