//! A screen as a picture: every cell at its place, colours as on a terminal.

use std::fmt::Write;

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};

/// Size of a cell in the picture's units.
const CELL: (u32, u32) = (9, 20);
const MARGIN: u32 = 14;
const GROUND: &str = "#101418";
const INK: &str = "#d8dee9";

/// Draws the buffer.
pub fn svg(buffer: &Buffer) -> String {
    let (columns, rows) = (u32::from(buffer.area.width), u32::from(buffer.area.height));
    let (width, height) = (columns * CELL.0 + 2 * MARGIN, rows * CELL.1 + 2 * MARGIN);
    let mut out = String::new();
    let _ = writeln!(
        out,
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" font-family="ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace" font-size="15" xml:space="preserve">"#
    );
    let _ = writeln!(out, r#"<rect width="{width}" height="{height}" rx="10" fill="{GROUND}"/>"#);
    for y in 0..buffer.area.height {
        row(buffer, y, &mut out);
    }
    out.push_str("</svg>\n");
    out
}

fn row(buffer: &Buffer, y: u16, out: &mut String) {
    let mut x = 0;
    while x < buffer.area.width {
        let first = &buffer[(x, y)];
        let mut end = x + 1;
        let mut text = first.symbol().to_owned();
        let braille = is_braille(first.symbol());
        let wide = |symbol: &str| quarterdeck::widgets::words::width(symbol) != 1 || is_braille(symbol) != braille;
        // A run ends where the style changes; what is not one cell wide stands alone, or the rest would shift.
        if wide(first.symbol()) {
            end += u16::try_from(quarterdeck::widgets::words::width(first.symbol()).saturating_sub(1)).unwrap_or(0);
        } else {
            while end < buffer.area.width && same_style(first, &buffer[(end, y)]) && !wide(buffer[(end, y)].symbol()) {
                text.push_str(buffer[(end, y)].symbol());
                end += 1;
            }
        }
        run(first, &text, x, y, end - x, out);
        x = end;
    }
}

fn run(cell: &Cell, text: &str, x: u16, y: u16, cells: u16, out: &mut String) {
    let (mut ink, mut ground) = (colour(cell.fg, INK), colour(cell.bg, GROUND));
    if cell.modifier.contains(Modifier::REVERSED) {
        std::mem::swap(&mut ink, &mut ground);
    }
    let (left, top) = (MARGIN + u32::from(x) * CELL.0, MARGIN + u32::from(y) * CELL.1);
    let width = u32::from(cells) * CELL.0;
    if ground != GROUND {
        let _ = writeln!(out, r#"<rect x="{left}" y="{top}" width="{width}" height="{}" fill="{ground}"/>"#, CELL.1);
    }
    let trimmed = text.trim_end();
    if trimmed.is_empty() {
        return;
    }
    if is_braille(trimmed) {
        dots(trimmed, (left, top), &ink, out);
        return;
    }
    let used = u32::try_from(quarterdeck::widgets::words::width(trimmed)).unwrap_or(0) * CELL.0;
    let bold = if cell.modifier.contains(Modifier::BOLD) { r#" font-weight="bold""# } else { "" };
    let line = if cell.modifier.contains(Modifier::UNDERLINED) { r#" text-decoration="underline""# } else { "" };
    let _ = writeln!(
        out,
        r#"<text x="{left}" y="{}" textLength="{used}" lengthAdjust="spacingAndGlyphs" fill="{ink}"{bold}{line}>{}</text>"#,
        top + 15,
        escape(trimmed)
    );
}

fn is_braille(symbol: &str) -> bool {
    symbol.starts_with(|c| ('\u{2800}'..='\u{28ff}').contains(&c))
}

/// Braille as the dots themselves: fonts that lack it, or draw it at another width, would bend the charts.
fn dots(text: &str, (left, top): (u32, u32), ink: &str, out: &mut String) {
    const PLACES: [(u32, u32); 8] = [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3)];
    let mut path = String::new();
    for (index, c) in (0..).zip(text.chars()) {
        let bits = u32::from(c) - 0x2800;
        for (_, (x, y)) in (0..8).zip(PLACES).filter(|(bit, _)| bits >> bit & 1 == 1) {
            let (x, y) = (left + index * CELL.0 + 1 + x * 4, top + 1 + y * 5);
            let _ = write!(path, "M{x} {y}h3v3h-3z");
        }
    }
    let _ = writeln!(out, r#"<path d="{path}" fill="{ink}"/>"#);
}

fn same_style(a: &Cell, b: &Cell) -> bool {
    a.fg == b.fg && a.bg == b.bg && a.modifier == b.modifier
}

fn colour(colour: Color, default: &'static str) -> std::borrow::Cow<'static, str> {
    match colour {
        Color::Rgb(r, g, b) => format!("#{r:02x}{g:02x}{b:02x}").into(),
        Color::Black => "#101418".into(),
        Color::Red => "#ff8080".into(),
        Color::Green => "#8fd694".into(),
        Color::Yellow => "#f2c14e".into(),
        Color::Cyan => "#7fc8f8".into(),
        Color::White => "#ffffff".into(),
        _ => default.into(),
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
