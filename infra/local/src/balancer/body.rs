//! Bodies on their way: streamed, never collected.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body_util::{Either, Empty, Full};
use hyper::body::{Body, Frame, Incoming, SizeHint};

use super::target::Ticket;

/// The body of a request to a target.
pub(super) type Outgoing = Either<Incoming, Empty<Bytes>>;

/// The body of an answer to a client: a target's, or the balancer's own.
pub(super) type Answer = Either<Streamed, Full<Bytes>>;

/// A target's answer. The request counts as under way until it has been read or dropped.
#[derive(Debug)]
pub(super) struct Streamed {
    body: Incoming,
    _ticket: Ticket,
}

impl Streamed {
    pub(super) fn new(body: Incoming, ticket: Ticket) -> Self {
        Self { body, _ticket: ticket }
    }
}

impl Body for Streamed {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
