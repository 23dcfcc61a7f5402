//! Amazon CloudWatch Logs: one page of events, and events as they arrive. Reads only.

pub(crate) mod follow;
mod seen;

use std::collections::BTreeMap;
use std::sync::Arc;

use aws_sdk_cloudwatchlogs::Client;
use aws_sdk_cloudwatchlogs::operation::filter_log_events::FilterLogEventsOutput;
use aws_sdk_cloudwatchlogs::types::FilteredLogEvent;

use super::call::{DESCRIBE_LOG_GROUPS, FILTER_LOG_EVENTS};
use super::gate::{Answer, Gate};
use super::sdk::Sdk;
use crate::effect::LogQuery;
use crate::event::LogPage;
use crate::model::{LogLine, ProblemKind, Timestamp};

/// Most events that one page holds.
const PER_PAGE: u32 = 10_000;
/// Most streams that one call can name.
const MOST_STREAMS: usize = 100;
/// `startFromHead=false` is only answered for ranges that begin after this: 2024-01-01.
const NEWEST_FIRST_SINCE: i64 = 1_704_067_200_000;
/// Empty pages in a row after which a search is given up for now, and says where it stands; each is a call.
const MOST_EMPTY_PAGES: u32 = 50;

/// Loads one page: the newest `limit` events of the range, or the oldest; from `token` on, where a search stands.
pub(crate) async fn load(sdk: &Sdk, gate: &Gate, query: &LogQuery) -> Answer<LogPage> {
    let client = sdk.logs(query.region.as_deref());
    let limit = if query.limit == 0 { PER_PAGE } else { query.limit };
    let mut names = Names::default();
    let mut lines: Vec<LogLine> = Vec::new();
    let (mut token, mut empty_pages) = (query.token.clone(), 0);
    let given_up = loop {
        let wanted = limit.saturating_sub(u32::try_from(lines.len()).unwrap_or(u32::MAX)).clamp(1, PER_PAGE);
        let page = fetch(&client, gate, query, query.from, wanted, token).await?;
        let events = page.events.unwrap_or_default();
        empty_pages = if events.is_empty() { empty_pages + 1 } else { 0 };
        lines.extend(events.into_iter().map(|event| names.line(event)));
        token = page.next_token.filter(|token| !token.is_empty());
        if token.is_none() || lines.len() >= limit as usize {
            break false;
        }
        if empty_pages >= MOST_EMPTY_PAGES {
            break true;
        }
    };
    sort(&mut lines);
    lines.dedup_by(|a, b| a.id == b.id);
    let reached_start = !query.newest_first || token.is_none();
    Ok(LogPage { lines, reached_start, missing: 0, next: token.filter(|_| given_up) })
}

/// Event time, then ingestion time, then id: the order in which CloudWatch tells them.
pub(crate) fn sort(lines: &mut [LogLine]) {
    lines.sort_by(|a, b| (a.at, a.ingested_at, &a.id).cmp(&(b.at, b.ingested_at, &b.id)));
}

/// One `FilterLogEvents` call.
async fn fetch(
    client: &Client,
    gate: &Gate,
    query: &LogQuery,
    from: Option<Timestamp>,
    limit: u32,
    token: Option<String>,
) -> Answer<FilterLogEventsOutput> {
    let newest_first = query.newest_first.then_some(false);
    let from = match (from, newest_first) {
        (from, Some(_)) => Some(from.map_or(NEWEST_FIRST_SINCE, |at| at.0.max(NEWEST_FIRST_SINCE))),
        (from, None) => from.map(|at| at.0.max(0)),
    };
    let streams: Vec<String> = query.streams.iter().take(MOST_STREAMS).cloned().collect();
    let prefix = query.stream_prefix.clone().filter(|prefix| streams.is_empty() && !prefix.is_empty());
    let pattern = Some(query.pattern.clone()).filter(|pattern| !pattern.trim().is_empty());
    let answer = gate
        .read(FILTER_LOG_EVENTS, || {
            let request = client.filter_log_events().log_group_name(&query.group);
            request
                .set_log_stream_names(Some(streams.clone()).filter(|streams| !streams.is_empty()))
                .set_log_stream_name_prefix(prefix.clone())
                .set_filter_pattern(pattern.clone())
                .set_start_time(from)
                .set_end_time(query.until.map(|at| at.0))
                .set_start_from_head(newest_first)
                .limit(i32::try_from(limit).unwrap_or(i32::MAX))
                .set_next_token(token.clone())
                .send()
        })
        .await;
    answer.map_err(|mut problem| {
        if problem.kind == ProblemKind::NotFound {
            problem.hint = Some(format!(
                "The log group {} or the stream does not exist (yet): it is made when the first task writes a line.",
                query.group
            ));
        }
        problem
    })
}

/// Whether a log group of exactly this name exists.
pub(crate) async fn group_exists(sdk: &Sdk, gate: &Gate, region: Option<&str>, group: &str) -> Answer<bool> {
    let client = sdk.logs(region);
    let listed =
        gate.read(DESCRIBE_LOG_GROUPS, || client.describe_log_groups().log_group_name_prefix(group).send()).await?;
    Ok(listed.log_groups.unwrap_or_default().iter().any(|known| known.log_group_name.as_deref() == Some(group)))
}

/// Stream names, each kept once.
#[derive(Debug, Default)]
struct Names(BTreeMap<String, Arc<str>>);

impl Names {
    fn line(&mut self, event: FilteredLogEvent) -> LogLine {
        let stream = event.log_stream_name.unwrap_or_default();
        let stream = self.0.entry(stream).or_insert_with_key(|name| name.as_str().into()).clone();
        let at = Timestamp(event.timestamp.unwrap_or_default());
        let text: Arc<str> = event.message.unwrap_or_default().into();
        LogLine {
            id: event.event_id.map_or_else(|| format!("{stream}:{}:{text}", at.0).into(), Into::into),
            at,
            ingested_at: Timestamp(event.ingestion_time.unwrap_or(at.0)),
            stream,
            text,
        }
    }
}
