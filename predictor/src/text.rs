//! From text to features: tokens, n-grams, 64-bit keys.
//!
//! The only way from a text to numbers; training, evaluation and serving must all come through here.
//! A key never changes its value: committed weights are addressed by it.

const FNV_OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x0000_0100_0000_01b3;

/// The longest n-gram that [`feature_keys`] makes.
pub const LONGEST_NGRAM: u8 = 3;

/// Calls `each` with every token of `text`, in order.
///
/// Tokens are lower-case words of letters and digits, with apostrophes inside them kept (`don't`), and the signs
/// `!`, `?`, `(`, `)`. A line break in HTML (`<br>`) separates and leaves nothing.
pub fn for_each_token(text: &str, mut each: impl FnMut(&str)) {
    let mut word = String::with_capacity(24);
    let mut rest = text.chars();
    loop {
        if word.is_empty() {
            rest = after_nothing(rest.as_str()).chars();
            if let Some((plain, has_capitals, after)) = plain_word(rest.as_str()) {
                if has_capitals {
                    word.push_str(plain);
                    word.make_ascii_lowercase();
                    each(&word);
                    word.clear();
                } else {
                    each(plain);
                }
                rest = after.chars();
                continue;
            }
        }
        let Some(character) = rest.next() else { break };
        if character.is_alphanumeric() {
            word.extend(character.to_lowercase());
            continue;
        }
        if is_apostrophe(character) && !word.is_empty() && rest.clone().next().is_some_and(char::is_alphanumeric) {
            word.push('\'');
            continue;
        }
        if !word.is_empty() {
            each(&word);
            word.clear();
        }
        match character {
            '!' => each("!"),
            '?' => each("?"),
            '(' => each("("),
            ')' => each(")"),
            '<' => {
                if let Some(after) = after_line_break(rest.as_str()) {
                    rest = after.chars();
                }
            }
            _ => {}
        }
    }
    if !word.is_empty() {
        each(&word);
    }
}

/// What an ASCII byte is; zero for a byte that is not in ASCII.
const KINDS: [u8; 256] = {
    let mut kinds = [0; 256];
    let mut byte = 0_u8;
    while byte < 128 {
        kinds[byte as usize] = match byte {
            b'0'..=b'9' | b'a'..=b'z' => SMALL,
            b'A'..=b'Z' => CAPITAL,
            b'\'' => APOSTROPHE,
            b'!' | b'?' | b'(' | b')' | b'<' => SIGN,
            _ => NOTHING,
        };
        byte += 1;
    }
    kinds
};
const SMALL: u8 = 1;
const CAPITAL: u8 = 2;
const APOSTROPHE: u8 = 4;
const SIGN: u8 = 8;
const NOTHING: u8 = 16;

/// `rest` without what separates words and leaves nothing, as far as that is in ASCII. An apostrophe before a word is such.
fn after_nothing(rest: &str) -> &str {
    let is_nothing = |byte: &u8| KINDS[usize::from(*byte)] & (NOTHING | APOSTROPHE) != 0;
    let start = rest.bytes().position(|byte| !is_nothing(&byte)).unwrap_or(rest.len());
    rest.get(start..).unwrap_or_default()
}

/// A word of ASCII letters and digits that `rest` begins with, whether it has capitals, and what follows it; `None` if it
/// has none, or goes on with an apostrophe or with other letters. Most words are of this kind, and need no look at
/// Unicode's tables.
fn plain_word(rest: &str) -> Option<(&str, bool, &str)> {
    let mut kinds = 0;
    let mut bytes = rest.bytes().map(|byte| KINDS[usize::from(byte)]);
    let length = bytes.position(|kind| {
        kinds |= kind;
        kind & (SMALL | CAPITAL) == 0
    });
    let ends_there = length.is_none() || kinds & (SIGN | NOTHING) != 0;
    let (word, after) = rest.split_at_checked(length.unwrap_or(rest.len()))?;
    (!word.is_empty() && ends_there).then_some((word, kinds & CAPITAL != 0, after))
}

