//! The page of a review: from → to, what changes, checks, how it would roll out, what to press.

use ratatui::text::{Line, Span};

use crate::action::Action;
use crate::deploy::{diff, main_container, with_image};
use crate::event::Check;
use crate::flows::surge::Surge;
use crate::flows::under_way::{begun_by, under_way};
use crate::flows::{self, key, named, short_digest};
use crate::keymap::Place;
use crate::model::image::ImageReference;
use crate::model::{Fetched, Image, Service, ServiceId, TaskDefinition};
use crate::state::Scope;
use crate::theme::{Meaning, Status};
use crate::view::dialog::{change_lines, check_lines};
use crate::widgets::{pane, words};

pub(super) struct Page<'a> {
    pub(super) scope: &'a Scope,
    pub(super) service: &'a Service,
    pub(super) definition: &'a TaskDefinition,
    pub(super) image: &'a str,
    pub(super) checks: Option<&'a Fetched<Vec<Check>>>,
    pub(super) cells: usize,
}

impl Page<'_> {
    pub(super) fn lines(&self) -> Vec<Line<'static>> {
        let mut lines = self.heads();
        lines.extend(self.stranger());
        lines.push(Line::default());
        lines.push(self.heading("What changes in the task definition"));
        lines.extend(self.changes());
        lines.push(Line::default());
        lines.push(self.heading("Pre-flight checks"));
        lines.extend(self.preflight());
        lines.push(Line::default());
        lines.push(self.heading("How it would roll out"));
        lines.extend(self.text(&Surge::of(self.service).sentence(), Meaning::Text));
        lines
    }

    fn heading(&self, words: &str) -> Line<'static> {
        Line::styled(words.to_owned(), self.scope.theme.style(Meaning::Title))
    }

    fn text(&self, text: &str, meaning: Meaning) -> Vec<Line<'static>> {
        let style = self.scope.theme.style(meaning);
        words::wrap(text, self.cells).into_iter().map(|line| Line::styled(line, style)).collect()
    }

    fn pair(&self, what: &str, from: &str, to: &str) -> Line<'static> {
        let theme = self.scope.theme;
        let arrow = if theme.ascii { " -> " } else { " → " };
        Line::from(vec![
            Span::styled(format!("{what:<10}"), theme.style(Meaning::Muted)),
            Span::styled(crate::text::clean(from).into_owned(), theme.style(Meaning::Text)),
            Span::styled(arrow, theme.style(Meaning::Muted)),
            Span::styled(crate::text::clean(to).into_owned(), theme.style(Meaning::Accent)),
        ])
    }

    fn heads(&self) -> Vec<Line<'static>> {
        let reference = ImageReference::parse(self.image);
        let before = flows::version(self.service, self.definition).unwrap_or_else(|| "?".to_owned());
        let digest = |digest: Option<String>| digest.map_or_else(|| "not known".to_owned(), |d| short_digest(&d));
        let (running, target) = (
            flows::running_digest(self.service, self.definition, self.scope),
            flows::digest_of(&reference, self.scope),
        );
        let mut lines = vec![
            self.pair("image", &before, &reference.short()),
            self.pair("digest", &digest(running), &digest(target.clone())),
        ];
        lines.extend(target.and_then(|digest| self.pushed(&reference, &digest)));
        lines
    }

    /// Age, size and findings of the image that would be deployed.
    fn pushed(&self, reference: &ImageReference, digest: &str) -> Option<Line<'static>> {
        let images = self.scope.facts.images.get(&reference.ecr()?)?.value.as_ref()?;
        let image: &Image = images.iter().find(|image| image.digest == digest)?;
        let age = image.pushed_at.map(|at| format!("{} ago", self.scope.now.since(at)));
        let findings: Vec<String> =
            image.findings.iter().filter(|(_, n)| *n > 0).map(|(severity, n)| format!("{n} {severity}")).collect();
        let scan = match image.scan_status.as_deref() {
            _ if !findings.is_empty() => format!("findings: {}", findings.join(", ")),
            Some("COMPLETE" | "ACTIVE") => "no findings".to_owned(),
            _ => "not scanned".to_owned(),
        };
        let label = Span::styled(format!("{:<10}", "pushed"), self.scope.theme.style(Meaning::Muted));
        let text = format!("{} · {}", age.unwrap_or_else(|| "time not known".to_owned()), crate::text::clean(&scan));
        Some(Line::from(vec![label, Span::styled(text, self.scope.theme.style(Meaning::Text))]))
    }

    fn stranger(&self) -> Vec<Line<'static>> {
        let Some(going) = under_way(self.service, self.scope) else { return Vec::new() };
        let what = named(self.service, &going.task_definition, self.scope);
        let who = begun_by(going.ours, &going.task_definition, self.scope);
        let glyph = self.scope.theme.glyph(Status::Warning);
        let text =
            format!("{glyph} {what} is being rolled out right now ({who}). A new deploy would end it unfinished.");
        self.text(&text, Meaning::Warning)
    }

    fn changes(&self) -> Vec<Line<'static>> {
        let container = main_container(self.definition, self.service);
        match with_image(self.definition, container.as_deref(), self.image) {
            Err(error) => self.text(&error.to_string(), Meaning::Danger),
            Ok(new) => {
                let changes = diff(&self.definition.raw, &new);
                if changes.is_empty() {
                    return self.text(&self.nothing_changes(), Meaning::Warning);
                }
                let mut lines: Vec<Line> =
                    changes.iter().flat_map(|change| change_lines(self.scope, change, self.cells)).collect();
                lines.extend(self.text("nothing else: every other member stays as it is", Meaning::Muted));
                lines
            }
        }
    }

    fn nothing_changes(&self) -> String {
        let reference = ImageReference::parse(self.image);
        let running = flows::running_digest(self.service, self.definition, self.scope);
        let now = flows::digest_of(&reference, self.scope);
        match (running, now) {
            (Some(a), Some(b)) if a != b => {
                "Nothing: the service names this tag already, but it was pushed again since. A restart takes up the new image."
            }
            _ => "Nothing: this is what the service runs. A restart would replace its tasks by equal ones.",
        }
        .to_owned()
    }

    fn preflight(&self) -> Vec<Line<'static>> {
        match self.checks {
            Some(Fetched { value: Some(checks), .. }) if checks.is_empty() => {
                self.text("there was nothing to check", Meaning::Muted)
            }
            Some(Fetched { value: Some(checks), .. }) => {
                checks.iter().flat_map(|check| check_lines(self.scope, check, self.cells)).collect()
            }
            Some(Fetched { problem: Some(problem), .. }) => {
                let lines = pane::trouble(problem);
                lines.iter().flat_map(|(words, meaning)| self.text(words, *meaning)).collect()
            }
            _ => self.text("checking…", Meaning::Muted),
        }
    }
}

/// What to press, on the last line; why nothing can be deployed where that is so.
pub(super) fn next(scope: &Scope, service: &ServiceId, more: bool, cells: u16) -> Line<'static> {
    let refused = scope.facts.service(service).and_then(|service| flows::refusal(service, scope));
    let words = match refused {
        Some(reason) => reason,
        None => {
            let deploy = key(scope, Place::Images, Action::Deploy);
            let more = if more {
                format!(" · {} shows more", key(scope, Place::Text, Action::HalfPageDown))
            } else {
                String::new()
            };
            format!("next: {deploy} asks before anything happens · esc changes nothing{more}")
        }
    };
    Line::styled(words::cut_end(&words, usize::from(cells)), scope.theme.style(Meaning::Accent))
}
