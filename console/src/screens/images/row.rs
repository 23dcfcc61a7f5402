//! One image as a row: its tags, and the tasks that run it.

use std::collections::BTreeMap;

use crate::flows::short_digest;
use crate::model::image::ImageReference;
use crate::model::task_definition::short_name;
use crate::model::{Image, ServiceId};
use crate::state::Scope;
use crate::table::Row;
use crate::text::clean;
use crate::theme::Status;
use crate::widgets::clock;

/// An image with what is known about its use.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tag {
    pub(super) image: Image,
    repository: String,
    pub(super) runs: Vec<Running>,
    /// Services that want this tag now, whether or not tasks of it run.
    pub(super) wanted_by: Vec<String>,
    /// Digest that tasks run under one of these tags; the tag was pushed again since they started.
    pub(super) moved_from: Option<String>,
}

/// Tasks of one revision of one service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Running {
    pub(super) revision: String,
    pub(super) tasks: usize,
}

/// Use of images: by digest, by tag, and tags with the digests that run under them.
#[derive(Debug, Default)]
struct Uses {
    by_digest: BTreeMap<String, BTreeMap<String, usize>>,
    by_tag: BTreeMap<String, BTreeMap<String, usize>>,
    digest_of_tag: BTreeMap<String, String>,
    wanted: BTreeMap<String, Vec<String>>,
}

/// Rows for all images of `repository` (registry included, without tag).
pub(super) fn rows(images: &[Image], repository: &str, scope: &Scope) -> Vec<Tag> {
    let uses = uses(repository, scope);
    images.iter().map(|image| row(image, repository, &uses)).collect()
}

fn row(image: &Image, repository: &str, uses: &Uses) -> Tag {
    let mut runs = uses.by_digest.get(&image.digest).cloned().unwrap_or_default();
    for more in image.tags.iter().filter_map(|tag| uses.by_tag.get(tag)) {
        for (revision, tasks) in more {
            *runs.entry(revision.clone()).or_default() += tasks;
        }
    }
    let running = image.tags.iter().filter_map(|tag| uses.digest_of_tag.get(tag));
    Tag {
        image: image.clone(),
        repository: repository.to_owned(),
        runs: runs.into_iter().map(|(revision, tasks)| Running { revision, tasks }).collect(),
        wanted_by: image.tags.iter().filter_map(|tag| uses.wanted.get(tag)).flatten().cloned().collect(),
        moved_from: running.filter(|digest| **digest != image.digest).map(|digest| short_digest(digest)).next(),
    }
}

fn uses(repository: &str, scope: &Scope) -> Uses {
    let mut uses = Uses::default();
    for (id, held) in &scope.facts.tasks {
        for task in held.value.iter().flatten().filter(|task| !task.is_stopped()) {
            let revision = revision(id, &task.task_definition);
            for container in &task.containers {
                let reference = ImageReference::parse(&container.image);
                if reference.repository == repository {
                    uses.count(&revision, reference.tag, container.digest.clone());
                }
            }
        }
    }
    for service in scope.facts.services.values().filter_map(|held| held.value.as_ref()).flat_map(BTreeMap::values) {
        let Some(definition) = scope.facts.definition(&service.task_definition) else { continue };
        let images = definition.containers().iter().filter_map(|container| container.get("image")?.as_str());
        for reference in images.map(ImageReference::parse).filter(|r| r.repository == repository) {
            let revision = revision(&service.id, &service.task_definition);
            uses.wanted.entry(reference.tag.unwrap_or_default()).or_default().push(revision);
        }
    }
    uses
}

impl Uses {
    fn count(&mut self, revision: &str, tag: Option<String>, digest: Option<String>) {
        match (digest, tag) {
            (Some(digest), tag) => {
                *self.by_digest.entry(digest.clone()).or_default().entry(revision.to_owned()).or_default() += 1;
                if let Some(tag) = tag {
                    self.digest_of_tag.insert(tag, digest);
                }
            }
            (None, Some(tag)) => *self.by_tag.entry(tag).or_default().entry(revision.to_owned()).or_default() += 1,
            (None, None) => {}
        }
    }
}

/// `predictor:2`; with the service's name where the family is called otherwise.
fn revision(id: &ServiceId, task_definition: &str) -> String {
    let short = short_name(task_definition);
    let same = short.rsplit_once(':').is_some_and(|(family, _)| family == id.service);
    if same { short.to_owned() } else { format!("{} {short}", id.service) }
}

