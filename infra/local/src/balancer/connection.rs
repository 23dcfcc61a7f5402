//! A connection to a target, and whether the target still holds its end of it.

use std::net::SocketAddr;
use std::os::fd::AsFd;
use std::time::Duration;

use hyper::client::conn::TrySendError;
use hyper::client::conn::http1::{self, SendRequest};
use hyper::{Request, Response, body::Incoming};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use super::body::Outgoing;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// A connection that can take one request at a time.
#[derive(Debug)]
pub(super) struct Connection {
    sender: SendRequest<Outgoing>,
    /// The same socket once more, to look at without waiting.
    socket: std::net::TcpStream,
}

impl Connection {
    /// A new connection.
    ///
    /// # Errors
    /// When the target does not take it in time.
    pub(super) async fn open(address: SocketAddr) -> std::io::Result<Self> {
        let stream = tokio::time::timeout(CONNECT_TIMEOUT, TcpStream::connect(address)).await??;
        stream.set_nodelay(true)?;
        let socket = std::net::TcpStream::from(stream.as_fd().try_clone_to_owned()?);
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(std::io::Error::other)?;
        // Errors come back with the request under way.
        tokio::spawn(connection);
        Ok(Self { sender, socket })
    }

    /// Sends a request. A request that was certainly not sent comes back with the error.
    pub(super) async fn send(
        &mut self,
        request: Request<Outgoing>,
    ) -> Result<Response<Incoming>, TrySendError<Request<Outgoing>>> {
        self.sender.try_send_request(request).await
    }

    /// Whether the last answer has been read to its end.
    pub(super) fn is_ready(&self) -> bool {
        self.sender.is_ready()
    }

    /// Whether either side has closed it.
    ///
    /// The runtime may learn late that the target did, and a request written to such a connection is lost; so the
    /// socket itself is asked. An idle target has nothing to say: bytes or an end are both the end of the connection.
    pub(super) fn is_closed(&self) -> bool {
        let waits = |error: &std::io::Error| error.kind() == std::io::ErrorKind::WouldBlock;
        self.sender.is_closed() || (self.is_ready() && !self.socket.peek(&mut [0]).is_err_and(|error| waits(&error)))
    }
}
