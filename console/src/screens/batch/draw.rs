//! Draws how far a file is, what came out of it, and its rows.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use super::{Batch, Stage, rows};
use crate::predicted::{amount, number};
use crate::state::Scope;
use crate::text::clean;
use crate::theme::{Meaning, Status};
use crate::widgets::words::{cut_middle, width, wrap};
use crate::widgets::{pane, table};

/// Labels of a summary that are shown.
const LABELS: usize = 6;
/// Lines of one sentence.
const MOST_LINES: usize = 4;
/// Cells of a bar.
const BAR: usize = 24;

type Words = Vec<(String, Meaning)>;

/// Draws the screen.
pub(super) fn draw(batch: &Batch, scope: &Scope, frame: &mut Frame, area: Rect) {
    let lines = facts(batch, scope, usize::from(area.width).saturating_sub(4));
    let [top, bottom] = Layout::vertical([Constraint::Length(height(&lines)), Constraint::Min(4)]).areas(area);
    let inside = pane::draw(scope, frame, top, &heading(batch), None);
    let line = |words: &Words| {
        let span = |(text, meaning): &(String, Meaning)| Span::styled(text.clone(), scope.theme.style(*meaning));
        Line::from(std::iter::once(Span::raw(" ")).chain(words.iter().map(span)).collect::<Vec<_>>())
    };
    frame.render_widget(Paragraph::new(lines.iter().map(line).collect::<Vec<_>>()), inside);
    listed(batch, scope, frame, bottom);
}

/// Rows of the table that are in view.
pub(super) fn table_rows(batch: &Batch, scope: &Scope) -> usize {
    let lines = facts(batch, scope, usize::from(scope.size.0).saturating_sub(4));
    scope.body_rows().saturating_sub(usize::from(height(&lines)) + 1)
}

fn height(lines: &[Words]) -> u16 {
    u16::try_from(lines.len() + 2).unwrap_or(u16::MAX)
}

fn heading(batch: &Batch) -> String {
    let version = batch.model.1.as_ref().map_or_else(String::new, |version| format!("@{version}"));
    clean(&format!("predictions from a file, {}{version} of {}", batch.model.0, batch.service.service)).into_owned()
}

fn facts(batch: &Batch, scope: &Scope, cells: usize) -> Vec<Words> {
    if batch.stage == Stage::Choosing {
        return vec![
            text(".json (a list), .ndjson (an object a line) or .csv (header = field names)", Meaning::Text),
            text("It is checked first; nothing is sent before you say so.", Meaning::Muted),
        ];
    }
    let mut lines = vec![vec![
        ("file  ".to_owned(), Meaning::Muted),
        (cut_middle(&clean(&batch.file), cells.saturating_sub(8)), Meaning::Title),
    ]];
    lines.extend(stage(batch, scope, cells));
    lines.extend(counts(batch));
    lines.extend(speed(batch));
    lines.extend(notes(batch));
    lines.extend(summary(batch, scope));
    lines
}

fn text(words: &str, meaning: Meaning) -> Words {
    vec![(words.to_owned(), meaning)]
}

fn stage(batch: &Batch, scope: &Scope, cells: usize) -> Vec<Words> {
    let theme = scope.theme;
    let judged = if batch.news.tally.refused == 0 { Status::Ok } else { Status::Warning };
    let (status, words) = match &batch.stage {
        Stage::Choosing => return Vec::new(),
        Stage::Checking => return vec![running(batch, scope, "checking")],
        Stage::Sending => return vec![running(batch, scope, "sending")],
        Stage::Checked => (judged, checked(batch, scope)),
        Stage::Sent => (judged, "done".to_owned()),
        // The file's name stands above.
        Stage::Failed(words) => {
            let words = words.strip_prefix(&format!("{}: ", clean(&batch.file))).unwrap_or(words);
            (Status::Failed, clean(words).into_owned())
        }
    };
    let lines = wrap(&words, cells.saturating_sub(2)).into_iter().take(MOST_LINES).enumerate();
    let sign = |index: usize| if index == 0 { format!("{} ", theme.glyph(status)) } else { "  ".to_owned() };
    lines.map(|(index, line)| vec![(format!("{}{line}", sign(index)), status.meaning())]).collect()
}

fn checked(batch: &Batch, scope: &Scope) -> String {
    let good = batch.news.tally.answered;
    if good == 0 {
        return "checked: no row can be sent".to_owned();
    }
    let key = scope.keymap.keys(crate::keymap::Place::Batch, crate::action::Action::Send).first();
    let key = key.map_or("enter", String::as_str);
    let out = crate::batch::out_of(&batch.file, 1);
    let name = out.rsplit('/').next().unwrap_or_default();
    format!("checked; {key} sends {} rows, answers go to {}", count(good), clean(name))
}

fn running(batch: &Batch, scope: &Scope, word: &str) -> Words {
    let (read, all) = batch.news.bytes;
    #[allow(clippy::cast_precision_loss, reason = "a share of a bar")]
    let share = if all == 0 { 0.0 } else { (read as f64 / all as f64).clamp(0.0, 1.0) };
    let full = cells(share * BAR as f64);
    let (on, off) = if scope.theme.ascii { ("#", ".") } else { ("█", "░") };
    let since = batch.running.as_ref().map_or_else(String::new, |(_, since)| scope.now.since(*since).to_string());
    vec![
        (format!("{word} "), Meaning::Busy),
        (on.repeat(full), Meaning::Busy),
        (off.repeat(BAR - full), Meaning::Muted),
        (format!(" {:3.0} %, {since}; esc stops", share * 100.0), Meaning::Text),
    ]
}

