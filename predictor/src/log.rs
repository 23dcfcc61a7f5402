//! JSON lines for machines that collect logs: one object a line, written by a thread of its own.
//!
//! A request must never wait for the log: when the queue is full, lines are dropped and counted. What a caller asked
//! to be judged is never written.

pub mod line;

pub use line::{Access, Level, Line};

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

const QUEUE: usize = 8192;
/// After a line the writer rests so long, so that under load it is woken for many lines and not for each.
const REST: Duration = Duration::from_millis(5);

/// The sending side; cheap to clone.
#[derive(Debug, Clone)]
pub struct Log {
    queue: SyncSender<Message>,
    threshold: Level,
    dropped: Arc<AtomicU64>,
}

/// The writing side.
#[derive(Debug)]
pub struct LogThread {
    queue: SyncSender<Message>,
    thread: JoinHandle<()>,
}

#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "nearly all messages are lines")]
enum Message {
    Line(Line),
    End,
}

impl Log {
    /// Starts the thread that writes lines of at least `threshold`'s importance to `out`.
    ///
    /// # Errors
    /// The system has no thread to give.
    pub fn start(out: impl Write + Send + 'static, threshold: Level) -> std::io::Result<(Self, LogThread)> {
        let (queue, lines) = sync_channel(QUEUE);
        let thread = std::thread::Builder::new().name("log".to_owned()).spawn(move || write_lines(&lines, out))?;
        Ok((Self { queue: queue.clone(), threshold, dropped: Arc::default() }, LogThread { queue, thread }))
    }

    /// A log that nobody reads.
    #[must_use]
    pub fn discard() -> Self {
        let (queue, _) = sync_channel(0);
        Self { queue, threshold: Level::Error, dropped: Arc::default() }
    }

    /// Queues a message with fields; never waits.
    pub fn say(&self, level: Level, message: &str, fields: &[(&'static str, serde_json::Value)]) {
        if level <= self.threshold {
            self.send(Line::message(level, message, fields));
        }
    }

    /// Queues the line of an answered request; never waits.
    pub fn access(&self, access: Access) {
        if access.level() <= self.threshold {
            self.send(Line::Access(access));
        }
    }

    /// How many lines were dropped because the queue was full or its reader gone.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    fn send(&self, line: Line) {
        if self.queue.try_send(Message::Line(line)).is_err() {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl LogThread {
    /// Waits until everything queued so far is written. Later lines are dropped.
    pub fn finish(self) {
        if self.queue.send(Message::End).is_ok() {
            // A thread that panicked has nothing more to write.
            let _ = self.thread.join();
        }
    }
}

fn write_lines(lines: &Receiver<Message>, mut out: impl Write) {
    let mut text = Vec::with_capacity(8192);
    let mut ended = false;
    while !ended && let Ok(first) = lines.recv() {
        ended = take(first, &mut text);
        while !ended && let Ok(next) = lines.try_recv() {
            ended = take(next, &mut text);
        }
        // Who closes our output has no use for lines; the service goes on.
        let _ = out.write_all(&text).and_then(|()| out.flush());
        text.clear();
        if !ended {
            std::thread::sleep(REST);
        }
    }
}

/// Appends a line; true at the end.
fn take(message: Message, text: &mut Vec<u8>) -> bool {
    match message {
        Message::Line(line) => line.write(text),
        Message::End => return true,
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    #[derive(Clone, Default)]
    struct Shared(Arc<Mutex<Vec<u8>>>);

    impl Write for Shared {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().expect("not poisoned").extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn queued_lines_are_written_before_the_end() {
        let out = Shared::default();
        let (log, thread) = Log::start(out.clone(), Level::Info).expect("a thread");
        for number in 0..1000 {
            log.say(Level::Info, "line", &[("number", number.into())]);
        }
        log.say(Level::Debug, "below the threshold", &[]);
        thread.finish();
        log.say(Level::Error, "too late", &[]);
        let text = String::from_utf8(out.0.lock().expect("not poisoned").clone()).expect("UTF-8");
        let numbers: Vec<u64> = text
            .lines()
            .map(|line| serde_json::from_str::<serde_json::Value>(line).expect("each line is JSON"))
            .filter_map(|line| line["number"].as_u64())
            .collect();
        assert_eq!(numbers, (0..1000).collect::<Vec<_>>());
        assert_eq!(text.lines().count(), 1000);
        assert_eq!(log.dropped(), 1);
    }
}
