//! awsQuery's requests: a form whose names are paths (`MetricData.member.1.Value=3`), as the JSON tree it stands for.
//! Everything in a form is text, so each service says which members are something else.

use std::collections::BTreeMap;

use serde_json::{Map, Number, Value as Json};

use super::AwsError;

const MAX_MEMBERS: usize = 20_000;
const MAX_DEPTH: usize = 16;

/// What a member of a query call is, when it is not text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemberKind {
    /// An integer or double.
    Number,
    /// A boolean.
    Boolean,
    /// An ISO 8601 time.
    Time,
    /// A list, which is written as an empty value when it has no members.
    List,
}

#[derive(Debug)]
enum Node {
    Leaf(String),
    Branch(BTreeMap<String, Node>),
}

/// Reads a form. `kinds` names members by path without list positions, for example `MetricData.Value`.
pub(super) fn read(form: &[u8], kinds: &[(&str, MemberKind)]) -> Result<Json, AwsError> {
    let mut root = BTreeMap::new();
    for (count, (name, value)) in pairs(form).enumerate() {
        if count >= MAX_MEMBERS {
            return Err(malformed(format!("The request has more than {MAX_MEMBERS} parameters.")));
        }
        // Any other empty value stands for an absent member.
        let empty_list = kinds.iter().any(|(known, kind)| *known == name && *kind == MemberKind::List);
        if (empty_list || !value.is_empty()) && name != "Action" && name != "Version" {
            insert(&mut root, &name, value)?;
        }
    }
    json(Node::Branch(root), "", kinds)
}

/// One member of the form, by its whole name.
pub(super) fn member(form: &[u8], name: &str) -> Option<String> {
    pairs(form).find(|(known, _)| known == name).map(|(_, value)| value)
}

fn pairs(form: &[u8]) -> impl Iterator<Item = (String, String)> {
    form.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()).map(|pair| {
        let split = pair.iter().position(|byte| *byte == b'=').unwrap_or(pair.len());
        (decoded(&pair[..split]), decoded(pair.get(split + 1..).unwrap_or_default()))
    })
}

fn decoded(text: &[u8]) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.iter().copied();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let mut ahead = rest.clone();
                match (ahead.next().and_then(hex), ahead.next().and_then(hex)) {
                    (Some(high), Some(low)) => {
                        rest = ahead;
                        high << 4 | low
                    }
                    _ => b'%',
                }
            }
            _ => byte,
        });
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn hex(byte: u8) -> Option<u8> {
    u8::try_from(char::from(byte).to_digit(16)?).ok()
}

fn insert(root: &mut BTreeMap<String, Node>, path: &str, value: String) -> Result<(), AwsError> {
    if path.split('.').count() > MAX_DEPTH {
        return Err(malformed(format!("The parameter {path} is nested too deeply.")));
    }
    let conflict = || malformed(format!("The parameter {path} does not fit the others."));
    let mut branch = root;
    let mut steps = path.split('.').peekable();
    while let Some(step) = steps.next() {
        if steps.peek().is_none() {
            return match branch.insert(step.to_owned(), Node::Leaf(value)) {
                None => Ok(()),
                Some(_) => Err(conflict()),
            };
        }
        match branch.entry(step.to_owned()).or_insert_with(|| Node::Branch(BTreeMap::new())) {
            Node::Branch(next) => branch = next,
            Node::Leaf(_) => return Err(conflict()),
        }
    }
    Ok(())
}

fn json(node: Node, path: &str, kinds: &[(&str, MemberKind)]) -> Result<Json, AwsError> {
    let members = match node {
        Node::Leaf(text) => return leaf(text, path, kinds),
        Node::Branch(members) => members,
    };
    let mut tree = Map::new();
    for (name, node) in members {
        if name == "member" && is_list(&node) {
            return list(node, path, kinds);
        }
        let inner = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        tree.insert(name, json(node, &inner, kinds)?);
    }
    Ok(Json::Object(tree))
}