impl Tag {
    /// Tags in one text.
    pub(super) fn name(&self) -> String {
        if self.image.tags.is_empty() {
            return "(untagged)".to_owned();
        }
        clean(&self.image.tags.join(" ")).into_owned()
    }

    /// Neither tagged nor running: hidden unless all is shown.
    pub(super) fn is_unused(&self) -> bool {
        self.image.tags.is_empty() && self.runs.is_empty()
    }

    /// What a deploy writes into the task definition. `latest` says least, so another tag is preferred.
    pub(super) fn reference(&self) -> String {
        let named = self.image.tags.iter().find(|tag| *tag != "latest").or(self.image.tags.first());
        named.map_or_else(|| self.by_digest(), |tag| format!("{}:{tag}", self.repository))
    }

    /// `repository@sha256:…`
    pub(super) fn by_digest(&self) -> String {
        format!("{}@{}", self.repository, self.image.digest)
    }

    /// Everything that is known, for reading.
    pub(super) fn description(&self, scope: &Scope) -> String {
        let time = |at: Option<crate::model::Timestamp>| match at {
            Some(at) => format!("{} ({} ago)", clock::date_time(at, &scope.zone), scope.now.since(at)),
            None => "not known".to_owned(),
        };
        let runs: Vec<String> = self.runs.iter().map(|r| format!("{} ×{}", r.revision, r.tasks)).collect();
        let findings: Vec<String> = self.image.findings.iter().map(|(severity, n)| format!("{severity} {n}")).collect();
        let or = |text: String, none: &str| if text.is_empty() { none.to_owned() } else { text };
        [
            format!("repository  {}", self.repository),
            format!("tags        {}", self.name()),
            format!("digest      {}", self.image.digest),
            format!("pushed      {}", time(self.image.pushed_at)),
            format!("pulled      {}", time(self.image.pulled_at)),
            format!("size        {}", self.image.size.map_or_else(|| "not known".to_owned(), size)),
            format!("scan        {}", self.image.scan_status.as_deref().unwrap_or("none")),
            format!("findings    {}", or(findings.join(", "), "none")),
            format!("runs as     {}", or(runs.join(", "), "no task that was looked at")),
            self.moved_from.as_ref().map_or_else(String::new, |ran| {
                format!("tag moved   pushed again since: tasks under this tag run {ran}")
            }),
        ]
        .join("\n")
    }
}

/// `92.4 MB`, decimal as in the ECR console.
pub(super) fn size(bytes: u64) -> String {
    let tenths = |unit: u64| format!("{}.{}", bytes / unit, bytes % unit * 10 / unit);
    match bytes {
        1_000_000_000.. => format!("{} GB", tenths(1_000_000_000)),
        1_000_000.. => format!("{} MB", tenths(1_000_000)),
        1_000.. => format!("{} kB", tenths(1_000)),
        _ => format!("{bytes} B"),
    }
}

impl Row for Tag {
    fn id(&self) -> String {
        self.image.digest.clone()
    }

    fn status(&self) -> Status {
        let grave = self.image.findings.iter().any(|(severity, count)| severity == "CRITICAL" && *count > 0);
        match () {
            () if grave => Status::Warning,
            () if !self.runs.is_empty() => Status::Running,
            () => Status::Ok,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_decimal() {
        for (bytes, words) in [(12, "12 B"), (1_500, "1.5 kB"), (92_440_000, "92.4 MB"), (2_010_000_000, "2.0 GB")] {
            assert_eq!(size(bytes), words);
        }
    }

    #[test]
    fn a_deploy_prefers_a_tag_that_says_something() {
        let tag = |tags: &[&str]| Tag {
            image: Image {
                digest: "sha256:ff".into(),
                tags: tags.iter().map(|t| (*t).to_owned()).collect(),
                ..Image::default()
            },
            repository: "r/a".into(),
            runs: Vec::new(),
            wanted_by: Vec::new(),
            moved_from: None,
        };
        assert_eq!(tag(&["latest", "v2"]).reference(), "r/a:v2");
        assert_eq!(tag(&["latest"]).reference(), "r/a:latest");
        assert_eq!(tag(&[]).reference(), "r/a@sha256:ff");
    }
}
