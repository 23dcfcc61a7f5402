//! Frames of `application/vnd.amazon.eventstream`.

use aws_smithy_types::event_stream::{Header, HeaderValue, Message};
use bytes::Bytes;
use serde::Serialize;

/// An event of this type with a JSON payload; `None` when it cannot be written.
pub fn event(event_type: &str, payload: &impl Serialize) -> Option<Bytes> {
    frame("event", (":event-type", event_type), payload)
}

/// An exception, which ends the stream.
pub fn exception(exception_type: &str, payload: &impl Serialize) -> Option<Bytes> {
    frame("exception", (":exception-type", exception_type), payload)
}

fn frame(message_type: &str, kind: (&'static str, &str), payload: &impl Serialize) -> Option<Bytes> {
    let text = |value: &str| HeaderValue::String(value.to_owned().into());
    let message = Message::new(Bytes::from(serde_json::to_vec(payload).ok()?))
        .add_header(Header::new(":message-type", text(message_type)))
        .add_header(Header::new(kind.0, text(kind.1)))
        .add_header(Header::new(":content-type", text("application/json")));
    let mut bytes = Vec::new();
    aws_smithy_eventstream::frame::write_message_to(&message, &mut bytes).ok()?;
    Some(Bytes::from(bytes))
}
