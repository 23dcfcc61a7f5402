//! Cutting what arrives into lines, whatever pieces it comes in. A line that is too long is known by its number alone.

/// Lines as they arrive.
#[derive(Debug)]
pub(super) struct Lines {
    most: usize,
    /// Lines that have ended.
    closed: Parcel,
    /// The line that has not.
    open: Vec<u8>,
    open_is_too_long: bool,
    number: u64,
}

/// Lines that have ended.
#[derive(Debug, Default)]
pub(super) struct Parcel {
    text: Vec<u8>,
    /// Number and length of each; no length for one that is too long.
    lines: Vec<(u64, Option<usize>)>,
}

/// One line, without its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line<'a> {
    Whole(&'a [u8]),
    TooLong,
}

impl Lines {
    /// No lines yet; each may have `most` bytes.
    pub(super) fn new(most: usize) -> Self {
        Self { most, closed: Parcel::default(), open: Vec::new(), open_is_too_long: false, number: 1 }
    }

    /// Takes up what arrived.
    pub(super) fn push(&mut self, mut piece: &[u8]) {
        while let Some(end) = piece.iter().position(|byte| *byte == b'\n') {
            self.extend(&piece[..end]);
            self.close();
            piece = &piece[end + 1..];
        }
        self.extend(piece);
    }

    /// The last line needs no end.
    pub(super) fn end(&mut self) {
        if self.open_is_too_long || !self.open.is_empty() {
            self.close();
        }
    }

    /// The lines that have ended since the last time; `None` if there are none.
    pub(super) fn take(&mut self) -> Option<Parcel> {
        (!self.closed.lines.is_empty()).then(|| std::mem::take(&mut self.closed))
    }

    /// Size of the lines that have ended.
    pub(super) fn closed_bytes(&self) -> usize {
        self.closed.size()
    }

    /// Number of the line that has not ended.
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    fn extend(&mut self, piece: &[u8]) {
        if self.open_is_too_long {
            return;
        }
        if self.open.len() + piece.len() > self.most {
            (self.open, self.open_is_too_long) = (Vec::new(), true);
        } else {
            self.open.extend_from_slice(piece);
        }
    }

    fn close(&mut self) {
        let length = (!self.open_is_too_long).then_some(self.open.len());
        self.closed.text.append(&mut self.open);
        self.closed.lines.push((self.number, length));
        self.open_is_too_long = false;
        self.number += 1;
    }
}

impl Parcel {
    /// What it holds in memory, in bytes.
    pub(super) fn size(&self) -> usize {
        self.text.len() + self.lines.len() * size_of::<(u64, Option<usize>)>()
    }

    /// The lines with their numbers, which begin with 1.
    pub(super) fn lines(&self) -> impl Iterator<Item = (u64, Line<'_>)> {
        let mut rest = &self.text[..];
        self.lines.iter().map(move |(number, length)| match length {
            Some(length) => {
                let (line, behind) = rest.split_at((*length).min(rest.len()));
                rest = behind;
                (*number, Line::Whole(line))
            }
            None => (*number, Line::TooLong),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cut(text: &[u8], piece: usize, most: usize) -> Vec<(u64, Option<Vec<u8>>)> {
        let mut lines = Lines::new(most);
        let mut found = Vec::new();
        let mut take = |lines: &mut Lines| {
            for (number, line) in lines.take().iter().flat_map(Parcel::lines) {
                found.push((number, if let Line::Whole(text) = line { Some(text.to_vec()) } else { None }));
            }
        };
        for piece in text.chunks(piece) {
            lines.push(piece);
            take(&mut lines);
        }
        lines.end();
        take(&mut lines);
        found
    }

    #[test]
    fn lines_are_numbered_and_bounded() {
        for piece in 1..8 {
            let found = cut(b"ab\n\nabcdef\nabc\nabcdefg", piece, 3);
            let expect =
                [(1, Some(b"ab".to_vec())), (2, Some(vec![])), (3, None), (4, Some(b"abc".to_vec())), (5, None)];
            assert_eq!(found, expect, "in pieces of {piece}");
        }
        assert_eq!(cut(b"", 1, 3), []);
        assert_eq!(cut(b"a\n", 1, 3).len(), 1);
    }

    proptest! {
        #[test]
        fn pieces_make_no_difference(text in prop::collection::vec(prop_oneof![Just(b'\n'), any::<u8>()], 0..200), piece in 1_usize..50) {
            let whole: Vec<_> = text.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
            let found: Vec<_> = cut(&text, piece, 200).into_iter().filter_map(|(_, line)| line).collect();
            let whole = if whole.last().is_some_and(Vec::is_empty) { &whole[..whole.len() - 1] } else { &whole[..] };
            prop_assert_eq!(&found[..], whole);
        }
    }
}
