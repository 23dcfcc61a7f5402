//! Rows of a sparse matrix whose entries are present or absent, in two flat arrays.

/// Columns present in each row, ascending within a row.
#[derive(Debug, Clone)]
pub struct Rows {
    ends: Vec<usize>,
    columns: Vec<u32>,
}

impl Default for Rows {
    fn default() -> Self {
        Self { ends: vec![0], columns: Vec::new() }
    }
}

impl Rows {
    /// Adds a row.
    pub fn push(&mut self, columns: impl IntoIterator<Item = u32>) {
        self.columns.extend(columns);
        self.ends.push(self.columns.len());
    }

    /// Columns of a row; none behind the last.
    #[must_use]
    pub fn row(&self, index: usize) -> &[u32] {
        match self.ends.get(index..index + 2) {
            Some(&[start, end]) => &self.columns[start..end],
            _ => &[],
        }
    }

    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len() - 1
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many entries all rows have together.
    #[must_use]
    pub fn entries(&self) -> usize {
        self.columns.len()
    }
}

impl<R: IntoIterator<Item = u32>> FromIterator<R> for Rows {
    fn from_iter<I: IntoIterator<Item = R>>(all: I) -> Self {
        let mut rows = Self::default();
        for row in all {
            rows.push(row);
        }
        rows
    }
}

#[cfg(test)]
mod tests {
    use super::Rows;

    #[test]
    fn rows_come_back_as_they_were_pushed() {
        let rows: Rows = [vec![1, 4], Vec::new(), vec![0]].into_iter().collect();
        assert_eq!((rows.len(), rows.entries(), rows.is_empty()), (3, 3, false));
        assert_eq!([rows.row(0), rows.row(1), rows.row(2), rows.row(3)], [&[1, 4][..], &[], &[0], &[]]);
    }
}