fn counts(batch: &Batch) -> Option<Words> {
    let news = &batch.news;
    if news.rows == 0 && batch.stage != Stage::Checked {
        return None;
    }
    let good = if matches!(batch.stage, Stage::Checking | Stage::Checked) { "good" } else { "answered" };
    let mut words = vec![
        (format!("{} rows, ", count(news.rows)), Meaning::Text),
        (format!("{} {good}", count(news.tally.answered)), Meaning::Good),
    ];
    if news.tally.refused > 0 {
        words.push((", ".to_owned(), Meaning::Text));
        words.push((format!("{} refused", count(news.tally.refused)), Meaning::Danger));
    }
    Some(words)
}

/// How fast it went, and by which way.
fn speed(batch: &Batch) -> Option<Words> {
    let news = &batch.news;
    if news.way.is_empty() || news.elapsed_ms <= 0.0 {
        return None;
    }
    #[allow(clippy::cast_precision_loss, reason = "a rate, shown with few digits")]
    let rate = news.rows as f64 / (news.elapsed_ms / 1_000.0);
    let took = crate::screens::predict::duration(news.elapsed_ms);
    let words = format!("{took}, {} rows/s, sent to {} {}", number(rate.round()), clean(&news.model), news.way);
    Some(text(&words, Meaning::Muted))
}

fn notes(batch: &Batch) -> Vec<Words> {
    let mut lines = Vec::new();
    if let Some(out) = batch.news.out.as_ref() {
        lines.push(vec![("answers  ".to_owned(), Meaning::Muted), (clean(out).into_owned(), Meaning::Accent)]);
    }
    if !batch.news.unused.is_empty() {
        let names = clean(&batch.news.unused.join(", ")).into_owned();
        lines.push(text(&format!("not fields of this model, left out or ignored: {names}"), Meaning::Muted));
    }
    lines
}

fn summary(batch: &Batch, scope: &Scope) -> Vec<Words> {
    let tally = &batch.news.tally;
    let labels = tally.labels();
    if let Some(([least, low, median, high, greatest], exact)) = tally.quantiles() {
        let of = |value: f64| amount(value, batch.news.unit.as_deref());
        let about = if exact { "" } else { "about " };
        return vec![
            vec![
                (format!("{about}median "), Meaning::Muted),
                (of(median), Meaning::Title),
                (format!(", half within {} to {}", number(low), of(high)), Meaning::Text),
            ],
            text(&format!("all within {} to {}", number(least), of(greatest)), Meaning::Muted),
        ];
    }
    let all: u64 = labels.iter().map(|(_, count)| count).sum();
    let names = labels.iter().take(LABELS).map(|(label, _)| width(&clean(label))).max().unwrap_or(0).min(24);
    let line = |(label, found): &(&str, u64)| {
        #[allow(clippy::cast_precision_loss, reason = "a share of a bar")]
        let share = *found as f64 / all.max(1) as f64;
        let bar = if scope.theme.ascii { "#" } else { "█" }.repeat(cells(share * BAR as f64));
        let label = cut_middle(&clean(label), names);
        let padding = " ".repeat(names.saturating_sub(width(&label)));
        vec![
            (format!("{label}{padding} "), Meaning::Text),
            (bar, Meaning::Accent),
            (format!(" {} ({:.1} %)", count(*found), share * 100.0), Meaning::Text),
        ]
    };
    labels.iter().take(LABELS).map(line).collect()
}

fn listed(batch: &Batch, scope: &Scope, frame: &mut Frame, area: Rect) {
    let held = batch.rows(scope);
    let noun = match batch.stage {
        Stage::Checking | Stage::Checked => "refused rows",
        _ => "rows",
    };
    let mut title = table::title(noun, &batch.table, held.len(), batch.lines.len());
    if batch.dropped > 0 {
        title = format!("{title}, {} more not held", count(batch.dropped));
    }
    let inside = pane::draw(scope, frame, area, &title, None);
    if held.is_empty() {
        let words = match batch.stage {
            Stage::Choosing => offers(batch),
            Stage::Checked => vec![("Every row fits the model's fields.".to_owned(), Meaning::Good)],
            _ if !batch.table.filter.is_empty() => vec![("No row matches.".to_owned(), Meaning::Muted)],
            _ => vec![(String::new(), Meaning::Muted)],
        };
        pane::empty(scope, frame, inside, &words);
        return;
    }
    table::draw(scope, frame, inside, &batch.table, &rows::columns(), &held, false);
}

/// What the path that is typed may become.
fn offers(batch: &Batch) -> Vec<(String, Meaning)> {
    let offer = |path: &String| (clean(path).into_owned(), Meaning::Accent);
    batch.offers.iter().take(12).map(offer).collect()
}

fn count(number: u64) -> String {
    #[allow(clippy::cast_precision_loss, reason = "no file has so many rows")]
    crate::predicted::number(number as f64)
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "cells of a bar")]
fn cells(share: f64) -> usize {
    share.round().clamp(0.0, BAR as f64) as usize
}
