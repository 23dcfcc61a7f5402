//! The local record of stopped tasks: ECS forgets them after an hour, an incident review does not.
//!
//! One file per service, bounded by number and age. Losing it is a nuisance, never a failure.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::lines::write_private;
use super::now;
use crate::model::time::DAY;
use crate::model::{ServiceId, Task};

/// Tasks kept per service.
const MOST_TASKS: usize = 200;
/// How long a task is kept, in milliseconds.
const LONGEST: i64 = 30 * DAY;

/// See the module.
#[derive(Debug)]
pub(crate) struct TaskRecord {
    folder: PathBuf,
    known: Mutex<BTreeMap<PathBuf, Vec<Task>>>,
}

impl TaskRecord {
    /// A record below `folder`.
    pub(crate) fn new(folder: PathBuf) -> Self {
        Self { folder, known: Mutex::default() }
    }

    /// Remembers the stopped ones of `tasks` and adds those that ECS has forgotten. `place` is account and Region.
    pub(crate) fn merge(&self, place: &str, service: &ServiceId, tasks: Vec<Task>) -> Vec<Task> {
        let path = self.path(place, service);
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let remembered = known.entry(path.clone()).or_insert_with(|| read(&path));
        let fresh: Vec<Task> = tasks.iter().filter(|task| task.is_stopped()).cloned().collect();
        if fresh.iter().any(|task| !remembered.contains(task)) {
            *remembered = bounded(fresh.into_iter().chain(read(&path)).chain(std::mem::take(remembered)));
            let written =
                serde_json::to_vec(remembered).map_err(Into::into).and_then(|json| write_private(&path, &json));
            if let Err(error) = written {
                tracing::warn!(path = %path.display(), %error, "stopped tasks are not recorded");
            }
        }
        let forgotten = remembered.iter().filter(|old| tasks.iter().all(|task| task.arn != old.arn)).cloned();
        let forgotten: Vec<Task> = forgotten.collect();
        tasks.into_iter().chain(forgotten).collect()
    }

    fn path(&self, place: &str, service: &ServiceId) -> PathBuf {
        let safe = |name: &str| -> String {
            name.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' || c == '_' { c } else { '_' }).collect()
        };
        self.folder.join(safe(place)).join(safe(&service.cluster)).join(format!("{}.json", safe(&service.service)))
    }
}

fn read(path: &Path) -> Vec<Task> {
    let text = std::fs::read(path).unwrap_or_default();
    bounded(serde_json::from_slice::<Vec<Task>>(&text).unwrap_or_default().into_iter())
}

/// Each task once, the first mention of it; newest stop first.
fn bounded(tasks: impl Iterator<Item = Task>) -> Vec<Task> {
    let oldest = now().plus(-LONGEST);
    let mut kept: Vec<Task> = Vec::new();
    for task in tasks {
        let is_recent = task.stopped_at.or(task.created_at).is_some_and(|at| at > oldest);
        if is_recent && kept.iter().all(|known| known.arn != task.arn) {
            kept.push(task);
        }
    }
    kept.sort_by_key(|task| std::cmp::Reverse(task.stopped_at));
    kept.truncate(MOST_TASKS);
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn task(id: &str, status: &str, age: i64) -> Task {
        Task {
            id: id.into(),
            arn: format!("arn/{id}"),
            last_status: status.into(),
            stopped_at: (status == "STOPPED").then(|| now().plus(-age)),
            ..Task::default()
        }
    }

    fn ids(tasks: &[Task]) -> Vec<&str> {
        tasks.iter().map(|task| task.id.as_str()).collect()
    }

    #[test]
    fn stopped_tasks_survive_ecs_and_a_restart() {
        let folder = tempfile::tempdir().expect("a folder");
        let service = ServiceId::new("c", "s");
        let record = TaskRecord::new(folder.path().into());
        let seen = record.merge("1@r", &service, vec![task("run", "RUNNING", 0), task("old", "STOPPED", 10)]);
        assert_eq!(ids(&seen), ["run", "old"]);
        let later = record.merge("1@r", &service, vec![task("run", "RUNNING", 0)]);
        assert_eq!(ids(&later), ["run", "old"]);
        let restarted = TaskRecord::new(folder.path().into());
        assert_eq!(ids(&restarted.merge("1@r", &service, vec![])), ["old"]);
        assert_eq!(ids(&restarted.merge("2@r", &service, vec![])), Vec::<&str>::new());
        assert_eq!(ids(&restarted.merge("1@r", &ServiceId::new("c", "other"), vec![])), Vec::<&str>::new());
    }

    #[test]
    fn the_record_is_bounded_in_number_and_age() {
        let folder = tempfile::tempdir().expect("a folder");
        let service = ServiceId::new("c", "../../s");
        let record = TaskRecord::new(folder.path().into());
        let many = (0..500).map(|n| task(&n.to_string(), "STOPPED", n)).chain([task("ancient", "STOPPED", 31 * DAY)]);
        record.merge("p", &service, many.collect());
        let kept = record.merge("p", &service, vec![]);
        assert_eq!(kept.len(), MOST_TASKS);
        assert!(kept.iter().all(|task| task.id != "ancient"));
        assert!(record.path("p", &service).starts_with(folder.path()));
    }

    #[test]
    fn a_spoilt_file_is_an_empty_record() {
        let folder = tempfile::tempdir().expect("a folder");
        let record = TaskRecord::new(folder.path().into());
        let service = ServiceId::new("c", "s");
        write_private(&record.path("p", &service), b"{nonsense").expect("writable");
        assert_eq!(record.merge("p", &service, vec![]), Vec::new());
    }
}
