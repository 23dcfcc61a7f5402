//! One request on its way to a handler.

use super::input;
use crate::body;
use crate::limits::Room;
use crate::problem::Problem;
use crate::request_id;
use crate::schema::Input;
use crate::served::{SPLIT_KEY, Served, Shelf};
use crate::service::Service;
use bytes::{Buf, Bytes};
use futures_util::{Stream, StreamExt};
use std::convert::Infallible;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use warp::Filter;
use warp::http::HeaderMap;

/// The bytes of a request's body as they arrive.
pub type Body = Pin<Box<dyn Stream<Item = Result<Bytes, warp::Error>> + Send>>;

/// A request: what it asks, and the service that it asks.
pub struct Call {
    /// The service.
    pub service: Arc<Service>,
    /// The segments of the path that stand for something, by their names.
    pub place: Vec<(&'static str, String)>,
    /// The query, undecoded.
    pub query: String,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Body,
}

/// Up to here a batch is bounded well enough by the number of requests.
const SMALL_BATCH: usize = 64 << 10;

/// A batch's body, and the room for it.
struct Roomed {
    bytes: Bytes,
    _room: Room,
}

impl AsRef<[u8]> for Roomed {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl fmt::Debug for Call {
    /// Without the query, the headers and the body: they may hold what nobody should read.
    fn fmt(&self, words: &mut fmt::Formatter<'_>) -> fmt::Result {
        words.debug_struct("Call").field("place", &self.place).finish_non_exhaustive()
    }
}

impl Call {
    pub(super) fn new<S, B>(service: &Arc<Service>, query: String, headers: HeaderMap, body: S) -> Self
    where
        S: Stream<Item = Result<B, warp::Error>> + Send + 'static,
        B: Buf,
    {
        let body = body.map(|part| part.map(|mut part| part.copy_to_bytes(part.remaining())));
        Self { service: Arc::clone(service), place: Vec::new(), query, headers, body: Box::pin(body) }
    }

    /// The segment of a name.
    #[must_use]
    pub fn segment(&self, name: &str) -> Option<&str> {
        self.place.iter().find(|(known, _)| *known == name).map(|(_, segment)| segment.as_str())
    }

    /// The value of a name in the query, `None` if it is not there.
    ///
    /// # Errors
    /// 400 for bad encoding, or a name that is given twice.
    pub fn query_value(&self, name: &str) -> Result<Option<String>, Problem> {
        input::query_value(&self.query, name)
    }

    /// The model that the path names, or the query, or that answers for all that name none.
    ///
    /// # Errors
    /// As [`crate::served::Shelf::find`] and [`crate::served::Shelf::unnamed`].
    pub fn model(&self) -> Result<Arc<Served>, Problem> {
        self.model_of(&self.service.models.now()).cloned()
    }

    /// [`Call::model`] for a prediction: where no version is named, a split may give it to a candidate.
    ///
    /// # Errors
    /// As [`Call::model`].
    pub fn answering_model(&self) -> Result<Arc<Served>, Problem> {
        let shelf = self.service.models.now();
        let primary = self.model_of(&shelf)?;
        let answering = match self.segment("version") {
            Some(_) => primary,
            None => shelf.divided(primary, || split_key(&self.headers)),
        };
        Ok(Arc::clone(answering))
    }

    fn model_of<'a>(&self, shelf: &'a Shelf) -> Result<&'a Arc<Served>, Problem> {
        if let Some(name) = self.segment("model") {
            return shelf.find(name, self.segment("version"));
        }
        let named = if self.query.is_empty() { None } else { self.query_value("model")? };
        named.map_or_else(|| shelf.unnamed(), |name| shelf.find(&name, None))
    }

    /// Reads the body, which must be JSON, within the service's limits.
    ///
    /// # Errors
    /// 415, 413, 408, or 400 for a body that breaks off.
    pub async fn json_body(&mut self) -> Result<Bytes, Problem> {
        body::require_json(&self.headers)?;
        body::read(self.body.as_mut(), &self.headers, self.service.limits).await
    }

