//! The one place where a failure becomes an HTTP answer: status and `application/problem+json` (RFC 9457).
//!
//! What is said to the caller never contains what the caller sent, beyond names and numbers.

use predictor_wire::{FieldProblem, Problem as Body};
use serde::Serialize;
use warp::http::header::{ALLOW, CACHE_CONTROL, CONNECTION, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use warp::http::{HeaderValue, StatusCode};
use warp::reply::Response;

/// A failure on its way to the caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    status: StatusCode,
    title: &'static str,
    detail: String,
    fields: Vec<FieldProblem>,
    allow: Option<&'static str>,
    close: bool,
    challenge: bool,
    retry_after_s: Option<u32>,
}

/// What is said under `/v2`.
#[derive(Serialize)]
struct WithError<'a> {
    error: &'a str,
    #[serde(flatten)]
    body: Body,
}

impl Problem {
    fn new(status: StatusCode, title: &'static str, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        Self {
            status,
            title,
            detail,
            fields: Vec::new(),
            allow: None,
            close: false,
            challenge: false,
            retry_after_s: None,
        }
    }

    /// The status of the answer.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status.as_u16()
    }

    /// What is said to the caller.
    #[must_use]
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// 400: the request is not what its form claims.
    #[must_use]
    pub fn malformed(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "Malformed request", detail)
    }

    /// 401: the administrators' token is missing or wrong.
    #[must_use]
    pub fn unauthorized() -> Self {
        let detail = "Send the administrators' token: authorization: Bearer TOKEN, or x-api-key: TOKEN.";
        Self { challenge: true, ..Self::new(StatusCode::UNAUTHORIZED, "Unauthorized", detail) }
    }

    /// 403: nobody may administer.
    #[must_use]
    pub fn admin_is_off() -> Self {
        let detail = "Administration is off; start the service with ADMIN_TOKEN to switch it on.";
        Self::new(StatusCode::FORBIDDEN, "Administration is off", detail)
    }

    /// 409: what is asked does not go together with what is served.
    #[must_use]
    pub fn conflict(detail: &str) -> Self {
        Self::new(StatusCode::CONFLICT, "Conflict", detail)
    }

    /// 404.
    #[must_use]
    pub fn unknown_path() -> Self {
        Self::new(StatusCode::NOT_FOUND, "Not found", "There is nothing at this path.")
    }

    /// 405, with the methods that are allowed.
    #[must_use]
    pub fn wrong_method(allow: &'static str) -> Self {
        let detail = format!("This path answers {allow}.");
        Self { allow: Some(allow), ..Self::new(StatusCode::METHOD_NOT_ALLOWED, "Method not allowed", detail) }
    }

    /// 408: the body did not arrive in time; the connection is closed.
    #[must_use]
    pub fn too_slow() -> Self {
        let detail = "The body did not arrive in time; send it again without pauses.";
        Self { close: true, ..Self::new(StatusCode::REQUEST_TIMEOUT, "Request timeout", detail) }
    }

    /// 413, with the limit in bytes; the connection is closed.
    #[must_use]
    pub fn too_large(limit: usize) -> Self {
        let detail = format!("The body may have at most {limit} bytes; send less at a time.");
        Self { close: true, ..Self::new(StatusCode::PAYLOAD_TOO_LARGE, "Body too large", detail) }
    }

    /// 413, with the limit in bytes: the body expands to too much. It was read, so the connection goes on.
    #[must_use]
    pub fn expands_too_far(limit: usize) -> Self {
        let detail = format!("The body may expand to at most {limit} bytes; send less at a time.");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "Body too large", detail)
    }

    /// 413, with the limit in bytes: one line of a stream is too long. The others are answered.
    #[must_use]
    pub fn line_too_long(limit: usize) -> Self {
        let detail = format!("A line may have at most {limit} bytes; this one was passed over.");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "Line too long", detail)
    }

    /// 413, with the limit in rows.
    #[must_use]
    pub fn too_many_rows(rows: usize, limit: usize) -> Self {
        let detail = format!(
            "A batch may have at most {limit} rows, and this one has {rows}; send several, or stream lines of any number \
             as application/x-ndjson to …/predict/batch."
        );
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "Too many rows", detail)
    }

    /// 415.
    #[must_use]
    pub fn wrong_type(detail: &'static str) -> Self {
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "Unsupported media type", detail)
    }

    /// 422: well formed, but a field is at fault. `pointer` is a JSON pointer into the body.
    #[must_use]
    pub fn field(pointer: &str, detail: impl Into<String>) -> Self {
        Self::fields(vec![FieldProblem { pointer: pointer.to_owned(), detail: detail.into() }])
    }

    /// 422: well formed, but fields are at fault; their pointers lead into the body.
    #[must_use]
    pub fn fields(fields: Vec<FieldProblem>) -> Self {
        let words = match fields.as_slice() {
            [only] if only.pointer.is_empty() => format!("The body {}.", only.detail),
            [only] => format!("{} {}.", only.pointer, only.detail),
            several => format!("{} fields are at fault.", several.len()),
        };
        Self { fields, ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, "Invalid input", words) }
    }

    /// 422 for a batch: `fields` are the first of `count` faults.
    #[must_use]
    pub fn first_fields(fields: Vec<FieldProblem>, count: usize) -> Self {
        let listed = fields.len();
        let problem = Self::fields(fields);
        if listed >= count {
            return problem;
        }
        Self { detail: format!("{count} fields are at fault; the first {listed} are listed."), ..problem }
    }

    /// 404, with the models that there are.
    #[must_use]
    pub fn unknown_model(known: &[String]) -> Self {
        let detail = match known {
            [] => "There is no such model here; none is loaded.".to_owned(),
            _ => format!("There is no such model here; there are {}.", known.join(", ")),
        };
        Self::new(StatusCode::NOT_FOUND, "No such model", detail)
    }

    /// 404: the registry has no such model, in its words.
    #[must_use]
    pub fn not_in_registry(words: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "No such model", words)
    }

    /// 503: the model is wanted, but could not be loaded.
    #[must_use]
    pub fn absent_model(why: &str) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "Model not loaded", why)
    }

    /// 422: several models could answer.
    #[must_use]
    pub fn ambiguous_model(choices: &[&str]) -> Self {
        let detail =
            format!("Say which model: ?model=NAME or /v1/models/NAME/predict, with one of {}.", choices.join(", "));
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "Ambiguous model", detail)
    }

    /// 503: the model is being loaded.
    #[must_use]
    pub fn starting() -> Self {
        let detail = "The model is being loaded; try again in a moment.";
        Self { retry_after_s: Some(1), ..Self::new(StatusCode::SERVICE_UNAVAILABLE, "Starting", detail) }
    }

    /// 503: too many requests are being answered.
    #[must_use]
    pub fn overloaded() -> Self {
        let detail = "Too many requests are being answered; try again in a moment.";
        Self { retry_after_s: Some(1), ..Self::new(StatusCode::SERVICE_UNAVAILABLE, "Overloaded", detail) }
    }

    /// 503: the bodies of batches fill the memory that is set aside for them.
    #[must_use]
    pub fn no_room() -> Self {
        let detail = "Too many large batches are being answered; try again in a moment, or send fewer rows at once.";
        Self { retry_after_s: Some(1), ..Self::new(StatusCode::SERVICE_UNAVAILABLE, "Overloaded", detail) }
    }

    /// 503: the answer did not begin in time.
    #[must_use]
    pub fn too_late(seconds: u64) -> Self {
        let detail = format!("No answer within {seconds} s; try again later, or send less at once.");
        Self { retry_after_s: Some(5), ..Self::new(StatusCode::SERVICE_UNAVAILABLE, "Out of time", detail) }
    }

    /// 500: this program is at fault.
    #[must_use]
    pub fn internal() -> Self {
        let detail = "The service failed on this request; its log has more under the request id.";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "Internal error", detail)
    }

    /// What is said, as the wire has it.
    #[must_use]
    pub fn into_body(self) -> Body {
        Body {
            kind: "about:blank".to_owned(),
            title: self.title.to_owned(),
            status: self.status.as_u16(),
            detail: Some(self.detail),
            errors: self.fields,
        }
    }

    /// The answer to a request for a path: under `/v2` with the member `error` as well, which the clients of the Open
    /// Inference Protocol read.
    #[must_use]
    pub fn into_response_to(self, path: &str) -> Response {
        let Some("" | "/") = path.strip_prefix("/v2").map(|rest| rest.get(..1).unwrap_or_default()) else {
            return self.into_response();
        };
        let words = self.words();
        self.respond(|body| serde_json::to_vec(&WithError { error: &words, body }))
    }

    /// The detail, and the first of several faults.
    fn words(&self) -> String {
        match self.fields.as_slice() {
            [first, _, ..] => format!("{} First: {} {}.", self.detail, first.pointer, first.detail),
            _ => self.detail.clone(),
        }
    }

    /// The answer.
    #[must_use]
    pub fn into_response(self) -> Response {
        self.respond(|body| serde_json::to_vec(&body))
    }

    fn respond(self, write: impl FnOnce(Body) -> serde_json::Result<Vec<u8>>) -> Response {
        let Self { status, allow, close, challenge, retry_after_s, .. } = self;
        let bytes = write(self.into_body()).unwrap_or_default();
        let mut response = Response::new(bytes.into());
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(allow) = allow {
            headers.insert(ALLOW, HeaderValue::from_static(allow));
        }
        if let Some(seconds) = retry_after_s {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        if challenge {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if close {
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
        response
    }
}
