//! Differences between two task definitions by meaning: containers and variables by name, not by position.
//!
//! Values of secrets are references, and still only their names are shown; so are variables whose name speaks of a
//! secret.

use serde_json::{Map, Value};

use super::READ_ONLY_MEMBERS;

/// Stands for a value that is not shown.
const HIDDEN: &str = "(hidden)";

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Where, in dots: `containers.app.environment.LOG_LEVEL`.
    pub path: String,
    /// What was there, `None` when it is new.
    pub before: Option<String>,
    /// What is there, `None` when it is gone.
    pub after: Option<String>,
}

/// Lists of objects whose entries are told apart by a member, not by position: list, member, how the path calls it.
const KEYED: &[(&str, &str, &str)] = &[
    ("containerDefinitions", "name", "containers"),
    ("environment", "name", "environment"),
    ("secrets", "name", "secrets"),
    ("secretOptions", "name", "secretOptions"),
    ("volumes", "name", "volumes"),
    ("mountPoints", "containerPath", "mountPoints"),
    ("portMappings", "containerPort", "portMappings"),
    ("dependsOn", "containerName", "dependsOn"),
    ("ulimits", "name", "ulimits"),
    ("environmentFiles", "value", "environmentFiles"),
    ("extraHosts", "hostname", "extraHosts"),
    ("resourceRequirements", "type", "resourceRequirements"),
    ("systemControls", "namespace", "systemControls"),
];

/// Everything that differs in meaning, in the order of the new definition, removals last within each object.
///
/// Members that only describe a registration (ARN, revision, …) and tags do not count. An absent member, `null` and an
/// empty list or object are the same.
#[must_use]
pub fn diff(old: &Value, new: &Value) -> Vec<Change> {
    let mut changes = Vec::new();
    compare_members(&mut changes, "", &without_registration(old), &without_registration(new));
    changes
}

fn without_registration(definition: &Value) -> Map<String, Value> {
    let mut members = definition.as_object().cloned().unwrap_or_default();
    members.retain(|name, _| name != "tags" && !READ_ONLY_MEMBERS.contains(&name.as_str()));
    members
}

fn compare_members(changes: &mut Vec<Change>, path: &str, old: &Map<String, Value>, new: &Map<String, Value>) {
    let removed = old.keys().filter(|name| !new.contains_key(*name));
    for name in new.keys().chain(removed) {
        let keyed = KEYED.iter().find(|(list, _, _)| list == name);
        let shown = keyed.map_or(name.as_str(), |(_, _, shown)| shown);
        let below = join(path, shown);
        let (before, after) = (old.get(name), new.get(name));
        match keyed {
            Some((_, key, _)) => compare_keyed(changes, &below, key, before, after),
            None => compare(changes, &below, before, after),
        }
    }
}

fn compare(changes: &mut Vec<Change>, path: &str, before: Option<&Value>, after: Option<&Value>) {
    let (before, after) = (before.filter(|v| !is_empty(v)), after.filter(|v| !is_empty(v)));
    if before == after {
        return;
    }
    let members = |value: Option<&Value>| match value {
        Some(Value::Object(members)) => Some(members.clone()),
        None => Some(Map::new()),
        Some(_) => None,
    };
    let either_is_object = [before, after].into_iter().flatten().any(Value::is_object);
    match (members(before), members(after)) {
        (Some(old), Some(new)) if either_is_object => compare_members(changes, path, &old, &new),
        _ => changes.push(change(path, before, after)),
    }
}

/// Compares two lists of objects by `key`. A list whose entries lack the key or repeat it is compared as a whole.
fn compare_keyed(changes: &mut Vec<Change>, path: &str, key: &str, before: Option<&Value>, after: Option<&Value>) {
    let (Some(old), Some(new)) = (by_key(before, key), by_key(after, key)) else {
        return compare(changes, path, before, after);
    };
    let removed = old.iter().filter(|(name, _)| find(&new, name).is_none());
    for (name, _) in new.iter().chain(removed) {
        let below = join(path, name);
        compare_entry(changes, &below, key, find(&old, name), find(&new, name));
    }
}

