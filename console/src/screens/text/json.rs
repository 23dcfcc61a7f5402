//! AWS's own JSON made readable, with the values of secrets left out.

use serde_json::{Map, Value};

use crate::deploy::names_a_secret;

/// Stands for a value that is not shown.
pub(crate) const HIDDEN: &str = "(hidden)";

/// Indented JSON. Values below a name that speaks of a secret are hidden: `{name, value}` pairs and options alike.
pub(crate) fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(&without_secrets(value)).unwrap_or_else(|_| value.to_string())
}

/// What may be shown of a variable or option: nothing of a secret, and of an address not its password.
pub(crate) fn shown(name: &str, value: &str) -> String {
    if names_a_secret(name) && !value.is_empty() { HIDDEN.to_owned() } else { without_password(value) }
}

fn without_secrets(value: &Value) -> Value {
    match value {
        Value::Object(members) => Value::Object(of_object(members)),
        Value::Array(entries) => Value::Array(entries.iter().map(without_secrets).collect()),
        Value::String(text) => Value::String(without_password(text)),
        other => other.clone(),
    }
}

fn of_object(members: &Map<String, Value>) -> Map<String, Value> {
    let name = ["name", "key", "Key"].iter().find_map(|key| members.get(*key)?.as_str());
    let secret_pair = name.is_some_and(names_a_secret);
    let member = |(key, value): (&String, &Value)| {
        let holds_it = secret_pair && matches!(key.as_str(), "value" | "Value");
        let shown = match value {
            Value::String(text) if !text.is_empty() && (holds_it || names_a_secret(key)) => HIDDEN.into(),
            other => without_secrets(other),
        };
        (key.clone(), shown)
    };
    members.iter().map(member).collect()
}

/// `scheme://user:password@host` without the password.
fn without_password(text: &str) -> String {
    let Some((scheme, rest)) = text.split_once("://") else { return text.to_owned() };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let Some((user, _)) = authority.rsplit_once('@').and_then(|(who, _)| who.split_once(':')) else {
        return text.to_owned();
    };
    let host_on = &rest[authority.rfind('@').unwrap_or(0)..];
    format!("{scheme}://{user}:{HIDDEN}{host_on}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_of_secrets_are_hidden_wherever_they_stand() {
        let value = json!({
            "environment": [{"name": "DB_PASSWORD", "value": "hunter2"}, {"name": "LEVEL", "value": "info"}],
            "logConfiguration": {"options": {"splunk-token": "hunter2", "awslogs-group": "/a"}},
            "secrets": [{"name": "API_KEY", "valueFrom": "arn:aws:ssm:x"}],
            "tags": [{"key": "token", "value": "hunter2"}],
            "url": "postgres://app:hunter2@db:5432/x"
        });
        let text = pretty(&value);
        assert!(!text.contains("hunter2"), "{text}");
        for kept in ["info", "/a", "arn:aws:ssm:x", "postgres://app:(hidden)@db:5432/x"] {
            assert!(text.contains(kept), "{kept} in {text}");
        }
    }

    #[test]
    fn addresses_keep_everything_but_the_password() {
        for (text, expected) in [
            ("http://h/p?x=a:b@c", "http://h/p?x=a:b@c"),
            ("redis://:pw@h", "redis://:(hidden)@h"),
            ("a://u:p@w@h/x", "a://u:(hidden)@h/x"),
            ("plain", "plain"),
        ] {
            assert_eq!(shown("X", text), expected);
        }
    }
}
