//! Cuts a byte stream into log events: one per line, bounded in length, always valid text.

/// The longest event, in bytes; longer lines go on in the next event, as with the Docker log drivers.
pub(crate) const LONGEST: usize = 16 * 1024;

/// Bytes that are not yet a whole line.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    partial: Vec<u8>,
}

impl Lines {
    /// Takes the next bytes and gives the lines that they complete. Empty lines are no events.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> Vec<String> {
        let mut events = Vec::new();
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.partial.extend_from_slice(piece);
            if piece.ends_with(b"\n") {
                self.cut_long(&mut events);
                events.extend(self.finish());
            } else {
                self.cut_long(&mut events);
            }
        }
        events
    }

    /// What is left when the stream ends.
    pub(crate) fn finish(&mut self) -> Option<String> {
        let mut line = std::mem::take(&mut self.partial);
        while matches!(line.last(), Some(b'\n' | b'\r')) {
            line.pop();
        }
        (!line.is_empty()).then(|| String::from_utf8_lossy(&line).into_owned())
    }

    fn cut_long(&mut self, events: &mut Vec<String>) {
        while self.partial.len() > LONGEST {
            let mut cut = LONGEST;
            while cut > LONGEST - 3 && self.partial[cut] & 0b1100_0000 == 0b1000_0000 {
                cut -= 1;
            }
            let rest = self.partial.split_off(cut);
            events.push(String::from_utf8_lossy(&self.partial).into_owned());
            self.partial = rest;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn cuts_at_line_ends() {
        let check = |pieces: &[&[u8]], expect: &[&str]| {
            let mut lines = Lines::default();
            let mut events: Vec<String> = pieces.iter().flat_map(|piece| lines.push(piece)).collect();
            events.extend(lines.finish());
            assert_eq!(events, expect);
        };
        check(&[b"one\ntwo\n"], &["one", "two"]);
        check(&[b"on", b"e\r\n\n\nlast"], &["one", "last"]);
        check(&[b"\xff\xfe\n"], &["\u{fffd}\u{fffd}"]);
        check(&[b""], &[]);
    }

    #[test]
    fn a_long_line_goes_on_in_the_next_event() {
        let mut lines = Lines::default();
        let text = "é".repeat(LONGEST);
        let mut events = lines.push(text.as_bytes());
        events.extend(lines.finish());
        assert!(events.len() > 1);
        assert!(events.iter().all(|event| event.len() <= LONGEST && !event.contains('\u{fffd}')));
        assert_eq!(events.concat(), text);
    }

    proptest! {
        #[test]
        fn never_longer_than_allowed_and_never_lost(pieces in proptest::collection::vec("[a-z\n]{0,40}", 0..20)) {
            let mut lines = Lines::default();
            let mut events: Vec<String> = pieces.iter().flat_map(|piece| lines.push(piece.as_bytes())).collect();
            events.extend(lines.finish());
            prop_assert_eq!(events.concat(), pieces.concat().replace('\n', ""));
        }
    }
}