fn compare_entry(changes: &mut Vec<Change>, path: &str, key: &str, before: Option<&Value>, after: Option<&Value>) {
    if before == after {
        return;
    }
    // `{name, value}` and `{name, valueFrom}` read better without the member's name.
    let value_of = |entry: Option<&Value>| ["value", "valueFrom"].into_iter().find_map(|m| entry?.get(m).cloned());
    let is_pair = |entry: Option<&Value>| {
        entry.and_then(Value::as_object).is_none_or(|e| e.len() == 2 && value_of(entry).is_some())
    };
    if key == "name" && is_pair(before) && is_pair(after) {
        changes.push(change(path, value_of(before).as_ref(), value_of(after).as_ref()));
        return;
    }
    let members = |entry: Option<&Value>| {
        let mut members = entry.and_then(Value::as_object).cloned().unwrap_or_default();
        members.remove(key);
        members
    };
    let (old, new) = (members(before), members(after));
    let count = changes.len();
    compare_members(changes, path, &old, &new);
    let came_or_went_bare = changes.len() == count && before.is_some() != after.is_some();
    if came_or_went_bare {
        let word = |entry: Option<&Value>| entry.map(|_| Value::String("(defaults)".to_owned()));
        changes.push(change(path, word(before).as_ref(), word(after).as_ref()));
    }
}

fn by_key(list: Option<&Value>, key: &str) -> Option<Vec<(String, Value)>> {
    let entries = match list {
        None | Some(Value::Null) => return Some(Vec::new()),
        Some(list) => list.as_array()?,
    };
    let mut found: Vec<(String, Value)> = Vec::with_capacity(entries.len());
    for entry in entries {
        let name = match entry.get(key)? {
            Value::String(name) => name.clone(),
            Value::Number(number) => number.to_string(),
            _ => return None,
        };
        if find(&found, &name).is_some() {
            return None;
        }
        found.push((name, entry.clone()));
    }
    Some(found)
}

fn find<'a>(entries: &'a [(String, Value)], name: &str) -> Option<&'a Value> {
    entries.iter().find(|(known, _)| known == name).map(|(_, entry)| entry)
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(entries) => entries.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

fn change(path: &str, before: Option<&Value>, after: Option<&Value>) -> Change {
    let shown = |value: Option<&Value>| value.map(|v| if is_secret(path) { HIDDEN.to_owned() } else { words(v) });
    Change { path: path.to_owned(), before: shown(before), after: shown(after) }
}

fn words(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(entries) if entries.iter().all(|e| !e.is_object() && !e.is_array()) => {
            entries.iter().map(words).collect::<Vec<_>>().join(" ")
        }
        other => other.to_string(),
    }
}

/// Below `secrets` or `secretOptions`, or a variable whose name speaks of one.
fn is_secret(path: &str) -> bool {
    if path.contains(".secrets.") || path.contains(".secretOptions.") {
        return true;
    }
    path.split_once(".environment.").is_some_and(|(_, name)| names_a_secret(name))
}

/// Whether a header with this name carries something that must not be shown, logged or kept.
pub(crate) fn is_secret_header(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    matches!(name.as_str(), "authorization" | "proxy-authorization" | "cookie" | "set-cookie" | "x-api-key")
        || names_a_secret(&name)
}