/// The distinct keys of all n-grams of one to `longest` tokens, in ascending order.
///
/// `longest` is taken as at most [`LONGEST_NGRAM`].
#[must_use]
pub fn feature_keys(text: &str, longest: u8) -> Vec<u64> {
    keys_and_tokens(text, longest).0
}

/// The keys of [`feature_keys`], and how many tokens the text has.
#[must_use]
pub fn keys_and_tokens(text: &str, longest: u8) -> (Vec<u64>, usize) {
    let longest = usize::from(longest.min(LONGEST_NGRAM));
    let mut keys = Vec::with_capacity(64);
    // endings[n] is the key of the n + 1 tokens that end at the last token.
    let mut endings = [0_u64; LONGEST_NGRAM as usize];
    let mut seen = 0_usize;
    for_each_token(text, |token| {
        let hash = fnv1a(token.as_bytes());
        for length in (1..longest).rev() {
            endings[length] = lengthen(endings[length - 1], hash);
        }
        endings[0] = mix(hash);
        seen += 1;
        for key in &endings[..longest.min(seen)] {
            keys.push(*key);
        }
    });
    keys.sort_unstable();
    keys.dedup();
    (keys, seen)
}

/// Calls `each` with the key and the tokens of every n-gram of one to `longest` tokens; what [`feature_keys`] is made of,
/// with words, in time that only explanations can spend.
pub fn for_each_ngram(text: &str, longest: u8, mut each: impl FnMut(u64, &[String])) {
    let longest = usize::from(longest.min(LONGEST_NGRAM));
    let mut tokens = Vec::new();
    for_each_token(text, |token| tokens.push(token.to_owned()));
    for end in 1..=tokens.len() {
        for length in 1..=longest.min(end) {
            let ngram = &tokens[end - length..end];
            each(ngram_key(ngram), ngram);
        }
    }
}

fn ngram_key(tokens: &[String]) -> u64 {
    let mut hashes = tokens.iter().map(|token| fnv1a(token.as_bytes()));
    let first = hashes.next().map_or(0, mix);
    hashes.fold(first, lengthen)
}

/// The key of an n-gram that is one token longer.
fn lengthen(key: u64, token: u64) -> u64 {
    mix(key.wrapping_mul(FNV_PRIME) ^ token)
}

/// FNV-1a (Fowler, Noll, Vo), 64 bit.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(FNV_OFFSET, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(FNV_PRIME))
}

