//! A socket that gives up on who does not read: without it, hyper waits for room in the socket for ever, and the answer
//! with its place and its connection waits with it. It never ends a connection that has nothing to write. It counts bytes.
//!
//! What is written leaves behind the other connections that were ready: a thread first reads and answers all that it found,
//! then sends. Who waits on the same core is woken once for many answers, not for each in the midst of the work.

use crate::metrics::Volume;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

/// Up to here the parts of an answer are copied together: the system takes one longer than several in the same call.
const SMALL: usize = 1024;

/// A socket whose writes fail when no byte could be written for a while.
#[derive(Debug)]
pub(super) struct Patient<S> {
    socket: S,
    patience: Duration,
    volume: Volume,
    /// Runs while a write waits.
    alarm: Option<Pin<Box<Sleep>>>,
    /// Whether the others had their turn before what is to be written now.
    let_others: bool,
    /// Room where the parts of a small answer are put together.
    whole: Vec<u8>,
}

impl<S> Patient<S> {
    pub(super) fn new(socket: S, patience: Duration, volume: Volume) -> Self {
        Self { socket, patience, volume, alarm: None, let_others: false, whole: Vec::new() }
    }

    /// `written`, or a failure if it is pending for too long.
    fn within<T>(&mut self, context: &mut Context<'_>, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.alarm = None;
            return written;
        }
        let patience = self.patience;
        match self.alarm.get_or_insert_with(|| Box::pin(sleep(patience))).as_mut().poll(context) {
            Poll::Ready(()) => {
                Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the client does not read its answer")))
            }
            Poll::Pending => Poll::Pending,
        }
    }
}

impl<S: Unpin> Patient<S> {
    fn sent(&mut self, write: impl FnOnce(Pin<&mut S>) -> Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        let written = write(Pin::new(&mut self.socket));
        if let Poll::Ready(Ok(bytes)) = written {
            self.volume.sent.inc_by(bytes as u64);
        }
        written
    }

    /// Pending once before each write, woken already: the task goes behind those that are ready. A write that waits for room
    /// has given way, and is not woken until there is room: hyper tries it more than once in a turn.
    fn behind_others(&mut self, context: &Context<'_>) -> Poll<()> {
        if self.alarm.is_some() {
            return Poll::Ready(());
        }
        self.let_others = !self.let_others;
        if !self.let_others {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Patient<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.socket).poll_read(context, buffer);
        self.volume.received.inc_by((buffer.filled().len() - before) as u64);
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Patient<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        ready!(self.behind_others(context));
        let written = self.sent(|socket| socket.poll_write(context, bytes));
        self.within(context, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        ready!(self.behind_others(context));
        let written = if parts.iter().map(|part| part.len()).sum::<usize>() <= SMALL {
            let mut whole = std::mem::take(&mut self.whole);
            whole.clear();
            parts.iter().for_each(|part| whole.extend_from_slice(part));
            let written = self.sent(|socket| socket.poll_write(context, &whole));
            self.whole = whole;
            written
        } else {
            self.sent(|socket| socket.poll_write_vectored(context, parts))
        };
        self.within(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.socket).poll_flush(context);
        self.within(context, flushed)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let ended = Pin::new(&mut self.socket).poll_shutdown(context);
        self.within(context, ended)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::{Wake, Waker};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    #[tokio::test]
    async fn a_write_that_nobody_takes_fails() {
        let (near, _far) = tokio::io::duplex(4);
        let mut socket = Patient::new(near, Duration::from_millis(20), Volume::default());
        let error = socket.write_all(&[0; 100]).await.expect_err("nobody reads");
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }

    #[tokio::test]
    async fn what_is_written_lets_those_go_first_that_are_ready() {
        let (near, _far) = tokio::io::duplex(64);
        let mut socket = Patient::new(near, Duration::from_secs(60), Volume::default());
        let order = std::cell::RefCell::new(Vec::new());
        let write = async {
            for _ in 0..2 {
                socket.write_all(b"answer").await.expect("there is room");
                order.borrow_mut().push("sent");
            }
        };
        let other = async { order.borrow_mut().push("other") };
        tokio::join!(biased; write, other);
        assert_eq!(*order.borrow(), ["other", "sent", "sent"]);
        assert!(socket.alarm.is_none(), "giving way is no waiting");
    }

    #[tokio::test]
    async fn a_write_that_waits_for_room_rests_however_often_it_is_tried() {
        #[derive(Default)]
        struct Wakes(AtomicUsize);
        impl Wake for Wakes {
            fn wake(self: Arc<Self>) {
                self.0.fetch_add(1, Ordering::Relaxed);
            }
        }
        let (near, _far) = tokio::io::duplex(4);
        let mut socket = Patient::new(near, Duration::from_secs(60), Volume::default());
        socket.write_all(&[0; 4]).await.expect("there is room");
        let wakes = Arc::new(Wakes::default());
        let waker = Waker::from(Arc::clone(&wakes));
        let mut context = Context::from_waker(&waker);
        let mut turn = || {
            for _ in 0..2 {
                assert!(Pin::new(&mut socket).poll_write(&mut context, &[0; 100]).is_pending());
            }
            wakes.0.swap(0, Ordering::Relaxed)
        };
        assert_eq!([turn(), turn(), turn()], [1, 0, 0]);
    }

    #[tokio::test]
    async fn a_rest_between_writes_is_no_failure() {
        let (near, mut far) = tokio::io::duplex(4);
        let volume = Volume::default();
        let mut socket = Patient::new(near, Duration::from_secs(60), volume.clone());
        for _ in 0..3 {
            let (mut taken, bytes) = ([0; 8], [1; 8]);
            let (written, read) = tokio::join!(socket.write_all(&bytes), far.read_exact(&mut taken));
            assert!(written.is_ok() && read.is_ok());
            assert!(socket.alarm.is_none(), "what waited before has no say in what waits next");
        }
        far.write_all(&[2; 3]).await.expect("there is room");
        socket.read_exact(&mut [0; 3]).await.expect("three bytes");
        assert_eq!((volume.sent.get(), volume.received.get()), (24, 3));
    }
}