/// Whether a variable or header of this name is likely to hold a secret.
#[must_use]
pub(crate) fn names_a_secret(name: &str) -> bool {
    let name = name.to_ascii_uppercase().replace('-', "_");
    let telling =
        ["PASSWORD", "PASSWD", "SECRET", "TOKEN", "CREDENTIAL", "PRIVATE_KEY", "API_KEY", "APIKEY", "ACCESS_KEY"];
    telling.iter().any(|word| name.contains(word))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn lines(old: &Value, new: &Value) -> Vec<String> {
        let side = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
        diff(old, new).into_iter().map(|c| format!("{}: {} -> {}", c.path, side(c.before), side(c.after))).collect()
    }

    fn containers(containers: &Value) -> Value {
        json!({"family": "app", "containerDefinitions": containers})
    }

    #[test]
    fn differences_are_told_by_meaning() {
        let base = json!({"name": "app", "image": "app:1"});
        let with = |member: &str, value: Value| {
            let mut container = base.clone();
            container[member] = value;
            containers(&json!([container]))
        };
        let env = |pairs: &[(&str, &str)]| -> Value {
            pairs.iter().map(|(name, value)| json!({"name": name, "value": value})).collect()
        };
        for (old, new, expected) in [
            (
                with("image", json!("app:1")),
                with("image", json!("app:2")),
                vec!["containers.app.image: app:1 -> app:2"],
            ),
            (
                with("environment", env(&[("A", "1"), ("B", "2")])),
                with("environment", env(&[("B", "2"), ("A", "1")])),
                vec![],
            ),
            (
                with("environment", env(&[("A", "1"), ("B", "2")])),
                with("environment", env(&[("B", "3"), ("C", "4")])),
                vec![
                    "containers.app.environment.B: 2 -> 3",
                    "containers.app.environment.C: - -> 4",
                    "containers.app.environment.A: 1 -> -",
                ],
            ),
            (
                with("environment", env(&[("DB_PASSWORD", "hunter2")])),
                with("environment", env(&[("DB_PASSWORD", "hunter3")])),
                vec!["containers.app.environment.DB_PASSWORD: (hidden) -> (hidden)"],
            ),
            (
                with("secrets", json!([{"name": "KEY", "valueFrom": "arn:1"}])),
                with("secrets", json!([{"name": "KEY", "valueFrom": "arn:2"}])),
                vec!["containers.app.secrets.KEY: (hidden) -> (hidden)"],
            ),
            (with("secrets", json!([])), with("cpu", json!(0)), vec!["containers.app.cpu: - -> 0"]),
            (
                with("command", json!(["serve"])),
                with("command", json!(["serve", "-v"])),
                vec!["containers.app.command: serve -> serve -v"],
            ),
            (
                with("portMappings", json!([{"containerPort": 80, "protocol": "tcp"}])),
                with("portMappings", json!([{"containerPort": 81, "protocol": "tcp"}])),
                vec![
                    "containers.app.portMappings.81.protocol: - -> tcp",
                    "containers.app.portMappings.80.protocol: tcp -> -",
                ],
            ),
            (json!({"cpu": "256", "revision": 1}), json!({"cpu": "512", "revision": 2}), vec!["cpu: 256 -> 512"]),
            (json!({"volumes": []}), json!({}), vec![]),
            (json!({"volumes": null}), json!({"volumes": []}), vec![]),
            (json!({"volumes": []}), json!({"volumes": [{"name": "v"}]}), vec!["volumes.v: - -> (defaults)"]),
            (
                json!({"runtimePlatform": {"cpuArchitecture": "X86_64"}}),
                json!({"runtimePlatform": {"cpuArchitecture": "ARM64"}}),
                vec!["runtimePlatform.cpuArchitecture: X86_64 -> ARM64"],
            ),
            (json!({"x": [1, 2]}), json!({"x": {"y": 1}}), vec!["x: 1 2 -> {\"y\":1}"]),
            (json!("no object"), json!({"cpu": "1"}), vec!["cpu: - -> 1"]),
            (
                containers(&json!([{"name": "a", "image": "1"}, {"name": "b", "image": "2"}])),
                containers(&json!([{"name": "b", "image": "2"}, {"name": "a", "image": "1"}])),
                vec![],
            ),
            (
                containers(&json!([{"name": "a", "image": "1"}, {"name": "a", "image": "1"}])),
                containers(&json!([{"name": "a", "image": "1"}])),
                vec![
                    r#"containers: [{"name":"a","image":"1"},{"name":"a","image":"1"}] -> [{"name":"a","image":"1"}]"#,
                ],
            ),
        ] {
            assert_eq!(lines(&old, &new), expected);
        }
    }

    #[test]
    fn a_definition_equals_itself() {
        let definition = containers(&json!([{"name": "a", "secrets": [{"name": "S", "valueFrom": "x"}]}]));
        assert_eq!(diff(&definition, &definition), Vec::new());
    }
}
