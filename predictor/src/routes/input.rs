//! From bytes to a row, and from a query to its values; everything else becomes a problem that names the fault.

use crate::problem::Problem;
use crate::schema::{RawRow, Schema};

/// The row in a JSON body, unchecked.
///
/// # Errors
/// 400 if the body is not JSON in UTF-8.
pub(super) fn row_of_body<'a>(body: &'a [u8], schema: &Schema) -> Result<RawRow<'a>, Problem> {
    let body = text_of(body)?;
    serde_json::from_str(body).map_err(|error| syntax_problem(body, &error, schema))
}

/// A body as text.
///
/// # Errors
/// 400 if it is not UTF-8.
pub(super) fn text_of(body: &[u8]) -> Result<&str, Problem> {
    std::str::from_utf8(body).map_err(|error| {
        Problem::malformed(format!("The body is not UTF-8: there is a bad byte at offset {}.", error.valid_up_to()))
    })
}

/// The value of a name in a query, `None` if it is not there.
///
/// # Errors
/// 400 for bad percent-encoding, bytes that are not UTF-8, or a name that is given more than once.
pub(super) fn query_value(query: &str, wanted: &str) -> Result<Option<String>, Problem> {
    let mut found = None;
    for pair in query.split('&') {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        if decode(name, true)? != wanted {
            continue;
        }
        if found.replace(decode(value, true)?).is_some() {
            return Err(Problem::malformed(format!("The query has more than one {wanted}; send one.")));
        }
    }
    Ok(found)
}

/// A segment of a path with its percent-encoding undone.
///
/// # Errors
/// As [`query_value`].
pub(super) fn decode_segment(segment: &str) -> Result<String, Problem> {
    decode(segment, false)
}

/// Place and kind of a syntax error; serde_json's words may quote the body, so only their beginning is taken.
fn syntax_problem(body: &str, error: &serde_json::Error, schema: &Schema) -> Problem {
    if body.trim_ascii().is_empty() {
        let fields = schema.forms().first().map(|form| form.inputs.iter().filter(|field| field.required));
        let names = fields.into_iter().flatten().map(|field| format!("{:?}: …", field.name)).collect::<Vec<_>>();
        return Problem::malformed(format!("The body is empty; send {{{}}}.", names.join(", ")));
    }
    Problem::malformed(format!("The body is not JSON: {}.", position_of(error)))
}

/// Kind and place of a syntax error; never what stands there.
pub(super) fn position_of(error: &serde_json::Error) -> String {
    let kind = if error.is_eof() { "it ends early" } else { "a syntax error" };
    format!("{kind} at line {}, column {}", error.line(), error.column())
}

/// Undoes percent-encoding: `%XX` is a byte, and in a form `+` is a space.
fn decode(encoded: &str, is_form: bool) -> Result<String, Problem> {
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' if is_form => b' ',
            b'%' => {
                let digits = (rest.next().and_then(hex_digit), rest.next().and_then(hex_digit));
                let (Some(high), Some(low)) = digits else {
                    return Err(Problem::malformed("The address has a % without two hexadecimal digits behind it."));
                };
                high << 4 | low
            }
            other => other,
        });
    }
    String::from_utf8(bytes).map_err(|_| Problem::malformed("The address does not decode to UTF-8."))
}

fn hex_digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(body: &[u8]) -> Result<String, Problem> {
        let schema = Schema::new(crate::model::sentiment::forms());
        let row = row_of_body(body, &schema)?;
        schema.check(row, "").map_err(Problem::fields).map(|input| input.text().to_owned())
    }

    #[test]
    fn good_bodies_give_their_text() {
        let check = |body: &str, expect: &str| assert_eq!(read(body.as_bytes()).as_deref(), Ok(expect), "{body}");
        check(r#"{"text": "plain"}"#, "plain");
        check(" {\"text\":\"\"}\n", "");
        check(r#"{"other": [1, {"text": 3}], "text": "a\n\u00e9 \ud83d\ude42"}"#, "a\né 🙂");
        check("{\"text\": \"schön\"}", "schön");
        check(r#"{"text": "null \u0000 inside"}"#, "null \0 inside");
    }

    #[test]
    fn bad_bodies_are_named() {
        let malformed = |words: &str| Problem::malformed(words);
        let check = |body: &[u8], expect: Problem| {
            assert_eq!(read(body), Err(expect), "{}", String::from_utf8_lossy(body));
        };
        check(b"", malformed("The body is empty; send {\"text\": …}."));
        check(b" \n ", malformed("The body is empty; send {\"text\": …}."));
        check(b"{", malformed("The body is not JSON: it ends early at line 1, column 1."));
        check(b"{\"text\": \"a\"} x", malformed("The body is not JSON: a syntax error at line 1, column 15."));
        check(b"{\"text\": 1e999}", malformed("The body is not JSON: a syntax error at line 1, column 14."));
        check(b"text=hello", malformed("The body is not JSON: a syntax error at line 1, column 2."));
        check(b"{\"text\": \"\xff\"}", malformed("The body is not UTF-8: there is a bad byte at offset 10."));
        check(br#"{"text": "\ud800"}"#, malformed("The body is not JSON: a syntax error at line 1, column 17."));
        check(b"{}", Problem::field("/text", "is required"));
        check(br#"{"text": null}"#, Problem::field("/text", "must be a string, not null"));
        check(br#"{"text": 5}"#, Problem::field("/text", "must be a string, not a number"));
        check(br#"{"text": ["a"]}"#, Problem::field("/text", "must be a string, not a list"));
        check(br#"{"text": {}}"#, Problem::field("/text", "must be a string, not an object"));
        check(br#"{"text": true}"#, Problem::field("/text", "must be a string, not a boolean"));
        check(br#"{"text": "a", "text": "b"}"#, Problem::field("/text", "is given more than once"));
        check(br#"["a"]"#, Problem::field("", "must be an object, not a list"));
        check(br#""a""#, Problem::field("", "must be an object, not a string"));
        check(b"null", Problem::field("", "must be an object, not null"));
        check(&[b'['; 1000], malformed("The body is not JSON: it ends early at line 1, column 1000."));
    }

    #[test]
    fn queries_give_their_text() {
        let check = |query: &str, expect: Option<&str>| {
            assert_eq!(query_value(query, "text"), Ok(expect.map(str::to_owned)), "{query}");
        };
        check("", None);
        check("other=1", None);
        check("text", Some(""));
        check("text=", Some(""));
        check("text=a+b%20c%2B", Some("a b c+"));
        check("x=1&te%78t=caf%C3%A9=", Some("café="));
        for bad in ["text=%", "text=%4", "text=%zz", "text=%-1", "text=%ff", "%=1", "text=a&text=b", "text=%+1"] {
            assert_eq!(query_value(bad, "text").expect_err(bad).into_response().status(), 400, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn any_body_gives_a_text_or_a_problem(body in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = read(&body);
        }

        #[test]
        fn any_text_survives_both_ways(text in any::<String>()) {
            let body = serde_json::json!({ "text": text }).to_string();
            prop_assert_eq!(read(body.as_bytes()), Ok(text.clone()));
            let query: String = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
            prop_assert_eq!(query_value(&format!("text={query}"), "text"), Ok(Some(text)));
        }

        #[test]
        fn any_query_gives_a_text_or_a_problem(query in "[ -~]{0,60}") {
            let _ = query_value(&query, "text");
        }
    }
}
