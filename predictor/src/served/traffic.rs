//! How requests are divided between two versions of one model, and which version listens in.
//!
//! A split is sticky: the same key always gets the same version, on every instance and after every restart, and a greater
//! percentage only moves keys towards the candidate.

use std::str::FromStr;

/// Header whose value is the key of a split: a user or a session. Without it `x-request-id` is; without both,
/// chance decides.
pub const SPLIT_KEY: &str = "x-split-key";

/// What is divided and what listens in.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Traffic {
    /// Candidates that answer a part of the requests that name no version.
    pub splits: Vec<Split>,
    /// Candidates that judge what the primary version has answered.
    pub shadows: Vec<Candidate>,
}

/// One version of one model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The model's name.
    pub name: String,
    /// The version.
    pub version: String,
}

/// A candidate and its part.
#[derive(Debug, Clone, PartialEq)]
pub struct Split {
    /// Who answers the part.
    pub candidate: Candidate,
    /// The part of the requests, 0 to 100.
    pub percent: f64,
}

impl Traffic {
    /// Reads `NAME@VERSION=PERCENT` and `NAME@VERSION`, each a list separated by commas.
    ///
    /// # Errors
    /// What is wrong, in words.
    pub fn read(splits: Option<&str>, shadows: Option<&str>) -> Result<Self, String> {
        let traffic = Self { splits: listed(splits)?, shadows: listed(shadows)? };
        let names = traffic.splits.iter().map(|split| &split.candidate.name);
        refuse_repeated(names, "MODEL_SPLIT")?;
        refuse_repeated(traffic.shadows.iter().map(|shadow| &shadow.name), "MODEL_SHADOW")?;
        Ok(traffic)
    }

    /// All candidates.
    pub fn candidates(&self) -> impl Iterator<Item = &Candidate> {
        self.splits.iter().map(|split| &split.candidate).chain(&self.shadows)
    }
}

impl Candidate {
    /// `NAME@VERSION`.
    #[must_use]
    pub fn reference(&self) -> String {
        format!("{}@{}", self.name, self.version)
    }
}

impl Split {
    /// Whether the candidate answers the requests of a key.
    #[must_use]
    pub fn takes(&self, key: &[u8]) -> bool {
        const PARTS: u64 = 1_000_000;
        // The name keeps the splits of two models apart: a key may be in the one and not in the other.
        let hash = hash([self.candidate.name.as_bytes(), &[0], key]);
        ((hash % PARTS) as f64) < self.percent * (PARTS as f64 / 100.0)
    }
}

impl FromStr for Candidate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once('@') {
            Some((name, version)) if !name.is_empty() && !version.is_empty() && version != "approved" => {
                Ok(Self { name: name.to_owned(), version: version.to_owned() })
            }
            _ => Err(format!("{text:?} is not NAME@VERSION with an exact version")),
        }
    }
}

impl FromStr for Split {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (candidate, percent) =
            text.split_once('=').ok_or_else(|| format!("{text:?} is not NAME@VERSION=PERCENT"))?;
        let percent = percent.trim().trim_end_matches('%').parse::<f64>().ok();
        match percent.filter(|percent| (0.0..=100.0).contains(percent)) {
            Some(percent) => Ok(Self { candidate: candidate.trim().parse()?, percent }),
            None => Err(format!("{text:?} needs a percentage from 0 to 100 behind =")),
        }
    }
}

fn listed<T: FromStr<Err = String>>(list: Option<&str>) -> Result<Vec<T>, String> {
    let parts = list.unwrap_or_default().split(',').map(str::trim).filter(|part| !part.is_empty());
    parts.map(str::parse).collect()
}

fn refuse_repeated<'a>(names: impl Iterator<Item = &'a String>, of: &str) -> Result<(), String> {
    let names: Vec<&String> = names.collect();
    match names.iter().enumerate().find(|(at, name)| names[..*at].contains(name)) {
        Some((_, name)) => Err(format!("{of} has two candidates for {name}; give one")),
        None => Ok(()),
    }
}

/// FNV-1a (Fowler, Noll, Vo) with the finishing step of SplitMix64 (Steele, Lea, Flood 2014), 64 bit: the same on every
/// machine.
fn hash<const N: usize>(parts: [&[u8]; N]) -> u64 {
    let fold = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
    let mut word = parts.iter().flat_map(|part| part.iter()).fold(0xcbf2_9ce4_8422_2325, fold);
    word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(percent: f64) -> Split {
        format!("housing@2={percent}").parse().expect("a split")
    }

    #[test]
    fn lists_are_read_or_refused_in_words() {
        let read = Traffic::read(Some("housing@2=10, retail@3=0.5%,"), Some("housing@2")).expect("read");
        assert_eq!(read.splits.iter().map(|split| split.percent).collect::<Vec<_>>(), [10.0, 0.5]);
        let references: Vec<_> = read.candidates().map(Candidate::reference).collect();
        assert_eq!(references, ["housing@2", "retail@3", "housing@2"]);
        assert_eq!(Traffic::read(None, Some(" ")), Ok(Traffic::default()));
        let check = |splits: &str, shadows: &str, expect: &str| {
            let words = Traffic::read(Some(splits), Some(shadows)).expect_err("refused");
            assert!(words.contains(expect), "{words}");
        };
        check("housing@2", "", "is not NAME@VERSION=PERCENT");
        check("housing=10", "", "exact version");
        check("@2=10", "", "exact version");
        check("housing@2=101", "", "from 0 to 100");
        check("housing@2=-1", "", "from 0 to 100");
        check("housing@2=NaN", "", "from 0 to 100");
        check("housing@2=", "", "from 0 to 100");
        check("housing@2=1,housing@3=1", "", "two candidates for housing");
        check("", "housing@approved", "exact version");
        check("", "housing@2,housing@3", "MODEL_SHADOW has two");
    }

    #[test]
    fn the_part_is_what_was_asked_for_and_sticks() {
        let keys: Vec<String> = (0..20_000).map(|number| format!("user-{number}")).collect();
        let taken = |percent: f64| keys.iter().filter(|key| split(percent).takes(key.as_bytes())).collect::<Vec<_>>();
        assert_eq!((taken(0.0).len(), taken(100.0).len()), (0, keys.len()));
        let (tenth, third) = (taken(10.0), taken(33.0));
        assert!((1850..=2150).contains(&tenth.len()), "{}", tenth.len());
        assert!((6400..=6800).contains(&third.len()), "{}", third.len());
        assert!(tenth.iter().all(|key| third.contains(key)), "a greater part keeps who was in the smaller");
        let other: Split = "retail@2=10".parse().expect("a split");
        let both = tenth.iter().filter(|key| other.takes(key.as_bytes())).count();
        assert!((120..=280).contains(&both), "the splits of two models are independent: {both}");
    }

    #[test]
    fn keys_keep_their_side() {
        // Which side a key is on must not change with the program: sessions would jump.
        assert_eq!(hash([b""]), hash([b"", b""]));
        let sides: Vec<bool> =
            ["a", "b", "c", "d", "e", "f"].iter().map(|key| split(50.0).takes(key.as_bytes())).collect();
        assert_eq!(sides, SIDES);
    }

    const SIDES: [bool; 6] = [false, true, true, false, false, false];
}
