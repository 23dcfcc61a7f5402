//! Bodies in (bounded, unzipped) and out (one piece, or frames as they come).

use std::io::Read;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::HeaderMap;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Body, Frame, Incoming, SizeHint};
use tokio::sync::mpsc;

use super::AwsError;

/// The most that a body may hold, before and after unzipping.
const LIMIT: usize = 8 * 1024 * 1024;

/// Reads a request's body to its end.
pub(super) async fn read(headers: &HeaderMap, body: Incoming) -> Result<Bytes, AwsError> {
    let read = Limited::new(body, LIMIT).collect().await.map_err(|error| {
        if error.is::<http_body_util::LengthLimitError>() {
            too_large()
        } else {
            AwsError::serialization(format!("The request body could not be read: {error}"))
        }
    })?;
    let bytes = read.to_bytes();
    match headers.get("content-encoding").map(http::HeaderValue::as_bytes) {
        Some(b"gzip") => unzip(&bytes),
        _ => Ok(bytes),
    }
}

fn unzip(bytes: &[u8]) -> Result<Bytes, AwsError> {
    let mut text = Vec::new();
    flate2::read::GzDecoder::new(bytes)
        .take(LIMIT as u64 + 1)
        .read_to_end(&mut text)
        .map_err(|error| AwsError::serialization(format!("The gzip body could not be read: {error}")))?;
    if text.len() > LIMIT { Err(too_large()) } else { Ok(Bytes::from(text)) }
}

fn too_large() -> AwsError {
    AwsError {
        status: 413,
        code: "RequestEntityTooLargeException".to_owned(),
        message: format!("Request size exceeded {LIMIT} bytes."),
    }
}

/// A response's body.
#[derive(Debug)]
pub(super) enum ReplyBody {
    /// All of it at once.
    Full(Full<Bytes>),
    /// Pieces as they come.
    Frames(mpsc::Receiver<Bytes>),
}

impl Body for ReplyBody {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        match self.get_mut() {
            Self::Full(body) => Pin::new(body).poll_frame(context),
            Self::Frames(frames) => frames.poll_recv(context).map(|piece| Some(Ok(Frame::data(piece?)))),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Full(body) => body.is_end_stream(),
            Self::Frames(_) => false,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Full(body) => body.size_hint(),
            Self::Frames(_) => SizeHint::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn zipped(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn unzipping_is_bounded() {
        assert_eq!(unzip(&zipped(b"hello")).unwrap(), Bytes::from_static(b"hello"));
        assert_eq!(unzip(&zipped(&vec![0; LIMIT + 1])).unwrap_err().status, 413);
        assert_eq!(unzip(b"not gzip").unwrap_err().code, "SerializationException");
    }
}
