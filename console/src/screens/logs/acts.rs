//! What keys and prompts do to the pane. A toggle changes how lines look, and nothing else.

use super::position::Position;
use super::sieve::Filter;
use super::source::Finding;
use super::window::Goal;
use super::{Logs, export, moment};
use crate::action::Action;
use crate::effect::Effect;
use crate::model::time::{HOUR, MINUTE};
use crate::model::{Task, Timestamp};
use crate::screens::{Intent, PromptKind, Screen, text};
use crate::state::Scope;

/// Columns that one key scrolls to the side.
const SIDEWAYS: isize = 16;

impl Logs {
    /// Takes an action.
    pub(super) fn act(&mut self, action: Action, scope: &Scope) -> Vec<Intent> {
        self.unasked_pages = 0;
        match action {
            Action::Filter => return vec![self.ask_search()],
            Action::Include => return vec![Intent::Prompt(PromptKind::Include, String::new())],
            Action::Exclude => return vec![Intent::Prompt(PromptKind::Exclude, String::new())],
            Action::GoToTime => return vec![Intent::Prompt(PromptKind::GoToTime, String::new())],
            Action::Open => return self.open_line(scope),
            Action::CopyName => return self.copy(),
            Action::Save => return self.save(scope),
            Action::PreviousLogs => return self.previous_task(scope),
            Action::NextTab => return self.next_source(scope),
            Action::NextMatch | Action::PreviousMatch => return self.jump(action == Action::NextMatch, false, scope),
            Action::NextError | Action::PreviousError => return self.jump(action == Action::NextError, true, scope),
            Action::Preset(number) => self.preset(number, scope),
            Action::Pause => match self.position {
                Position::Following => self.hold(scope),
                Position::Held(_) => self.follow(),
            },
            Action::Follow | Action::Bottom => self.follow(),
            Action::Mark => self.mark(scope),
            other if self.moved(other, scope) => {}
            other => self.changed_look(other, scope),
        }
        Vec::new()
    }

    /// Takes what is typed at a prompt.
    pub(super) fn typed_at(&mut self, kind: PromptKind, text: &str, done: bool, scope: &Scope) -> Vec<Intent> {
        self.freeze(scope);
        match kind {
            PromptKind::Search | PromptKind::Filter => {
                self.store.resift(|sieve| sieve.search = Filter::search(text));
                if done {
                    self.show_a_match(scope);
                }
            }
            PromptKind::Include | PromptKind::Exclude => {
                let filter = Filter::parse(text, kind == PromptKind::Exclude);
                let objection = filter.as_ref().and_then(|filter| filter.objection.clone()).filter(|_| done);
                self.unasked_pages = 0;
                self.store.resift(|sieve| sieve.draft = filter);
                if done && self.store.sieve().draft.is_some() {
                    self.store.resift(|sieve| {
                        sieve.off = false;
                        sieve.filters.extend(sieve.draft.take());
                    });
                }
                return objection.map(Intent::Say).into_iter().collect();
            }
            PromptKind::GoToTime if done && !text.is_empty() => {
                return match moment::parse(text, scope.now, &self.look.zone(scope)) {
                    Ok(at) => {
                        self.go_to(at, scope);
                        Vec::new()
                    }
                    Err(words) => vec![Intent::Say(words)],
                };
            }
            _ => {}
        }
        Vec::new()
    }

    fn ask_search(&self) -> Intent {
        let text = self.store.sieve().search.as_ref().map(|search| search.text.clone()).unwrap_or_default();
        Intent::Prompt(PromptKind::Search, text)
    }

    fn follow(&mut self) {
        self.position = Position::Following;
        if !self.window.reaches_now && self.window.load.is_none() {
            self.begin(Goal::Tail);
        }
    }

    /// Moves the selection; `false` when the action is no move.
    fn moved(&mut self, action: Action, scope: &Scope) -> bool {
        let layout = self.layout_now(scope);
        let (cursor, page) =
            self.sight(&layout, |sight| (sight.cursor(&self.position), sight.lines_on_page(&self.position)));
        let half = (page / 2).max(1);
        let steps = |by: isize| cursor.map_or(0, |rank| rank.saturating_add_signed(by));
        let target = match action {
            Action::Down => steps(1),
            Action::Up => steps(-1),
            Action::HalfPageDown => steps(as_step(half)),
            Action::HalfPageUp => steps(-as_step(half)),
            Action::PageDown => steps(as_step(page)),
            Action::PageUp => steps(-as_step(page)),
            Action::Top => {
                self.top(cursor, scope);
                return true;
            }
            _ => return false,
        };
        let is_down = matches!(action, Action::Down | Action::HalfPageDown | Action::PageDown);
        // Going down from the newest line has nowhere to go; it does not pause.
        if !(is_down && self.position == Position::Following) {
            self.go(target, false, scope);
        }
        true
    }

