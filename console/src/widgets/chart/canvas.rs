//! Dots on a grid of cells: eight to a cell in braille, one in ASCII. A cell has the colour of what was drawn last.

const ASCII_SIGNS: [char; 3] = ['*', '.', '\''];
/// Bits of a braille pattern by column and row of the dot (Unicode, Braille Patterns).
const BRAILLE: [[u8; 4]; 2] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]];

/// The two lowest dots of a braille pattern.
const GROUND: u8 = 0xc0;

/// The grid.
pub(super) struct Canvas {
    columns: u16,
    rows: u16,
    ascii: bool,
    /// Dots and layer of each cell, row by row.
    cells: Vec<(u8, usize)>,
}

impl Canvas {
    /// No dots yet.
    pub(super) fn new(columns: u16, rows: u16, ascii: bool) -> Self {
        Self { columns, rows, ascii, cells: vec![(0, 0); usize::from(columns) * usize::from(rows)] }
    }

    /// Dots across and down in one cell.
    fn density(&self) -> (u16, u16) {
        if self.ascii { (1, 1) } else { (2, 4) }
    }

    /// Column of dots at a share of the width.
    pub(super) fn dot_x(&self, share: f64) -> u16 {
        super::scale::step(share, self.columns.saturating_mul(self.density().0))
    }

    /// Row of dots, from the top, at a share of the height.
    pub(super) fn dot_y(&self, share: f64) -> u16 {
        let dots = self.rows.saturating_mul(self.density().1);
        let from_ground = super::scale::nearest(share.clamp(0.0, 1.0), dots);
        dots.saturating_sub(1).saturating_sub(from_ground)
    }

    /// Draws from dot to dot; `filled` also everything below.
    pub(super) fn line(&mut self, from: (u16, u16), to: (u16, u16), filled: bool, layer: usize) {
        let ground = self.rows.saturating_mul(self.density().1).saturating_sub(1);
        let (x0, y0) = (i32::from(from.0), i32::from(from.1));
        let (dx, dy) = (i32::from(to.0) - x0, i32::from(to.1) - y0);
        let steps = dx.abs().max(dy.abs());
        for step in 0..=steps {
            let along =
                |delta: i32| if steps == 0 { 0 } else { (2 * delta * step + steps * delta.signum()) / (2 * steps) };
            let x = u16::try_from(x0 + along(dx)).unwrap_or(0);
            let y = u16::try_from(y0 + along(dy)).unwrap_or(0);
            let end = if filled { ground } else { y };
            (y..=end.max(y)).for_each(|y| self.dot(x, y, layer));
        }
    }

    fn dot(&mut self, x: u16, y: u16, layer: usize) {
        let (across, down) = self.density();
        let (column, row) = (x / across, y / down);
        if column >= self.columns || row >= self.rows {
            return;
        }
        let bit = if self.ascii { 1 } else { BRAILLE[usize::from(x % 2)][usize::from(y % 4)] };
        let cell = &mut self.cells[usize::from(row) * usize::from(self.columns) + usize::from(column)];
        *cell = (cell.0 | bit, layer);
    }

    /// Nothing has been drawn.
    pub(super) fn is_empty(&self) -> bool {
        self.cells.iter().all(|(dots, _)| *dots == 0)
    }

    /// Cells with dots: column, row, symbol, layer, and whether nothing but the lowest dots is drawn there.
    pub(super) fn cells(&self) -> impl Iterator<Item = (u16, u16, char, usize, bool)> {
        let columns = usize::from(self.columns).max(1);
        self.cells.iter().enumerate().filter(|(_, (dots, _))| *dots != 0).map(move |(index, (dots, layer))| {
            let (x, y) = (u16::try_from(index % columns), u16::try_from(index / columns));
            let symbol = if self.ascii {
                ASCII_SIGNS[(*layer).min(ASCII_SIGNS.len() - 1)]
            } else {
                char::from_u32(0x2800 + u32::from(*dots)).unwrap_or(' ')
            };
            let (x, y) = (x.unwrap_or(0), y.unwrap_or(0));
            let on_ground = y + 1 == self.rows && (self.ascii || dots & !GROUND == 0);
            (x, y, symbol, *layer, on_ground)
        })
    }
}
