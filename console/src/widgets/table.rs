//! Draws a list: columns that fit, heading with the sort mark, rows, selection, marks.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::state::Scope;
use crate::table::{Column, Row, Table, Width};
use crate::theme::Meaning;
use crate::widgets::words;

/// Draws arranged `rows` inside `area`. `doubtful` rows are grey: their facts are old.
pub fn draw<R: Row>(
    scope: &Scope,
    frame: &mut Frame,
    area: Rect,
    table: &Table,
    columns: &[Column<R>],
    rows: &[R],
    doubtful: bool,
) {
    if area.height == 0 || area.width < 4 {
        return;
    }
    let widths = fit(columns, area.width, table.wide);
    frame.render_widget(heading(scope, table, columns, &widths), Rect { height: 1, ..area });
    let page = usize::from(area.height - 1);
    let Some(current) = table.current(rows) else { return };
    let first = table.first_in_view(current, rows.len(), page);
    let shown = rows.iter().enumerate().skip(first).take(page);
    for (y, (index, row)) in (area.y + 1..).zip(shown) {
        let line = line(scope, table, columns, &widths, row, (index == current, doubtful));
        frame.render_widget(line, Rect { x: area.x, y, width: area.width, height: 1 });
    }
}

/// `services [12/40] </api> faults only`
#[must_use]
pub fn title(noun: &str, table: &Table, shown: usize, total: usize) -> String {
    let mut title = if shown == total { format!("{noun} [{total}]") } else { format!("{noun} [{shown}/{total}]") };
    if !table.filter.is_empty() {
        title.push_str(&format!(" </{}>", crate::text::clean(&table.filter)));
    }
    if table.faults_only {
        title.push_str(" faults only");
    }
    title
}

fn heading<R>(scope: &Scope, table: &Table, columns: &[Column<R>], widths: &[usize]) -> Line<'static> {
    let ascii = scope.theme.ascii;
    let mut spans = vec![Span::raw(" ")];
    for (index, (column, cells)) in columns.iter().zip(widths).enumerate().filter(|(_, (_, cells))| **cells > 0) {
        let mark = match table.sort {
            Some((sorted, false)) if sorted == index && ascii => "^",
            Some((sorted, false)) if sorted == index => "▲",
            Some((sorted, true)) if sorted == index && ascii => "v",
            Some((sorted, true)) if sorted == index => "▼",
            _ => "",
        };
        let title = format!("{}{mark}", column.title);
        spans.push(Span::styled(pad(&title, *cells, column.right), scope.theme.style(Meaning::Accent)));
        spans.push(Span::raw(" "));
    }
    Line::from(spans)
}

fn line<R: Row>(
    scope: &Scope,
    table: &Table,
    columns: &[Column<R>],
    widths: &[usize],
    row: &R,
    (selected, doubtful): (bool, bool),
) -> Line<'static> {
    let mark = match (table.marks.contains(&row.id()), selected, scope.theme.ascii) {
        (true, _, _) => "*",
        (false, true, true) => ">",
        (false, true, false) => "▌",
        _ => " ",
    };
    let mut spans = vec![Span::styled(mark, scope.theme.style(Meaning::Accent))];
    for (column, cells) in columns.iter().zip(widths).filter(|(_, cells)| **cells > 0) {
        spans.extend(cell(scope, column, *cells, row, doubtful));
        spans.push(Span::raw(" "));
    }
    let line = Line::from(spans);
    if selected { line.patch_style(scope.theme.style(Meaning::Selected)) } else { line }
}

fn cell<R>(scope: &Scope, column: &Column<R>, cells: usize, row: &R, doubtful: bool) -> Vec<Span<'static>> {
    let cell = (column.cell)(row, scope);
    let style = |meaning| scope.theme.style(if doubtful { Meaning::Muted } else { meaning });
    let plain = cell.plain();
    let used = words::width(&plain);
    if used > cells {
        let meaning = cell.0.first().map_or(Meaning::Text, |(_, meaning)| *meaning);
        let short = match column.width {
            Width::Prose(_) => words::cut_end(&plain, cells),
            Width::Fixed(_) | Width::Grow(_) => words::cut_middle(&plain, cells),
        };
        return vec![Span::styled(pad(&short, cells, false), style(meaning))];
    }
    let blank = Span::raw(" ".repeat(cells - used));
    let mut spans: Vec<Span<'static>> =
        cell.0.into_iter().map(|(text, meaning)| Span::styled(text, style(meaning))).collect();
    if column.right {
        spans.insert(0, blank);
    } else {
        spans.push(blank);
    }
    spans
}

fn pad(text: &str, cells: usize, right: bool) -> String {
    let text = words::cut_end(text, cells);
    let blank = " ".repeat(cells.saturating_sub(words::width(&text)));
    if right { format!("{blank}{text}") } else { format!("{text}{blank}") }
}

/// Width of each column, 0 for those that are left out. Columns go by their `drop` number until the rest fits.
fn fit<R>(columns: &[Column<R>], width: u16, wide: bool) -> Vec<usize> {
    let least = |column: &Column<R>| match column.width {
        Width::Fixed(cells) | Width::Grow(cells) | Width::Prose(cells) => usize::from(cells),
    };
    let room = usize::from(width).saturating_sub(2);
    let mut kept: Vec<bool> = vec![true; columns.len()];
    loop {
        let used: usize = columns.iter().zip(&kept).filter(|(_, k)| **k).map(|(c, _)| least(c) + 1).sum();
        let candidates = columns.iter().enumerate().filter(|(i, c)| kept[*i] && c.drop > 0);
        let Some((out, _)) = candidates.max_by_key(|(_, c)| c.drop).filter(|_| used > room && !wide) else { break };
        kept[out] = false;
    }
    let mut widths: Vec<usize> = columns.iter().zip(&kept).map(|(c, k)| if *k { least(c) } else { 0 }).collect();
    let used: usize = widths.iter().filter(|w| **w > 0).map(|w| w + 1).sum();
    let grows = |index: &usize| kept[*index] && matches!(columns[*index].width, Width::Grow(_) | Width::Prose(_));
    let growing: Vec<usize> = (0..columns.len()).filter(grows).collect();
    let spare = room.saturating_sub(used);
    for (turn, index) in growing.iter().enumerate() {
        widths[*index] += spare / growing.len() + usize::from(turn < spare % growing.len());
    }
    widths
}
