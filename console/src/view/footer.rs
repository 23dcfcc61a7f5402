//! The last line: the prompt, or breadcrumb, notice, errors and clock.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::command;
use crate::screens::PromptKind;
use crate::state::{Overlay, Prompt, State};
use crate::theme::{Meaning, Status};
use crate::widgets::words;

/// Draws one line.
pub(super) fn draw(state: &State, frame: &mut Frame, area: Rect) {
    if let Some(Overlay::Prompt(prompt)) = &state.overlay {
        let cursor = prompt.kind.sign().len() + words::width(prompt.input.split().0);
        frame.render_widget(line(state, prompt), area);
        let x = area.x + u16::try_from(cursor).unwrap_or(u16::MAX).min(area.width.saturating_sub(1));
        frame.set_cursor_position((x, area.y));
        return;
    }
    let scope = &state.scope;
    let header_hidden = scope.header_hidden || scope.fullscreen;
    if header_hidden && let Some(banner) = super::header::signed_out(state) {
        frame.render_widget(banner, area);
        return;
    }
    let right = status(state);
    let room = usize::from(area.width).saturating_sub(right.width() + 2);
    frame.render_widget(left(state, room), area);
    frame.render_widget(right.right_aligned(), area);
}

fn line(state: &State, prompt: &Prompt) -> Line<'static> {
    let theme = state.scope.theme;
    let mut spans = vec![
        Span::styled(prompt.kind.sign(), theme.style(Meaning::Accent)),
        Span::styled(prompt.input.text().to_owned(), theme.style(Meaning::Title)),
    ];
    if prompt.kind == PromptKind::Command {
        let cluster = state.screen().room().cluster(&state.scope);
        let text = prompt.input.text();
        let offers = command::completions(text, &state.scope, cluster.as_deref());
        let ghost = offers.first().and_then(|offer| offer.strip_prefix(text)).unwrap_or_default();
        spans.push(Span::styled(ghost.to_owned(), theme.style(Meaning::Muted)));
    }
    if let Some(objection) = &prompt.objection {
        spans.push(Span::styled(format!("   {objection}"), theme.style(Meaning::Danger)));
    } else if matches!(prompt.kind, PromptKind::Filter | PromptKind::Search)
        && let (_, Some(objection)) = crate::filter::Filter::parse(prompt.input.text())
    {
        spans.push(Span::styled(format!("   {objection}"), theme.style(Meaning::Warning)));
    }
    Line::from(spans)
}

fn left(state: &State, room: usize) -> Line<'static> {
    let theme = state.scope.theme;
    if let Some((words, _)) = &state.notice {
        let text = words::cut_end(&crate::text::clean(words), room);
        return Line::from(Span::styled(format!(" {text}"), theme.style(Meaning::Title)));
    }
    let crumbs: Vec<String> = state.screens[..=state.at].iter().rev().take(4).map(|s| s.room().crumb()).collect();
    let path = crumbs.into_iter().rev().collect::<Vec<_>>().join(" > ");
    Line::from(Span::styled(format!(" {}", words::cut_middle(&path, room)), theme.style(Meaning::Muted)))
}

fn status(state: &State) -> Line<'static> {
    let scope = &state.scope;
    let mut spans = Vec::new();
    if scope.context.production && (scope.header_hidden || scope.fullscreen) {
        spans.push(Span::styled(" PROD ", scope.theme.style(Meaning::Production)));
        spans.push(Span::raw("  "));
    }
    if state.unseen_errors > 0 {
        let noun = if state.unseen_errors == 1 { "error" } else { "errors" };
        let words = format!("{} {} {noun} (!)  ", scope.theme.glyph(Status::Failed), state.unseen_errors);
        spans.push(Span::styled(words, scope.theme.style(Meaning::Danger)));
    }
    spans.push(Span::styled(format!("{} ", clock(state)), scope.theme.style(Meaning::Muted)));
    Line::from(spans)
}

fn clock(state: &State) -> String {
    crate::widgets::clock::time_with_zone(state.scope.now, &state.scope.zone)
}
