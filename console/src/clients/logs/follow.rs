//! Log events as they arrive, by asking for a window that overlaps the last one.
//!
//! CloudWatch tells events late, so a short overlap is asked for each time and a long one now and then; what was told
//! before is left out. A group or stream that does not exist yet is waited for.

use std::time::Duration;

use super::seen::Seen;
use super::{Names, PER_PAGE, fetch, sort};
use crate::clients::gate::{Answer, Gate};
use crate::clients::sdk::Sdk;
use crate::clients::{Reporter, now};
use crate::effect::LogQuery;
use crate::event::{Facts, LogPage};
use crate::model::time::{MINUTE, SECOND};
use crate::model::{ApiProblem, ProblemKind, Timestamp};

/// Asked for again each time.
const OVERLAP: i64 = 10 * SECOND;
/// Asked for again in each sweep, for events that arrive very late.
const LONG_OVERLAP: i64 = 2 * MINUTE;
/// Polls between two sweeps.
const SWEEP_EVERY: u32 = 30;
/// Pause after a poll that brought something: FilterLogEvents is rationed, so never more than one poll a second.
const SOON: Duration = Duration::from_secs(1);
/// Pause after many polls that brought nothing, or a failure.
const LATER: Duration = Duration::from_secs(3);

/// Follows until the job is dropped. Returns only with a failure that asking again cannot mend; other failures are
/// reported and the following goes on.
pub(crate) async fn follow(sdk: &Sdk, gate: &Gate, query: &LogQuery, reporter: &Reporter) -> ApiProblem {
    let query = LogQuery { newest_first: false, until: None, ..query.clone() };
    let begin = query.from.unwrap_or_else(|| now().plus(-OVERLAP));
    let (mut seen, mut names) = (Seen::default(), Names::default());
    let (mut polls, mut quiet) = (0u32, 0u32);
    let mut reported: Option<(ProblemKind, String)> = None;
    loop {
        let overlap = if polls % SWEEP_EVERY == SWEEP_EVERY - 1 { LONG_OVERLAP } else { OVERLAP };
        let newest = seen.newest().unwrap_or(begin).min(now());
        let from = newest.plus(-overlap).max(begin);
        polls += 1;
        match poll(sdk, gate, &query, from, &mut seen, &mut names, reporter).await {
            Ok(new) => {
                if reported.take().is_some() && new == 0 {
                    reporter.part(Facts::Logs(LogPage::default())).await;
                }
                quiet = if new == 0 { quiet.saturating_add(1) } else { 0 };
            }
            Err(problem) if is_final(problem.kind) => return problem,
            Err(problem) => {
                quiet = quiet.saturating_add(1);
                let sort = Some((problem.kind, problem.code.clone()));
                if reported != sort {
                    reported = sort;
                    reporter.failed(problem).await;
                }
            }
        }
        seen.forget(newest.plus(-LONG_OVERLAP - MINUTE));
        tokio::time::sleep(if quiet < 10 { SOON } else { LATER }).await;
    }
}

fn is_final(kind: ProblemKind) -> bool {
    matches!(kind, ProblemKind::Denied | ProblemKind::Credentials | ProblemKind::Invalid)
}

/// Asks for everything since `from`, page by page, and reports what is new. An empty page with a token is not the end.
async fn poll(
    sdk: &Sdk,
    gate: &Gate,
    query: &LogQuery,
    from: Timestamp,
    seen: &mut Seen,
    names: &mut Names,
    reporter: &Reporter,
) -> Answer<usize> {
    let client = sdk.logs(query.region.as_deref());
    let mut token = None;
    let mut count = 0;
    loop {
        let page = fetch(&client, gate, query, Some(from), PER_PAGE, token).await?;
        let lines = page.events.unwrap_or_default().into_iter().map(|event| names.line(event)).collect();
        let mut new = seen.only_new(lines);
        sort(&mut new);
        count += new.len();
        if !new.is_empty() {
            reporter.part(Facts::Logs(LogPage { lines: new, ..LogPage::default() })).await;
        }
        token = page.next_token.filter(|token| !token.is_empty());
        if token.is_none() {
            return Ok(count);
        }
    }
}