    /// The oldest line held; from there, further into a sparse log, or to the true beginning of the range.
    fn top(&mut self, cursor: Option<usize>, scope: &Scope) {
        let at_top = cursor.is_none() || (cursor == Some(0) && self.position != Position::Following);
        if at_top && self.window.look_further() {
            return;
        }
        if cursor == Some(0) && self.position != Position::Following && !self.window.reached_start {
            self.begin(Goal::Head);
        } else {
            self.go(0, false, scope);
        }
    }

    fn preset(&mut self, number: u8, scope: &Scope) {
        let back = match number {
            0 if self.window.from.is_none() => return self.follow(),
            1 | 6 => Some(HOUR),
            2 => Some(MINUTE),
            3 => Some(5 * MINUTE),
            4 => Some(15 * MINUTE),
            5 => Some(30 * MINUTE),
            _ => None,
        };
        self.window.from = back.map(|back| scope.now.plus(-back));
        self.begin(if number == 1 { Goal::Head } else { Goal::Tail });
    }

    fn go_to(&mut self, at: Timestamp, scope: &Scope) {
        let buffer = self.store.buffer();
        let begins_before = self.window.reached_start || buffer.oldest().is_some_and(|held| held.line.at <= at);
        let ends_behind = self.window.reaches_now || buffer.newest().is_some_and(|held| held.line.at >= at);
        if begins_before && ends_behind && !buffer.is_empty() {
            let rank = self.store.rank(&super::LineKey::time(at));
            self.go(rank, true, scope);
        } else {
            self.begin(Goal::Time(at));
        }
    }

    /// The next or previous match or error, as seen from the selected line.
    fn jump(&mut self, forward: bool, errors: bool, scope: &Scope) -> Vec<Intent> {
        let list = if errors { self.store.index().errors() } else { self.store.index().hits() };
        let layout = self.layout_now(scope);
        let cursor = self.sight(&layout, |sight| sight.cursor(&self.position)).unwrap_or(0);
        let Some(here) = self.store.index().shown().get(cursor).copied() else { return Vec::new() };
        let is_following = self.position == Position::Following;
        let behind = list.partition_point(|position| *position <= here);
        // Seen from the newest line, the newest match is the one before, even on that line.
        let before = list.partition_point(|position| if is_following { *position <= here } else { *position < here });
        let found = if forward { list.get(behind) } else { before.checked_sub(1).and_then(|at| list.get(at)) };
        match found.copied() {
            Some(position) => {
                let rank = self.store.rank_of(position);
                self.go(rank, true, scope);
                Vec::new()
            }
            None => vec![Intent::Say(self.nothing_found(forward, errors, list.is_empty()))],
        }
    }

    fn nothing_found(&self, forward: bool, errors: bool, none_at_all: bool) -> String {
        let what = if errors { "error" } else { "match" };
        let older = if self.window.reached_start { "" } else { "; g loads older lines" };
        match (forward, none_at_all) {
            (_, true) => format!("no {what} in the lines held{older}"),
            (true, false) => format!("no {what} below; {} goes up", if errors { "E" } else { "N" }),
            (false, false) => format!("no {what} above{older}"),
        }
    }

    /// After a search: the newest match above, unless one is on screen.
    fn show_a_match(&mut self, scope: &Scope) {
        let layout = self.layout_now(scope);
        let (top, lines) =
            self.sight(&layout, |sight| (sight.top(&self.position).0, sight.lines_on_page(&self.position)));
        let hits = self.store.index().hits();
        let seen = |position: &i64| (top..top + lines).contains(&self.store.rank_of(*position));
        let bottom = self.store.index().shown().get((top + lines).saturating_sub(1)).copied().unwrap_or(i64::MAX);
        let above = hits.partition_point(|position| *position <= bottom);
        let nearest = above.checked_sub(1).or((!hits.is_empty()).then_some(0)).and_then(|at| hits.get(at)).copied();
        if let Some(position) = nearest.filter(|position| !seen(position)) {
            let rank = self.store.rank_of(position);
            self.go(rank, true, scope);
        }
    }