fn is_list(node: &Node) -> bool {
    matches!(node, Node::Branch(items) if items.keys().all(|key| key.parse::<u32>().is_ok()))
}

fn list(node: Node, path: &str, kinds: &[(&str, MemberKind)]) -> Result<Json, AwsError> {
    let Node::Branch(items) = node else { return Ok(Json::Array(Vec::new())) };
    let numbered: BTreeMap<u32, Node> =
        items.into_iter().filter_map(|(key, item)| Some((key.parse().ok()?, item))).collect();
    Ok(Json::Array(numbered.into_values().map(|item| json(item, path, kinds)).collect::<Result<_, _>>()?))
}

fn leaf(text: String, path: &str, kinds: &[(&str, MemberKind)]) -> Result<Json, AwsError> {
    let Some((_, kind)) = kinds.iter().find(|(known, _)| *known == path) else { return Ok(Json::String(text)) };
    let value = match kind {
        MemberKind::Number => number(&text),
        MemberKind::Boolean => text.parse().ok().map(Json::Bool),
        MemberKind::Time => time(&text),
        // A list's own path is also the path of its members.
        MemberKind::List if text.is_empty() => Some(Json::Array(Vec::new())),
        MemberKind::List => Some(Json::String(text.clone())),
    };
    value.ok_or_else(|| malformed(format!("The value {text} of the parameter {path} cannot be read.")))
}

fn number(text: &str) -> Option<Json> {
    if let Ok(whole) = text.parse::<i64>() {
        return Some(Json::from(whole));
    }
    if matches!(text, "NaN" | "Infinity" | "-Infinity") {
        return Some(Json::String(text.to_owned()));
    }
    text.parse().ok().and_then(Number::from_f64).map(Json::Number)
}

fn time(text: &str) -> Option<Json> {
    use aws_smithy_types::date_time::{DateTime, Format};
    let time = DateTime::from_str(text, Format::DateTimeWithOffset).ok().map(|time| time.as_secs_f64());
    time.or_else(|| text.parse().ok()).and_then(Number::from_f64).map(Json::Number)
}

fn malformed(message: String) -> AwsError {
    AwsError::client("MalformedInput", message)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const KINDS: &[(&str, MemberKind)] = &[
        ("MetricData.Value", MemberKind::Number),
        ("MetricData.Timestamp", MemberKind::Time),
        ("On", MemberKind::Boolean),
        ("Names", MemberKind::List),
    ];

    #[track_caller]
    fn check(form: &str, expect: &Json) {
        assert_eq!(&read(form.as_bytes(), KINDS).unwrap(), expect);
    }

    #[test]
    fn forms_become_trees() {
        check("Action=A&Version=1&Name=a%2Fb+c%zz", &json!({"Name": "a/b c%zz"}));
        check("Names.member.1=only", &json!({"Names": ["only"]}));
        check("Names.member.2=b&Names.member.1=a&Names.member.10=j", &json!({"Names": ["a", "b", "j"]}));
        check(
            "MetricData.member.1.Value=1.5&MetricData.member.1.Dimensions.member.1.Value=7&On=true",
            &json!({"MetricData": [{"Dimensions": [{"Value": "7"}], "Value": 1.5}], "On": true}),
        );
        check(
            "MetricData.member.1.Timestamp=2026-11-20T17%3A00%3A00Z",
            &json!({"MetricData": [{"Timestamp": 1_795_194_000.0}]}),
        );
        check("Names=", &json!({"Names": []}));
        check("Empty=&=x", &json!({"": "x"}));
    }

    #[test]
    fn bad_forms() {
        for form in ["On=maybe", "A=1&A.B=2", "A.B=2&A=1", "A=1&A=2", "a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a=1"] {
            assert_eq!(read(form.as_bytes(), KINDS).unwrap_err().code, "MalformedInput", "{form}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_form_panics(form in "[a-c.=&%0-9]{0,60}") {
            let _ = read(form.as_bytes(), KINDS);
        }
    }
}
