//! The rows of a batch in JSON: a list, or an object that holds the list under one of the names that clients use.

use crate::problem::Problem;
use crate::routes::input::{position_of, text_of};
use crate::schema::RawRow;
use serde::de::{DeserializeSeed, Error as _};
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::borrow::Cow;
use std::fmt;

/// Names of the list in an object.
const NAMES: [&str; 3] = ["rows", "items", "instances"];
const WANTED: &str = "must be a list of rows, or an object with the list under rows, items or instances";

/// The rows, unchecked.
#[derive(Debug, PartialEq)]
pub(in crate::routes) struct Rows<'a> {
    /// JSON pointer of the list, empty if it is the whole body.
    pub(in crate::routes) place: &'static str,
    /// The rows.
    pub(in crate::routes) rows: Vec<RawRow<'a>>,
}

/// The rows in a body.
///
/// # Errors
/// 400 if the body is not JSON in UTF-8; 413 if there are more than `limit`; 422 if it holds no list of rows.
pub(in crate::routes) fn of_body(body: &[u8], limit: usize) -> Result<Rows<'_>, Problem> {
    let text = text_of(body)?;
    if text.trim_ascii().is_empty() {
        return Err(Problem::malformed("The body is empty; send a list of rows: [{…}, …]."));
    }
    let mut reader = serde_json::Deserializer::from_str(text);
    let found = Batch { limit }.deserialize(&mut reader);
    match found.and_then(|found| reader.end().map(|()| found)) {
        Ok(found) => found.into_rows(limit),
        Err(error) => Err(Problem::malformed(format!("The body is not JSON: {}.", position_of(&error)))),
    }
}

/// What the body turned out to be.
enum Found<'a> {
    Lists(Vec<(&'static str, List<'a>)>),
    Other,
}

/// What stands where the list should.
enum List<'a> {
    Rows { rows: Vec<RawRow<'a>>, count: usize },
    Other,
}

impl<'a> Found<'a> {
    fn into_rows(self, limit: usize) -> Result<Rows<'a>, Problem> {
        let mut lists = match self {
            Self::Lists(lists) => lists,
            Self::Other => return Err(Problem::field("", WANTED)),
        };
        match (lists.pop(), lists.pop()) {
            (None, _) => Err(Problem::field("", WANTED)),
            (Some((place, _)), Some(_)) => Err(Problem::field(place, "is a second list of rows; send one")),
            (Some((place, List::Other)), None) => Err(Problem::field(place, "must be a list of rows")),
            (Some((_, List::Rows { count, .. })), None) if count > limit => Err(Problem::too_many_rows(count, limit)),
            (Some((place, List::Rows { rows, .. })), None) => Ok(Rows { place, rows }),
        }
    }
}

#[derive(Clone, Copy)]
struct Batch {
    limit: usize,
}

impl<'de> DeserializeSeed<'de> for Batch {
    type Value = Found<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Batch {
    type Value = Found<'de>;

    fn expecting(&self, words: &mut fmt::Formatter<'_>) -> fmt::Result {
        words.write_str("a batch")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Self::Value, A::Error> {
        Ok(Found::Lists(vec![("", ListOf(self.limit).visit_seq(list)?)]))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut lists = Vec::new();
        while let Some(name) = map.next_key::<Cow<'de, str>>()? {
            match NAMES.iter().position(|known| *known == name) {
                // Two are enough to refuse the body.
                Some(known) if lists.len() < 2 => {
                    let place = ["/rows", "/items", "/instances"][known];
                    lists.push((place, map.next_value_seed(ListOf(self.limit))?));
                }
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(Found::Lists(lists))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Found::Other)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(Found::Other)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(Found::Other)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        Ok(Found::Other)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(Found::Other)
    }

    fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
        Ok(Found::Other)
    }
}

/// Reads a list of at most so many rows; what is beyond is counted, not kept.
struct ListOf(usize);

impl<'de> DeserializeSeed<'de> for ListOf {
    type Value = List<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ListOf {
    type Value = List<'de>;

    fn expecting(&self, words: &mut fmt::Formatter<'_>) -> fmt::Result {
        words.write_str("a list of rows")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut rows = Vec::new();
        while rows.len() < self.0 {
            match list.next_element()? {
                Some(row) => rows.push(row),
                None => return Ok(List::Rows { count: rows.len(), rows }),
            }
        }
        let mut count = rows.len();
        while list.next_element::<IgnoredAny>()?.is_some() {
            count = count.checked_add(1).ok_or_else(|| A::Error::custom("no end"))?;
        }
        Ok(List::Rows { rows, count })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(List::Other)
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(List::Other)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(List::Other)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(List::Other)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        Ok(List::Other)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(List::Other)
    }

    fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
        Ok(List::Other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(body: &str) -> Result<(&'static str, usize), (u16, String)> {
        let found = of_body(body.as_bytes(), 3);
        let words = |problem: Problem| (problem.status(), problem.detail().to_owned());
        found.map(|rows| (rows.place, rows.rows.len())).map_err(words)
    }

    #[test]
    fn lists_are_found_under_their_names() {
        assert_eq!(read("[]"), Ok(("", 0)));
        assert_eq!(read(r#"[{}, {"a": 1}, 7]"#), Ok(("", 3)));
        assert_eq!(read(r#"{"rows": [{}]}"#), Ok(("/rows", 1)));
        assert_eq!(read(r#"{"other": [1, 2], "items": [{}, {}]}"#), Ok(("/items", 2)));
        assert_eq!(read(r#"{"instances": [{"a": {"rows": []}}], "x": null}"#), Ok(("/instances", 1)));
    }

    #[test]
    fn everything_else_is_named() {
        let check = |body: &str, status: u16, words: &str| {
            let (found, detail) = read(body).expect_err(body);
            assert_eq!(found, status, "{body}");
            assert!(detail.contains(words), "{body}: {detail}");
        };
        check("", 400, "is empty");
        check("[{}", 400, "ends early at line 1, column 3");
        check("[{}] x", 400, "a syntax error at line 1, column 6");
        check("[{},]", 400, "a syntax error");
        check("7", 422, "must be a list of rows, or");
        check("\"rows\"", 422, "must be a list of rows, or");
        check("null", 422, "must be a list of rows, or");
        check("{}", 422, "must be a list of rows, or");
        check(r#"{"rows": {}}"#, 422, "/rows must be a list of rows");
        check(r#"{"items": "no"}"#, 422, "/items must be a list of rows");
        check(r#"{"rows": [], "items": []}"#, 422, "second list");
        check(r#"{"rows": [], "rows": [], "rows": []}"#, 422, "second list");
        check("[1,2,3,4,5]", 413, "at most 3 rows, and this one has 5");
        check(r#"{"rows": [{},{},{},{}]}"#, 413, "has 4");
    }

    proptest! {
        #[test]
        fn any_body_is_read_or_refused(body in "[\\[\\]{}\":,a1 ]{0,40}") {
            let _ = read(&body);
        }
    }
}
