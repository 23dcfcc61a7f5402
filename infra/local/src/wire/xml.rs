//! awsQuery's answers: XML with lists as `member` elements.

use super::Value;
use super::value::iso_time;

/// `<OpResponse><OpResult>…</OpResult><ResponseMetadata>…`; without members there is no result element.
pub(super) fn write(operation: &str, namespace: &str, request_id: &str, value: &Value) -> String {
    let mut out = format!("<{operation}Response xmlns=\"{namespace}\">");
    if !matches!(value, Value::Map(members) if members.is_empty()) {
        element(&mut out, &format!("{operation}Result"), value);
    }
    out.push_str(&format!(
        "<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata></{operation}Response>"
    ));
    out
}

/// `<ErrorResponse>` with type, code and message.
pub(super) fn write_error(namespace: &str, request_id: &str, sender: bool, code: &str, message: &str) -> String {
    let kind = if sender { "Sender" } else { "Receiver" };
    format!(
        "<ErrorResponse xmlns=\"{namespace}\"><Error><Type>{kind}</Type><Code>{}</Code><Message>{}</Message></Error>\
         <RequestId>{request_id}</RequestId></ErrorResponse>",
        escaped(code),
        escaped(message)
    )
}

fn element(out: &mut String, name: &str, value: &Value) {
    out.push_str(&format!("<{name}>"));
    match value {
        Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::Int(value) => out.push_str(&value.to_string()),
        Value::Float(value) => out.push_str(&value.to_string()),
        Value::Text(text) => out.push_str(&escaped(text)),
        Value::Time(milliseconds) => out.push_str(&iso_time(*milliseconds)),
        Value::List(items) => items.iter().for_each(|item| element(out, "member", item)),
        Value::Dict(entries) => entries.iter().for_each(|(key, value)| {
            out.push_str(&format!("<entry><key>{}</key>", escaped(key)));
            element(out, "value", value);
            out.push_str("</entry>");
        }),
        Value::Map(members) => members.iter().for_each(|(name, value)| element(out, name, value)),
    }
    out.push_str(&format!("</{name}>"));
}

/// Escapes markup; characters that XML 1.0 cannot hold become U+FFFD.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' => out.push(character),
            '\r' => out.push_str("&#xD;"),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            _ => out.push(character),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_lists_and_escapes() {
        let value = Value::Map(vec![("Names", Value::list(["a<b", "c\u{1b}"])), ("None", Value::List(vec![]))]);
        assert_eq!(
            write("Op", "urn:x", "id", &value),
            "<OpResponse xmlns=\"urn:x\"><OpResult><Names><member>a&lt;b</member><member>c\u{fffd}</member></Names>\
             <None></None></OpResult><ResponseMetadata><RequestId>id</RequestId></ResponseMetadata></OpResponse>"
        );
        assert!(!write("Op", "urn:x", "id", &Value::Map(vec![])).contains("OpResult"));
    }
}
