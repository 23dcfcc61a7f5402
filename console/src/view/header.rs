//! Where am I, who am I, how fresh is what I see; on the right what I can do here.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::model::Target;
use crate::model::time::MINUTE;
use crate::state::{Scope, State, Watch};
use crate::theme::{Meaning, Status};
use crate::verdict::Tone;
use crate::widgets::words;

/// Draws three lines.
pub(super) fn draw(state: &State, frame: &mut Frame, area: Rect) {
    let hints = hints(state);
    let hint_room = if area.width >= 110 { area.width / 2 } else { area.width * 2 / 5 };
    let left = Rect { width: area.width - hint_room, ..area };
    for (y, line) in (area.y..).zip([place(&state.scope), counts(state), liveness(state)]) {
        frame.render_widget(line, Rect { y, height: 1, ..left });
    }
    let right = Rect { x: left.right(), width: hint_room, ..area };
    for (y, line) in (area.y..).zip(columns(&state.scope, &hints, right)) {
        frame.render_widget(line, Rect { y, height: 1, ..right });
    }
}

fn place(scope: &Scope) -> Line<'static> {
    let context = &scope.context;
    let theme = scope.theme;
    let who = match &context.target {
        Target::Local { .. } => "local stack".to_owned(),
        Target::Aws { profile } => profile.clone().unwrap_or_else(|| "default".to_owned()),
    };
    let mut spans = vec![Span::styled(format!(" {who}"), theme.style(Meaning::Title))];
    if let Some(account) = &context.account {
        spans.push(Span::styled(format!(" {account}"), theme.style(Meaning::Text)));
    }
    if context.production {
        spans.push(Span::styled(" PROD ", theme.style(Meaning::Production)));
    }
    if context.read_only {
        spans.push(Span::raw(" "));
        spans.push(Span::styled(" READ-ONLY ", theme.style(Meaning::Badge)));
    }
    spans.push(Span::styled(format!(" {}", context.region), theme.style(Meaning::Accent)));
    if let Some(identity) = &context.identity {
        spans.push(Span::styled(format!(" {}", crate::text::clean(identity)), theme.style(Meaning::Muted)));
    }
    if let Some(left) = context.credentials_expire.map(|at| at.since(scope.now)) {
        let meaning = if left.0 < 10 * MINUTE { Meaning::Danger } else { Meaning::Muted };
        spans.push(Span::styled(format!(" expires in {left}"), theme.style(meaning)));
    }
    Line::from(spans)
}

fn counts(state: &State) -> Line<'static> {
    let scope = &state.scope;
    let theme = scope.theme;
    let rooms = state.screens[..=state.at].iter().rev();
    let Some(cluster) = rooms.map(crate::screens::Screen::room).find_map(|room| room.cluster(scope)) else {
        return Line::from(Span::styled(" no cluster chosen", theme.style(Meaning::Muted)));
    };
    let services = scope.facts.services.get(&cluster).and_then(|held| held.value.as_ref());
    let (count, running, desired) = services.map_or((0, 0, 0), |map| {
        let sum = |f: fn(&crate::model::Service) -> u32| map.values().map(f).sum::<u32>();
        (map.len(), sum(|s| s.running), sum(|s| s.desired))
    });
    let mut spans = vec![
        Span::styled(format!(" {cluster}"), theme.style(Meaning::Title)),
        Span::styled(format!("  svc {count} · tasks {running}/{desired}"), theme.style(Meaning::Text)),
    ];
    let alarms = scope.facts.alarms.value.iter().flatten();
    let ringing = alarms.filter(|alarm| alarm.state == crate::model::AlarmState::Alarm).count();
    if ringing > 0 {
        let words = format!("  {} ALARM {ringing}", theme.glyph(Status::Failed));
        spans.push(Span::styled(words, theme.style(Meaning::Danger)));
    }
    Line::from(spans)
}

/// A watched deployment: how long it has been going on, or for a while what became of it.
fn chip(scope: &Scope, service: &str, watch: &Watch) -> Option<Span<'static>> {
    let (word, tone) = watch.word.unwrap_or(("rollout", Tone::Busy));
    let age = match watch.ended {
        Some(at) if scope.now.since(at).0 > 5 * MINUTE => return None,
        Some(at) => format!("{} ago", scope.now.since(at)),
        None => scope.now.since(watch.since).to_string(),
    };
    let status = tone.status();
    let words = format!("  {} {service} {} {age}", scope.theme.glyph(status), word.to_lowercase());
    Some(Span::styled(words, scope.theme.style(status.meaning())))
}

/// What stands in the header, or in the footer when that is hidden, while credentials do not work.
pub(super) fn signed_out(state: &State) -> Option<Line<'static>> {
    let problem = state.signed_out.as_ref()?;
    let theme = state.scope.theme;
    let words = format!(" {} signed out: {}", theme.glyph(Status::Failed), crate::text::clean(&problem.message));
    let hint = problem.hint.clone().unwrap_or_else(|| ":login tries again".to_owned());
    Some(Line::from(vec![
        Span::styled(words, theme.style(Meaning::Danger)),
        Span::styled(format!(" — {hint}"), theme.style(Meaning::Accent)),
    ]))
}

fn liveness(state: &State) -> Line<'static> {
    let scope = &state.scope;
    let theme = scope.theme;
    let mut spans = Vec::new();
    if let Some(banner) = signed_out(state) {
        return banner;
    }
    spans.push(Span::styled(format!(" API {:.1}/s", scope.budget.rate), theme.style(Meaning::Muted)));
    if scope.budget.throttled {
        spans.push(Span::styled(" throttled".to_owned(), theme.style(Meaning::Warning)));
    }
    if scope.budget.waiting > 0 {
        spans.push(Span::styled(format!(" {} waiting", scope.budget.waiting), theme.style(Meaning::Muted)));
    }
    spans.extend(scope.watched.iter().filter_map(|(id, watch)| chip(scope, &id.service, watch)));
    if let Some(write) = &scope.writing {
        let words = format!("  {} {}…", theme.glyph(Status::Progressing), write.calls().join(", "));
        spans.push(Span::styled(words, theme.style(Meaning::Busy)));
    }
    Line::from(spans)
}

fn hints(state: &State) -> Vec<(String, &'static str)> {
    let room = state.screen().room();
    let mut places = room.places().to_vec();
    places.push(crate::keymap::Place::Everywhere);
    state.scope.keymap.hints(&places, |action| room.offers(action, &state.scope))
}

/// As many hints as fit into the area, column by column.
fn columns(scope: &Scope, hints: &[(String, &str)], area: Rect) -> Vec<Line<'static>> {
    let rows = usize::from(area.height).max(1);
    let mut lines: Vec<Vec<Span<'static>>> = vec![Vec::new(); rows];
    let mut room = usize::from(area.width);
    for column in hints.chunks(rows) {
        let size = |(key, word): &(String, &str)| words::width(key) + word.len() + 5;
        let cells = column.iter().map(size).max().unwrap_or(0);
        if cells > room {
            break;
        }
        room -= cells;
        for (line, (key, word)) in lines.iter_mut().zip(column) {
            let key_span = Span::styled(format!("<{key}>"), scope.theme.style(Meaning::Accent));
            let blank = cells - words::width(key) - 2 - 1;
            line.push(key_span);
            line.push(Span::styled(format!(" {word:<blank$}"), scope.theme.style(Meaning::Muted)));
        }
    }
    lines.into_iter().map(Line::from).collect()
}