    /// The same for a batch, which may be larger.
    ///
    /// # Errors
    /// As [`Call::json_body`].
    pub async fn json_batch(&mut self) -> Result<Bytes, Problem> {
        body::require_json(&self.headers)?;
        self.batch_body().await
    }

    /// The same, whatever it claims to be. Room for a large one is held as long as the bytes are.
    ///
    /// # Errors
    /// 413, 408, 400 for a body that breaks off, or 503 while other batches take all the room.
    pub async fn batch_body(&mut self) -> Result<Bytes, Problem> {
        let limits = self.service.limits;
        let limits = body::Limits { bytes: limits.batch_bytes, ..limits };
        let most = body::most_bytes(&self.headers, limits);
        if most <= SMALL_BATCH {
            return body::read(self.body.as_mut(), &self.headers, limits).await;
        }
        let Some(room) = self.service.admission.room(most) else {
            self.service.metrics.shed.inc();
            return Err(Problem::no_room());
        };
        let bytes = body::read(self.body.as_mut(), &self.headers, limits).await?;
        Ok(Bytes::from_owner(Roomed { bytes, _room: room }))
    }

    /// How many contributions the query asks to have explained; 0 if none.
    ///
    /// # Errors
    /// 400 for what is neither a number up to 100 nor `true` or `false`.
    pub fn explained(&self) -> Result<usize, Problem> {
        if self.query.is_empty() {
            return Ok(0);
        }
        match self.query_value("explain")?.as_deref() {
            None | Some("false") => Ok(0),
            Some("" | "true") => Ok(10),
            Some(number) => match number.parse() {
                Ok(number) if number <= 100 => Ok(number),
                _ => Err(Problem::malformed("explain must be true, false or a number from 0 to 100.")),
            },
        }
    }
}

/// What decides a split: the caller's key; else the caller's request id, as logs and answers have it; else the dice.
fn split_key(headers: &HeaderMap) -> Vec<u8> {
    let given = headers.get(SPLIT_KEY).map(|key| key.as_bytes().to_vec());
    let id = || headers.get(request_id::HEADER).and_then(request_id::clean).map(String::into_bytes);
    given.or_else(id).unwrap_or_else(|| fastrand::u128(..).to_ne_bytes().to_vec())
}

/// The query of a request, empty if it has none.
pub(super) fn raw_query() -> impl Filter<Extract = (String,), Error = Infallible> + Clone {
    warp::query::raw().or_else(|_| async { Ok::<_, Infallible>((String::new(),)) })
}

/// One row of a whole body, checked.
///
/// # Errors
/// 400 if the body is not JSON in UTF-8; 422 with pointers if it does not fit the model.
pub(super) fn input_of<'a>(served: &Served, body: &'a [u8]) -> Result<Input<'a>, Problem> {
    let schema = served.model.schema();
    let row = input::row_of_body(body, schema)?;
    schema.check(row, "").map_err(Problem::fields)
}

#[cfg(test)]
mod tests {
    use super::*;
    use warp::http::{HeaderName, HeaderValue};

    #[test]
    fn splits_are_decided_by_key_or_request_id_or_chance() {
        let key = |headers: &[(&'static str, &'static str)]| {
            let pairs = headers.iter().map(|(name, value)| (*name, HeaderValue::from_static(value)));
            split_key(&pairs.map(|(name, value)| (HeaderName::from_static(name), value)).collect())
        };
        assert_eq!(key(&[("x-split-key", "ann b"), ("x-request-id", "7")]), b"ann b");
        assert_eq!(key(&[("x-request-id", "a b\"7")]), b"ab7", "as it is logged");
        assert_ne!(key(&[]), key(&[]));
        assert_ne!(key(&[("x-request-id", "\"")]), key(&[("x-request-id", "\"")]), "nothing of it remains");
    }
}
