//! The body of an answer that is made while it is sent: its exchange ends with its last byte, or when the caller leaves.

use super::Exchange;
use bytes::Buf;
use hyper::body::{Body, Frame, SizeHint};
use std::pin::Pin;
use std::task::{Context, Poll};

/// A body, with the exchange that it belongs to if that is not over yet.
#[derive(Debug)]
pub(super) struct Guarded<B> {
    body: B,
    exchange: Option<Box<Exchange>>,
}

impl<B> Guarded<B> {
    pub(super) fn new(body: B, exchange: Option<Box<Exchange>>) -> Self {
        Self { body, exchange }
    }
}

impl<B: Body + Unpin> Body for Guarded<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        let Self { body, exchange } = self.get_mut();
        let polled = Pin::new(body).poll_frame(context);
        match &polled {
            Poll::Ready(Some(Ok(frame))) => {
                if let (Some(exchange), Some(data)) = (exchange, frame.data_ref()) {
                    *exchange.bytes_out.get_or_insert(0) += data.remaining() as u64;
                }
            }
            Poll::Ready(_) => *exchange = None,
            Poll::Pending => {}
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
