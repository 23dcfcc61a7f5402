//! `qd logs`: the log of a service, once or as it arrives.

use clap::Args;
use serde_json::json;
use tokio::sync::mpsc;

use super::ask::{self, only};
use super::failure::{Failure, exit};
use super::output::{Output, escaped, rfc3339};
use super::place;
use super::prepare::Prepared;
use super::span::parse_since;
use crate::clients::now;
use crate::effect::{LogQuery, Request};
use crate::event::{Event, Facts, LogPage, Outcome};
use crate::model::time::MINUTE;
use crate::model::{LogLine, LogSource, ProblemKind, TaskDefinition, Timestamp};

/// How late CloudWatch may tell an event.
const LATE: i64 = 2 * MINUTE;

/// Options of `qd logs`.
#[derive(Debug, Clone, Args)]
pub struct Options {
    /// The service; not needed when there is only one
    pub name: Option<String>,
    /// Go on as lines arrive
    #[arg(long, short)]
    pub follow: bool,
    /// How far back, or a time in RFC 3339
    #[arg(long, default_value = "15m", value_name = "SPAN")]
    pub since: String,
    /// CloudWatch filter pattern
    #[arg(long, default_value = "", value_name = "PATTERN")]
    pub filter: String,
    /// Only this task
    #[arg(long, value_name = "ID")]
    pub task: Option<String>,
    /// Only this container
    #[arg(long, value_name = "NAME")]
    pub container: Option<String>,
    /// At most this many lines, the newest
    #[arg(long, default_value_t = 1_000)]
    pub limit: u32,
}

pub(crate) async fn run(prepared: &Prepared, options: &Options, output: &mut Output<'_>) -> Result<u8, Failure> {
    let from = parse_since(&options.since, now()).map_err(Failure::usage)?;
    let id = place::service(prepared, options.name.as_deref()).await?;
    let service = ask::service(&prepared.clients, &id).await?;
    let definition = ask::definition(&prepared.clients, &service.task_definition).await?;
    let queries = queries(&definition, options, from)?;
    let begun = now();
    let mut lines: Vec<LogLine> = Vec::new();
    let mut is_whole = true;
    for query in &queries {
        let page = page(prepared, query, options.follow, output).await?;
        is_whole &= page.reached_start;
        lines.extend(page.lines);
    }
    lines.sort_by(|a, b| (a.at, a.ingested_at, &a.id).cmp(&(b.at, b.ingested_at, &b.id)));
    let surplus = lines.len().saturating_sub(options.limit as usize);
    let shown = &lines[surplus..];
    for line in shown {
        print(line, output)?;
    }
    if options.follow {
        let oldest = if is_whole && surplus == 0 { from } else { shown.first().map_or(begun, |line| line.at) };
        let from = hand_over(&lines, oldest, begun);
        return follow(prepared, queries, from, &lines, output).await;
    }
    if lines.is_empty() {
        output.note(&format!("no lines since {}", rfc3339(from)));
    }
    Ok(exit::OK)
}

/// One query for each container that writes to CloudWatch Logs.
fn queries(definition: &TaskDefinition, options: &Options, from: Timestamp) -> Result<Vec<LogQuery>, Failure> {
    let wanted = |source: &&LogSource| options.container.as_ref().is_none_or(|name| *name == source.container);
    let sources = definition.log_sources();
    let queries: Vec<LogQuery> =
        sources.iter().filter(wanted).filter_map(|source| query(source, options, from)).collect();
    if !queries.is_empty() {
        return Ok(queries);
    }
    let driver = |source: &LogSource| {
        let driver = source.driver.as_deref().unwrap_or("no log configuration");
        format!("{}: {driver}", source.container)
    };
    let drivers: Vec<String> = sources.iter().map(driver).collect();
    let message = format!("no container writes to CloudWatch Logs ({})", drivers.join(", "));
    Err(Failure::not_found(message).with_hint("With FireLens and other drivers the lines are at their destination."))
}

fn query(source: &LogSource, options: &Options, from: Timestamp) -> Option<LogQuery> {
    let group = source.group.clone()?;
    let streams: Vec<String> = options.task.iter().filter_map(|task| source.stream(task)).collect();
    let stream_prefix = source.stream_prefix.as_ref().map(|prefix| format!("{prefix}/{}/", source.container));
    Some(LogQuery {
        group,
        region: source.region.clone(),
        streams,
        stream_prefix,
        pattern: options.filter.clone(),
        from: Some(from),
        until: None,
        newest_first: true,
        limit: options.limit,
        token: None,
    })
}