/// The finishing step of SplitMix64 (Steele, Lea, Flood 2014): spreads every bit over the whole word.
fn mix(mut word: u64) -> u64 {
    word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

fn is_apostrophe(character: char) -> bool {
    matches!(character, '\'' | '\u{2019}')
}

/// What follows `br>`, `br/>` or `br />` in any case; `None` if `rest` does not begin so.
fn after_line_break(rest: &str) -> Option<&str> {
    let name = rest.get(..2)?;
    if !name.eq_ignore_ascii_case("br") {
        return None;
    }
    rest[2..].trim_start_matches(' ').trim_start_matches('/').strip_prefix('>')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn tokens(text: &str) -> Vec<String> {
        let mut found = Vec::new();
        for_each_token(text, |token| found.push(token.to_owned()));
        found
    }

    #[test]
    fn tokens_are_words_and_four_signs() {
        let check = |text: &str, expect: &[&str]| assert_eq!(tokens(text), expect, "{text:?}");
        check("", &[]);
        check("  \t\n", &[]);
        check("A plain Text.", &["a", "plain", "text"]);
        check("Don't! (really?)", &["don't", "!", "(", "really", "?", ")"]);
        check("don\u{2019}t", &["don't"]);
        check("'quoted' dogs' end'", &["quoted", "dogs", "end"]);
        check("rock'n'roll", &["rock'n'roll"]);
        check("one<br>two<BR/>three<br />four", &["one", "two", "three", "four"]);
        check("a < b <bra> c", &["a", "b", "bra", "c"]);
        check("<br", &["br"]);
        check("<b\u{e9}>", &["b\u{e9}"]);
        check("10/10 5-star", &["10", "10", "5", "star"]);
        check("GRÜẞE СЛАВА", &["grüße", "слава"]);
        check("とても良い", &["とても良い"]);
        check("🙂🙂", &[]);
        check("!!", &["!", "!"]);
        check("a\0b", &["a", "b"]);
    }

    #[test]
    fn keys_count_every_distinct_ngram_once() {
        let check = |text: &str, longest: u8, expect: usize| {
            assert_eq!(feature_keys(text, longest).len(), expect, "{text:?} {longest}");
        };
        check("", 2, 0);
        check("one", 1, 1);
        check("one", 2, 1);
        check("one two", 1, 2);
        check("one two", 2, 3);
        check("one two three", 3, 6);
        check("one two three", 200, 6);
        check("no no no", 1, 1);
        check("no no no", 2, 2);
        check("ab ba", 2, 3);
        check("anything", 0, 0);
    }

    #[test]
    fn order_matters_in_pairs_and_case_does_not() {
        assert_ne!(feature_keys("good not", 2), feature_keys("not good", 2));
        assert_eq!(feature_keys("good not", 1), feature_keys("not good", 1));
        assert_eq!(feature_keys("Not GOOD", 2), feature_keys("not good", 2));
        assert_ne!(feature_keys("ab c", 2), feature_keys("a bc", 2));
    }

    #[test]
    fn keys_keep_their_values() {
        // Committed weights are addressed by these; a change here needs a new artifact format.
        assert_eq!(feature_keys("good", 1), [mix(fnv1a(b"good"))]);
        assert_eq!(fnv1a(b""), FNV_OFFSET);
        assert_eq!(fnv1a(b"a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(mix(1), 0x5692_161d_100b_05e5);
    }

    /// The rule of tokens, written without a short way.
    fn tokens_slowly(text: &str) -> Vec<String> {
        let mut tokens = vec![String::new()];
        let characters: Vec<char> = text.chars().collect();
        let mut at = 0;
        while let Some(character) = characters.get(at) {
            at += 1;
            let goes_on = characters.get(at).is_some_and(|next| next.is_alphanumeric());
            let word = tokens.last_mut().expect("never empty");
            if character.is_alphanumeric() {
                word.extend(character.to_lowercase());
            } else if is_apostrophe(*character) && !word.is_empty() && goes_on {
                word.push('\'');
            } else {
                let sign = if "!?()".contains(*character) { character.to_string() } else { String::new() };
                tokens.extend([sign, String::new()]);
                let rest: String = characters[at..].iter().collect();
                if let (true, Some(after)) = (*character == '<', after_line_break(&rest)) {
                    at = characters.len() - after.chars().count();
                }
            }
        }
        tokens.retain(|token| !token.is_empty());
        tokens
    }

    proptest! {
        #[test]
        fn the_short_way_for_plain_words_finds_the_same(text in "([a-zA-Z0-9'’ .!?()<>/é\u{130}ßж🙂-]|<br ?/?>){0,40}") {
            prop_assert_eq!(tokens(&text), tokens_slowly(&text));
        }

        #[test]
        fn words_between_much_else_are_found(text in "[ '.,!-]{0,9}(I|it|na\u{ef}ve|don't)[ '.,<-]{0,9}(\u{e9}|OK)[' .]{0,3}") {
            prop_assert_eq!(tokens(&text), tokens_slowly(&text));
        }

        #[test]
        fn any_text_has_the_tokens_of_the_rule(text in any::<String>()) {
            prop_assert_eq!(tokens(&text), tokens_slowly(&text));
        }

        #[test]
        fn any_text_has_ascending_keys(text in any::<String>(), longest in 0_u8..5) {
            let keys = feature_keys(&text, longest);
            prop_assert!(keys.windows(2).all(|pair| pair[0] < pair[1]));
        }
    }
}
