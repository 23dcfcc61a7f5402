//! A stream's end says whether it is whole.

use super::*;
use crate::catalog;
use crate::limits::Bounds;
use crate::log::{Level, Log};
use crate::service::State;
use futures_util::stream::iter;

const LINE: &[u8] = b"{\"text\": \"good\"}\n";

fn work(patience: Duration) -> (Work, mpsc::Receiver<Part>) {
    let (log, _writer) = Log::start(io::sink(), Level::Error).expect("a thread");
    let opening = catalog::load("sentiment").expect("the embedded model").into();
    let service = State::new(opening, log, body::Limits::default(), Bounds::default());
    let served = Arc::clone(service.models.now().unnamed().expect("one model"));
    let (answers, sent) = mpsc::channel(1);
    let judge = Judge { served, voice: Voice::General, most: 0, limit: 1000 };
    (Work { lines: Lines::new(1000), expander: None, answers, compressor: None, judge, patience }, sent)
}

fn lines(number: usize) -> Body {
    Box::pin(iter((0..number).map(|_| Ok(Bytes::from_static(LINE)))))
}

async fn taken(sent: mpsc::Receiver<Part>) -> Vec<bool> {
    until_end(sent).map(|part| part.is_ok()).collect().await
}

#[tokio::test]
async fn whole_answers_end_cleanly() {
    let (work, sent) = work(PATIENCE);
    let ((), taken) = tokio::join!(work.run(lines(3), PATIENCE), taken(sent));
    assert_eq!(taken, [true; 3]);
}

#[tokio::test]
async fn answers_that_were_not_taken_in_time_break_off() {
    let (work, sent) = work(Duration::from_millis(1));
    work.run(lines(3), PATIENCE).await;
    assert_eq!(taken(sent).await, [true, false]);
}

#[tokio::test]
async fn work_that_fails_breaks_off() {
    let (work, sent) = work(PATIENCE);
    let broken: Body = Box::pin(lines(1).chain(poll_fn(|_| panic!("on purpose"))));
    let run = tokio::spawn(work.run(broken, PATIENCE));
    assert_eq!(taken(sent).await, [true, false]);
    assert!(run.await.is_err());
}