    fn changed_look(&mut self, action: Action, scope: &Scope) {
        self.freeze(scope);
        match action {
            Action::Timestamps => self.look.times = !self.look.times,
            Action::Zone => self.look.next_hours(scope),
            Action::Wrap => self.look.wrap = !self.look.wrap,
            Action::Columns => self.look.fields = !self.look.fields,
            Action::AllContainers => self.look.tasks = Some(!self.look.tasks.unwrap_or(self.tints.len() > 1)),
            Action::ScrollLeft => self.look.scroll(-SIDEWAYS),
            Action::ScrollRight => self.look.scroll(SIDEWAYS),
            Action::ToggleFilters => self.store.resift(|sieve| sieve.off = !sieve.off && !sieve.filters.is_empty()),
            Action::MoreContext => self.store.more_context(),
            _ => {}
        }
    }

    fn current(&self, scope: &Scope) -> Option<&super::buffer::Held> {
        let layout = self.layout_now(scope);
        self.store.line(self.sight(&layout, |sight| sight.cursor(&self.position))?)
    }

    fn mark(&mut self, scope: &Scope) {
        self.hold(scope);
        let Position::Held(place) = &self.position else { return };
        let key = place.cursor.clone();
        if !self.marks.remove(&key) {
            self.marks.insert(key);
        }
        self.moved(Action::Down, scope);
    }

    fn open_line(&self, scope: &Scope) -> Vec<Intent> {
        let Some(held) = self.current(scope) else { return Vec::new() };
        let zone = self.look.zone(scope);
        let title = format!("line {}", crate::widgets::clock::time(held.line.at, &zone));
        vec![Intent::open(Screen::Text(text::Text::new(title, export::whole(&held.line, &zone))))]
    }

    /// The marked lines, or the selected one.
    fn copy(&self) -> Vec<Intent> {
        let buffer = self.store.buffer();
        let marked = self.marks.iter().filter_map(|key| buffer.get(buffer.seek(key)));
        let mut lines: Vec<String> = marked.map(|held| export::message(&held.line)).collect();
        if let (true, Position::Held(place)) = (lines.is_empty(), &self.position) {
            lines.extend(self.store.line(self.store.rank(&place.cursor)).map(|held| export::message(&held.line)));
        } else if lines.is_empty() {
            lines.extend(
                self.store
                    .shown()
                    .checked_sub(1)
                    .and_then(|last| self.store.line(last))
                    .map(|h| export::message(&h.line)),
            );
        }
        match lines.len() {
            0 => Vec::new(),
            1 => vec![Intent::Do(Effect::Copy(lines.concat())), Intent::Say("line copied".to_owned())],
            n => vec![Intent::Do(Effect::Copy(lines.join("\n"))), Intent::Say(format!("{n} lines copied"))],
        }
    }

    /// The marked lines, or all that are shown.
    fn save(&self, scope: &Scope) -> Vec<Intent> {
        let (buffer, zone) = (self.store.buffer(), self.look.zone(scope));
        let text = if self.marks.is_empty() {
            let shown = self.store.index().shown().iter();
            export::file(shown.filter_map(|position| buffer.get(*position)), &zone)
        } else {
            export::file(self.marks.iter().filter_map(|key| buffer.get(buffer.seek(key))), &zone)
        };
        let at = crate::widgets::clock::format(scope.now, &zone, "%Y%m%d-%H%M%S");
        vec![Intent::Do(Effect::Save { name: format!("logs-{}-{at}.log", self.service.service), text })]
    }

    fn previous_task(&self, scope: &Scope) -> Vec<Intent> {
        let tasks = scope.facts.tasks.get(&self.service).and_then(|held| held.value.as_ref());
        let stopped =
            tasks.into_iter().flatten().filter(|task| task.is_stopped() && self.task.as_ref() != Some(&task.id));
        match stopped.max_by_key(|task: &&Task| task.stopped_at) {
            Some(task) => {
                vec![Intent::open(Screen::Logs(Logs::of_task(self.service.clone(), task.id.clone())))]
            }
            None if tasks.is_none() => vec![Intent::Say("the tasks are still being read".to_owned())],
            None => vec![Intent::Say(format!("no stopped task of {} is known", self.service.service))],
        }
    }

    fn next_source(&mut self, scope: &Scope) -> Vec<Intent> {
        let Finding::Sources(sources) = &self.finding else { return Vec::new() };
        let at = sources.iter().position(|source| Some(source) == self.source.as_deref()).unwrap_or(0);
        let next = sources.get((at + 1) % sources.len()).cloned();
        self.change_source(next.filter(|_| sources.len() > 1), scope)
    }
}

fn as_step(lines: usize) -> isize {
    isize::try_from(lines).unwrap_or(isize::MAX)
}
