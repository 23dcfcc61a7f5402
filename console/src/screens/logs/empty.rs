//! Why there are no lines, and what to do next. An empty pane without a reason is the worst a log view can show.

use super::Logs;
use super::source::{Finding, Source};
use super::status::grouped;
use super::window::Goal;
use crate::model::ProblemKind;
use crate::state::Scope;
use crate::text::clean;
use crate::theme::Meaning;
use crate::widgets::{clock, pane};

/// What to say in place of lines.
#[must_use]
pub(super) fn words(logs: &Logs, scope: &Scope) -> Vec<(String, Meaning)> {
    match (&logs.finding, &logs.source) {
        (_, Some(source)) => of_source(logs, source, scope),
        (Finding::Waiting(words), None) => vec![((*words).to_owned(), Meaning::Muted)],
        (Finding::Trouble(problem), None) => pane::trouble(problem),
        (Finding::Nowhere(lines), None) => reasons(lines),
        (Finding::Sources(_), None) => vec![("Loading…".to_owned(), Meaning::Muted)],
    }
}

fn reasons(lines: &[String]) -> Vec<(String, Meaning)> {
    let last = lines.len().saturating_sub(1);
    let meaning = |at| if at == last { Meaning::Accent } else { Meaning::Text };
    lines.iter().enumerate().map(|(at, line)| (clean(line).into_owned(), meaning(at))).collect()
}

fn of_source(logs: &Logs, source: &Source, scope: &Scope) -> Vec<(String, Meaning)> {
    let mut lines = reason(logs, source, scope);
    lines.push((String::new(), Meaning::Muted));
    lines.push((format!("log group  {}", clean(&source.query.group)), Meaning::Muted));
    let streams = match (&source.query.streams[..], &source.query.stream_prefix) {
        ([], Some(prefix)) => format!("{prefix}…"),
        ([], None) => "all".to_owned(),
        (names, _) => names.join(", "),
    };
    lines.push((format!("streams    {}", clean(&streams)), Meaning::Muted));
    if let Some(region) = &source.query.region {
        lines.push((format!("Region     {}", clean(region)), Meaning::Muted));
    }
    if let Some(guess) = &source.guess {
        lines.push((format!("guessed from the options of {guess}"), Meaning::Warning));
    }
    lines
}

fn reason(logs: &Logs, source: &Source, scope: &Scope) -> Vec<(String, Meaning)> {
    let (held, loading) = (logs.store.buffer().len(), logs.window.load.is_some());
    match &logs.problem {
        Some(problem) if held == 0 && problem.kind == ProblemKind::NotFound => return not_there(source),
        Some(problem) if held == 0 => {
            let mut lines = pane::trouble(problem);
            lines.push(("It is tried again by itself.".to_owned(), Meaning::Muted));
            return lines;
        }
        _ => {}
    }
    match (held, loading) {
        (0, true) => vec![("Loading…".to_owned(), Meaning::Muted)],
        (0, false) if logs.window.is_given_up() => sparse(logs.window.reaches_now),
        (0, false) => nothing(logs, scope),
        (_, true) => vec![(searched(logs, scope), Meaning::Text), ("Looking further back…".to_owned(), Meaning::Muted)],
        (_, false) => {
            let mut lines = vec![(searched(logs, scope), Meaning::Text)];
            if !logs.window.reached_start {
                lines.push(("g looks further back.".to_owned(), Meaning::Accent));
            }
            lines.push(("F switches the filters off and on; esc removes the last one.".to_owned(), Meaning::Accent));
            lines
        }
    }
}

fn searched(logs: &Logs, scope: &Scope) -> String {
    let zone = logs.look.zone(scope);
    let oldest = logs.store.buffer().oldest().map(|held| clock::date_time(held.line.at, &zone)).unwrap_or_default();
    format!("The filters hide all {} lines since {oldest}.", grouped(logs.store.buffer().len()))
}

fn not_there(source: &Source) -> Vec<(String, Meaning)> {
    let what = if source.query.streams.is_empty() { "The log group" } else { "The log stream" };
    vec![
        (format!("{what} does not exist yet."), Meaning::Text),
        ("Waiting for it: it is made when the first line is written.".to_owned(), Meaning::Muted),
        (
            "If it stays away, the task never started, or its execution role may not write: see the task's stopped reason \
             and the service events (e)."
                .to_owned(),
            Meaning::Accent,
        ),
    ]
}

fn sparse(is_followed: bool) -> Vec<(String, Meaning)> {
    let why = "The log is sparse: many parts without a line came one after another, and each is a call.";
    let mut lines = vec![
        ("Nothing in the part searched; g looks further.".to_owned(), Meaning::Accent),
        (why.to_owned(), Meaning::Muted),
    ];
    if is_followed {
        lines.push(("New lines appear here by themselves.".to_owned(), Meaning::Muted));
    }
    lines
}

fn nothing(logs: &Logs, scope: &Scope) -> Vec<(String, Meaning)> {
    let zone = logs.look.zone(scope);
    let time = |at| format!("{} {}", clock::date_time(at, &zone), clock::format(at, &zone, "%Z"));
    match (logs.goal, logs.window.from) {
        (Goal::Time(at), _) => vec![
            (format!("There are no lines around {}.", time(at)), Meaning::Text),
            ("0 goes to the newest lines; @ to another time.".to_owned(), Meaning::Accent),
        ],
        (_, Some(from)) => vec![
            (format!("There are no lines since {}.", time(from)), Meaning::Text),
            (
                "0 shows the newest lines of all time; 6 those of the last hour. New lines appear here.".to_owned(),
                Meaning::Accent,
            ),
        ],
        (_, None) => vec![
            ("No line has been written yet.".to_owned(), Meaning::Text),
            ("New lines appear here by themselves.".to_owned(), Meaning::Muted),
        ],
    }
}