/// A group or stream that does not exist yet is no failure while following.
async fn page(
    prepared: &Prepared,
    query: &LogQuery,
    follow: bool,
    output: &mut Output<'_>,
) -> Result<LogPage, Failure> {
    let found: Result<(LogPage, Option<String>), Failure> =
        async { Ok(only!(&prepared.clients, Request::Logs(query.clone()), Facts::Logs)) }.await;
    match found {
        Ok((page, _)) => Ok(page),
        Err(failure) if follow && failure.code == exit::NOT_FOUND => {
            output.note(&format!("waiting: {}", failure.message));
            Ok(LogPage { reached_start: true, ..LogPage::default() })
        }
        Err(failure) => Err(failure),
    }
}

/// Where following begins after `lines` were read: early enough for what CloudWatch tells late, and for what another
/// container wrote while they were read, but not before the oldest line that was shown.
fn hand_over(lines: &[LogLine], oldest: Timestamp, begun: Timestamp) -> Timestamp {
    let newest = lines.last().map_or(begun, |line| line.at.min(begun));
    newest.plus(-LATE).max(oldest)
}

async fn follow(
    prepared: &Prepared,
    queries: Vec<LogQuery>,
    from: Timestamp,
    read: &[LogLine],
    output: &mut Output<'_>,
) -> Result<u8, Failure> {
    let (sender, mut events) = mpsc::channel(64);
    let mut jobs = tokio::task::JoinSet::new();
    for query in queries {
        // The window of the first poll overlaps what was read; what it repeats is left out below.
        let request = Request::FollowLogs(LogQuery { from: Some(from), newest_first: false, limit: 0, ..query });
        let (clients, sender) = (prepared.clients.clone(), sender.clone());
        jobs.spawn(async move { clients.answer(request, sender).await });
    }
    drop(sender);
    let known: std::collections::HashSet<_> = read.iter().map(|line| line.id.clone()).collect();
    while let Some(event) = events.recv().await {
        let Event::Reply(reply) = event else { continue };
        match reply.outcome {
            Outcome::Part(Facts::Logs(page)) => {
                for line in page.lines.iter().filter(|line| !known.contains(&line.id)) {
                    print(line, output)?;
                }
            }
            Outcome::Failed(problem)
                if matches!(problem.kind, ProblemKind::Denied | ProblemKind::Credentials | ProblemKind::Invalid) =>
            {
                return Err(problem.into());
            }
            Outcome::Failed(problem) => output.note(&format!("waiting: {}", problem.line())),
            _ => {}
        }
    }
    Ok(exit::OK)
}

fn print(line: &LogLine, output: &mut Output<'_>) -> Result<(), Failure> {
    if output.json {
        let document = json!({"id": &*line.id, "at": jiff_time(line.at), "stream": &*line.stream, "text": &*line.text});
        return Ok(writeln!(output.out, "{}", escaped(&document.to_string()))?);
    }
    let mut parts = line.stream.rsplit('/');
    let task: String = parts.next().unwrap_or_default().chars().take(8).collect();
    output.line(&format!("{} {task} {}", jiff_time(line.at), line.text))
}

/// RFC 3339 with milliseconds, in UTC.
fn jiff_time(at: Timestamp) -> String {
    let time = jiff::Timestamp::from_millisecond(at.0).unwrap_or_default();
    time.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn following_begins_before_the_newest_line_and_never_before_the_oldest_shown() {
        let line = |at: i64| LogLine {
            id: "i".into(),
            at: Timestamp(at),
            ingested_at: Timestamp(at),
            stream: "s".into(),
            text: "t".into(),
        };
        let minute = |n: i64| n * MINUTE;
        for (lines, oldest, begun, expected) in [
            (vec![], minute(0), minute(15), minute(13)),
            (vec![minute(1), minute(14)], minute(0), minute(15), minute(12)),
            (vec![minute(1), minute(2)], minute(0), minute(15), minute(0)),
            // Cut to the newest lines: what lies before them was left out on purpose.
            (vec![minute(13), minute(14)], minute(13), minute(15), minute(13)),
            // The newest line was written while the other containers were read.
            (vec![minute(1), minute(20)], minute(0), minute(15), minute(13)),
        ] {
            let lines: Vec<LogLine> = lines.into_iter().map(line).collect();
            assert_eq!(hand_over(&lines, Timestamp(oldest), Timestamp(begun)), Timestamp(expected), "{lines:?}");
        }
    }
}
