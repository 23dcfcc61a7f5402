//! What was found, as a table or as JSON, and the sentence about it.

use serde_json::{Value, json};

use super::super::failure::{Failure, exit};
use super::super::output::Output;
use super::running::{Looked, Running};
use super::send::Answered;
use crate::model::Service;
use crate::model::task_definition::short_name;
use crate::verdict::Tone;

/// Everything that was looked at.
#[derive(Debug, Clone)]
pub(super) struct Report {
    pub(super) service: Service,
    pub(super) container: String,
    pub(super) digest: Option<String>,
    pub(super) running: Running,
    pub(super) answers: Vec<Answered>,
}

impl Report {
    pub(super) fn is_good(&self) -> bool {
        self.running.is_good() && self.answers.iter().all(|answer| answer.judged.is_ok())
    }

    /// Prints it. What became of a rollback is a member of the JSON.
    pub(super) fn print(
        &self,
        rollback: Option<(&str, Value)>,
        code: u8,
        output: &mut Output<'_>,
    ) -> Result<(), Failure> {
        let rows: Vec<Vec<String>> = self.rows(output.tty);
        output.list(&["CHECK", "RESULT", "FOUND"], &rows, &self.json(rollback, code))?;
        if output.json {
            return Ok(());
        }
        let (word, tone) = if code == exit::OK { ("VERIFIED", Tone::Good) } else { ("NOT VERIFIED", Tone::Bad) };
        output.toned_line(word, tone, &format!(": {}", self.sentence()))
    }

    /// The last line after a rollback was tried.
    pub(super) fn conclude(&self, words: &str, code: u8, output: &mut Output<'_>) -> Result<(), Failure> {
        let word = if code == exit::ROLLED_BACK { "ROLLED BACK" } else { "NOT ROLLED BACK" };
        let revision = short_name(&self.service.task_definition);
        output.toned_line(word, Tone::Bad, &format!(": {revision} was not verified; {words}"))
    }

    fn rows(&self, short: bool) -> Vec<Vec<String>> {
        let result = |is_good: bool| if is_good { "ok" } else { "WRONG" }.to_owned();
        let of_task = |task: &Looked| {
            let id = if short { task.id.get(..8).unwrap_or(&task.id) } else { &task.id };
            let digest = task.digest.as_deref().unwrap_or("-");
            let digest = if short { digest.get(..19).unwrap_or(digest) } else { digest };
            let found = format!("{} {digest}", short_name(&task.task_definition));
            vec![format!("task {id}"), result(task.problem.is_none()), task.problem.clone().unwrap_or(found)]
        };
        let of_answer = |answer: &Answered| {
            let time = answer.total_ms.map(|ms| format!(" in {ms:.0} ms")).unwrap_or_default();
            let found = match &answer.judged {
                Ok(words) => format!("{words}{time}"),
                Err(problem) => problem.clone(),
            };
            vec![format!("line {}: {}", answer.line, answer.name), result(answer.judged.is_ok()), found]
        };
        let whole = self.running.problem.iter().map(|problem| vec!["tasks".to_owned(), result(false), problem.clone()]);
        whole.chain(self.running.tasks.iter().map(of_task)).chain(self.answers.iter().map(of_answer)).collect()
    }

    /// `2 tasks run predictor:7, 5 of 5 predictions are as expected`
    fn sentence(&self) -> String {
        let right = self.running.tasks.iter().filter(|task| task.problem.is_none()).count();
        let revision = short_name(&self.service.task_definition);
        let image = if self.digest.is_some() { " with the image" } else { "" };
        let mut words = format!("{right} of {} running tasks are {revision}{image}", self.running.tasks.len());
        if let Some(problem) = &self.running.problem {
            words = format!("{words}, {problem}");
        }
        let good = self.answers.iter().filter(|answer| answer.judged.is_ok()).count();
        match self.answers.len() {
            0 => words,
            all => format!("{words}, {good} of {all} predictions are as expected"),
        }
    }

    fn json(&self, rollback: Option<(&str, Value)>, code: u8) -> Value {
        let of_task = |task: &Looked| {
            json!({
                "id": task.id, "taskDefinition": task.task_definition, "digest": task.digest,
                "ok": task.problem.is_none(), "problem": task.problem,
            })
        };
        let of_answer = |answer: &Answered| {
            json!({
                "line": answer.line, "name": answer.name, "url": answer.url, "status": answer.status,
                "totalMs": answer.total_ms, "attempts": answer.attempts, "ok": answer.judged.is_ok(),
                "answer": answer.judged.as_ref().ok(), "problem": answer.judged.as_ref().err(),
            })
        };
        let id = &self.service.id;
        json!({
            "cluster": id.cluster, "service": id.service, "taskDefinition": self.service.task_definition,
            "deployment": self.service.primary().map(|primary| primary.id.clone()),
            "container": self.container, "digest": self.digest,
            "verified": self.is_good(), "problem": self.running.problem,
            "tasks": self.running.tasks.iter().map(of_task).collect::<Vec<_>>(),
            "predictions": self.answers.iter().map(of_answer).collect::<Vec<_>>(),
            "rollback": rollback.map(|(words, document)| json!({"sentence": words, "result": document})),
            "exitCode": code,
        })
    }
}
