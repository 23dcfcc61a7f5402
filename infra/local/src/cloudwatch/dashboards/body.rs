//! Whether a text is the body of a dashboard: the user guide's "Dashboard body structure and syntax", as far as a wrong one
//! would show nothing.

use serde_json::Value;

use crate::wire::AwsError;

const KINDS: [&str; 5] = ["alarm", "explorer", "log", "metric", "text"];
const COLUMNS: u64 = 24;
const MAX_WIDGETS: usize = 500;

pub(super) fn check(text: &str) -> Result<(), AwsError> {
    let tree: Value = serde_json::from_str(text)
        .map_err(|error| refused(&format!("The field DashboardBody must be a valid JSON object: {error}")))?;
    let widgets = tree.get("widgets").and_then(Value::as_array);
    let widgets = widgets.ok_or_else(|| refused("The dashboard body must have an array \"widgets\""))?;
    if widgets.len() > MAX_WIDGETS {
        return Err(refused(&format!("A dashboard can have {MAX_WIDGETS} widgets at most")));
    }
    for (position, widget) in widgets.iter().enumerate() {
        check_widget(widget).map_err(|problem| refused(&format!("/widgets/{position}: {problem}")))?;
    }
    Ok(())
}

fn check_widget(widget: &Value) -> Result<(), String> {
    let kind = widget.get("type").and_then(Value::as_str).unwrap_or_default();
    if !KINDS.contains(&kind) {
        return Err(format!("type should be one of {}", KINDS.join(", ")));
    }
    let number = |name: &str| match widget.get(name) {
        None => Ok(None),
        Some(value) => value.as_u64().map(Some).ok_or_else(|| format!("{name} should be a whole number from 0")),
    };
    let (left, width) = (number("x")?.unwrap_or(0), number("width")?.unwrap_or(6));
    let (_, height) = (number("y")?, number("height")?.unwrap_or(6));
    if width == 0 || left.saturating_add(width) > COLUMNS || !(1..=1_000).contains(&height) {
        return Err("the widget does not fit into 24 columns and 1000 rows".to_owned());
    }
    let properties = widget.get("properties").filter(|properties| properties.is_object());
    let properties = properties.ok_or("the member \"properties\" is missing")?;
    let needed: &[&str] = match kind {
        "text" => &["markdown"],
        "alarm" => &["alarms"],
        "log" => &["query", "region"],
        "metric" if properties.get("annotations").is_none() => &["metrics", "region"],
        _ => &[],
    };
    match needed.iter().find(|name| properties.get(**name).is_none()) {
        Some(missing) => Err(format!("properties should have \"{missing}\"")),
        None => Ok(()),
    }
}

pub(super) fn refused(message: &str) -> AwsError {
    AwsError::client("DashboardInvalidInputError", message)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn bodies() {
        let check = |body: Value, expect: Option<&str>| match (check(&body.to_string()), expect) {
            (Ok(()), None) => {}
            (Err(error), Some(words)) => assert!(error.message.contains(words), "{}", error.message),
            (found, _) => panic!("{body}: {found:?}"),
        };
        let widget = |more: Value| {
            let mut widget = json!({"type": "text", "properties": {"markdown": "hello"}});
            for (name, value) in more.as_object().into_iter().flatten() {
                widget[name] = value.clone();
            }
            json!({"widgets": [widget]})
        };
        check(json!({"widgets": []}), None);
        check(widget(json!({})), None);
        check(json!([]), Some("widgets"));
        check(widget(json!({"type": "pie"})), Some("type should be one of"));
        check(widget(json!({"x": 20, "width": 5})), Some("24 columns"));
        check(widget(json!({"x": -1})), Some("whole number"));
        check(widget(json!({"properties": 1})), Some("properties"));
        check(widget(json!({"type": "metric"})), Some("\"metrics\""));
        assert!(super::check("{").is_err());
    }
}
