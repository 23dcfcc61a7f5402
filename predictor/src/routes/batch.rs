//! `…/predict/batch`: many cases in one request, all judged or, if any is at fault, none; every fault is named. Lines of
//! JSON are streamed instead, see [`super::stream`].

pub(super) mod rows;

use super::answer::{json_bytes, stamped};
use super::call::Call;
use super::judge::{SHORT, Voice, judge_here};
use super::stream;
use crate::body;
use crate::problem::Problem;
use crate::schema::Input;
use crate::served::Served;
use bytes::Bytes;
use futures_util::future::BoxFuture;
use predictor_wire::FieldProblem;
use rows::Rows;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;
use warp::reply::Response;

/// Most faults that are listed; the rest is counted.
const LISTED: usize = 100;
/// So often a long batch looks whether its client is still there.
const LOOK: usize = 256;

pub(super) fn plain(call: Call) -> BoxFuture<'static, Result<Response, Problem>> {
    Box::pin(many(call, Voice::Plain))
}

pub(super) fn general(call: Call) -> BoxFuture<'static, Result<Response, Problem>> {
    Box::pin(many(call, Voice::General))
}

async fn many(mut call: Call, voice: Voice) -> Result<Response, Problem> {
    let (served, most) = (call.answering_model()?, call.explained()?);
    if body::is_json_lines(&call.headers) {
        return stream::answer(call, served, voice, most);
    }
    let body = call.json_batch().await?;
    let batch = Batch { served: Arc::clone(&served), voice, most, limit: call.service.limits.rows };
    let started = Instant::now();
    let bytes = apart(body, move |body, gone| batch.answer(body, gone)).await?;
    Ok(stamped(&served, started.elapsed(), json_bytes(bytes)))
}

/// Does the work on a body, away from the threads that serve connections if it is long.
pub(super) async fn apart<T: Send + 'static>(
    body: Bytes,
    work: impl FnOnce(&[u8], &Gone) -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    if body.len() <= SHORT {
        return work(&body, &Gone::default());
    }
    let leaving = Leaving::default();
    let gone = Gone(Arc::clone(&leaving.0));
    let done = tokio::task::spawn_blocking(move || work(&body, &gone));
    done.await.map_err(|_| Problem::internal())?
}

/// Whether the client of a long request has left.
#[derive(Default)]
pub(super) struct Gone(Arc<AtomicBool>);

impl Gone {
    /// Looks now and then, by the index of the row.
    ///
    /// # Errors
    /// The client has left; nobody reads this.
    pub(super) fn look(&self, index: usize) -> Result<(), Problem> {
        let has_left = index.is_multiple_of(LOOK) && self.0.load(Ordering::Relaxed);
        if has_left { Err(Problem::internal()) } else { Ok(()) }
    }
}

/// Dropped with the request: when it was answered, or when its client left.
#[derive(Default)]
struct Leaving(Arc<AtomicBool>);

impl Drop for Leaving {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// How a batch is judged.
struct Batch {
    served: Arc<Served>,
    voice: Voice,
    most: usize,
    limit: usize,
}

impl Batch {
    fn answer(&self, body: &[u8], gone: &Gone) -> Result<Vec<u8>, Problem> {
        gone.look(0)?;
        let rows = rows::of_body(body, self.limit)?;
        let inputs = self.check(rows, gone)?;
        let manifest = self.served.model.manifest();
        let mut out = Vec::with_capacity(64 + 128 * inputs.len());
        let names = [("model", &manifest.name), ("version", &manifest.version)];
        out.push(b'{');
        for (name, value) in names {
            out.extend_from_slice(format!("{name:?}:{},", serde_json::Value::from(value.as_str())).as_bytes());
        }
        out.extend_from_slice(b"\"predictions\":[");
        for (index, input) in inputs.iter().enumerate() {
            gone.look(index)?;
            if index > 0 {
                out.push(b',');
            }
            self.voice.write(&mut out, &self.served, judge_here(&self.served, input, self.most));
        }
        out.extend_from_slice(format!("],\"count\":{}}}", inputs.len()).as_bytes());
        Ok(out)
    }

    fn check<'a>(&self, rows: Rows<'a>, gone: &Gone) -> Result<Vec<Input<'a>>, Problem> {
        let schema = self.served.model.schema();
        let mut inputs = Vec::with_capacity(rows.rows.len());
        let mut faults: Vec<FieldProblem> = Vec::new();
        let mut count = 0;
        for (index, row) in rows.rows.into_iter().enumerate() {
            gone.look(index)?;
            match schema.check(row, &format!("{}/{index}", rows.place)) {
                Ok(input) => inputs.push(input),
                Err(more) => {
                    count += more.len();
                    faults.extend(more.into_iter().take(LISTED - faults.len().min(LISTED)));
                }
            }
        }
        if count > 0 { Err(Problem::first_fields(faults, count)) } else { Ok(inputs) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog;
    use crate::metrics::Metrics;
    use crate::served::Models;

    #[test]
    fn no_work_is_done_for_who_has_left() {
        let models = Models::open(catalog::load("sentiment").expect("the embedded model").into(), &Metrics::new());
        let served = Arc::clone(models.now().unnamed().expect("one model"));
        let batch = Batch { served, voice: Voice::General, most: 0, limit: 10 };
        let (stays, left) = (Gone::default(), Gone(Arc::new(AtomicBool::new(true))));
        assert_eq!(batch.answer(b"not read", &stays).expect_err("refused").status(), 400);
        assert_eq!(batch.answer(b"not read", &left), Err(Problem::internal()));
        let rows = || rows::of_body(br#"[{"text": 5}]"#, 10).expect("rows");
        assert_eq!(batch.check(rows(), &stays).expect_err("refused").status(), 422);
        assert_eq!(batch.check(rows(), &left).expect_err("refused").status(), 500);
    }
}
