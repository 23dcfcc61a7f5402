//! Carries what a container writes to its log stream.
//!
//! The way is bounded: a container that writes faster than its lines are stored is slowed down, never buffered without
//! end.

use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::sync::mpsc;

use super::lines::Lines;
use crate::clock::Clock;

const BATCH: usize = 500;
const WAITING: usize = 1_000;
const CHUNK: usize = 8 * 1024;

/// Reads both streams to their end and hands the lines to `store` in batches of (epoch milliseconds, line).
pub(crate) async fn ship<O, E>(out: O, err: E, clock: Clock, store: impl Fn(&[(i64, String)]))
where
    O: AsyncRead + Unpin + Send + 'static,
    E: AsyncRead + Unpin + Send + 'static,
{
    let (sender, mut lines) = mpsc::channel(WAITING);
    let readers = [tokio::spawn(read(out, clock.clone(), sender.clone())), tokio::spawn(read(err, clock, sender))];
    let _readers = readers.map(EndOnDrop);
    let mut batch = Vec::with_capacity(BATCH);
    while lines.recv_many(&mut batch, BATCH).await > 0 {
        store(&batch);
        batch.clear();
    }
}

async fn read(mut stream: impl AsyncRead + Unpin, clock: Clock, lines: mpsc::Sender<(i64, String)>) {
    let mut cutter = Lines::default();
    let mut chunk = vec![0; CHUNK];
    loop {
        let events = match stream.read(&mut chunk).await {
            Ok(0) | Err(_) => break,
            Ok(length) => cutter.push(&chunk[..length]),
        };
        let now = clock.now_ms();
        for event in events {
            if lines.send((now, event)).await.is_err() {
                return;
            }
        }
    }
    if let Some(rest) = cutter.finish() {
        let _ = lines.send((clock.now_ms(), rest)).await;
    }
}

struct EndOnDrop(tokio::task::JoinHandle<()>);

impl Drop for EndOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}
