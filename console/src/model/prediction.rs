//! Test predictions: what was sent, what came back, how fast.

use super::Timestamp;

/// A request to a prediction service, exactly as it is sent.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct PredictionRequest {
    /// `POST`, `GET`, …
    pub method: String,
    /// Absolute URL.
    pub url: String,
    /// Header names and values. Values of secret headers never reach the history.
    pub headers: Vec<(String, String)>,
    /// Body, empty for none.
    pub body: String,
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Prediction {
    /// What was sent.
    pub request: PredictionRequest,
    /// When it was sent.
    pub at: Timestamp,
    /// The answer, or why there is none in words.
    pub outcome: Outcome,
}

/// Longest body of an answer that a history keeps, in bytes.
const LONGEST_KEPT: usize = 64 * 1024;

impl Prediction {
    /// The same with no more of the answer's body than a history keeps.
    #[must_use]
    pub fn for_keeping(&self) -> Self {
        let mut kept = self.clone();
        if let Outcome::Answered(answer) = &mut kept.outcome
            && answer.body.len() > LONGEST_KEPT
        {
            // A slice would hold on to the whole.
            answer.body = bytes::Bytes::copy_from_slice(&answer.body[..LONGEST_KEPT]);
            answer.truncated = true;
        }
        kept
    }
}

/// End of a prediction request.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// The service answered, whatever the status.
    Answered(Answer),
    /// No answer: refused, reset, timeout, DNS, TLS, cancelled.
    Failed(String),
}

impl Default for Outcome {
    fn default() -> Self {
        Self::Failed(String::new())
    }
}

/// An HTTP answer.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Headers as received.
    pub headers: Vec<(String, String)>,
    /// Body, at most 10 MB of it.
    pub body: bytes::Bytes,
    /// The body was longer and was cut.
    pub truncated: bool,
    /// Milliseconds until the head of the answer arrived (connection included).
    pub first_byte_ms: f64,
    /// Milliseconds until the last byte.
    pub total_ms: f64,
}
