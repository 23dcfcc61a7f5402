//! JSON patterns: `{ $.level = "error" && $.latency_ms > 100 }`. A message that is not JSON does not match.

use serde_json::Value;

use super::PatternError;
use super::comparison::Comparison;
use super::cursor::Cursor;
use super::logic::Tree;

/// A condition on a JSON message.
#[derive(Clone, Debug)]
pub(super) struct Condition {
    tree: Tree<Test>,
}

/// One property and what is asked of it.
#[derive(Clone, Debug)]
struct Test {
    path: Path,
    question: Question,
}

/// Where a property is.
#[derive(Clone, Debug)]
pub(super) struct Path(Vec<Step>);

#[derive(Clone, Debug)]
enum Step {
    Key(String),
    Index(usize),
    AnyIndex,
}

#[derive(Clone, Debug)]
enum Question {
    Compare(Comparison),
    IsNull,
    Is(bool),
    Exists,
    NotExists,
}

impl Condition {
    pub(super) fn parse(text: &str) -> Result<Self, PatternError> {
        let mut cursor = Cursor::new(text);
        cursor.expect("{")?;
        let tree = Tree::parse(&mut cursor, test)?;
        cursor.expect("}")?;
        if !cursor.at_end() {
            return Err(PatternError::Syntax("something follows the closing brace".to_owned()));
        }
        Ok(Self { tree })
    }

    pub(super) fn matches(&self, message: &str) -> bool {
        let Ok(value) = serde_json::from_str::<Value>(message) else { return false };
        value.is_object() && self.tree.holds(&|test| test.holds(&value))
    }
}

impl Test {
    fn holds(&self, message: &Value) -> bool {
        let found = self.path.find(message);
        match &self.question {
            Question::NotExists => found.is_empty(),
            Question::Exists => !found.is_empty(),
            Question::IsNull => found.iter().any(|value| value.is_null()),
            Question::Is(wanted) => found.iter().any(|value| value.as_bool() == Some(*wanted)),
            Question::Compare(comparison) => found.iter().any(|value| compares(comparison, value)),
        }
    }
}

/// Objects, arrays and null cannot be compared.
fn compares(comparison: &Comparison, value: &Value) -> bool {
    match value {
        Value::String(text) => comparison.holds(text, None),
        Value::Number(number) => comparison.holds(&number.to_string(), number.as_f64()),
        Value::Bool(flag) => comparison.holds(if *flag { "true" } else { "false" }, None),
        Value::Null | Value::Array(_) | Value::Object(_) => false,
    }
}

impl Path {
    pub(super) fn find<'a>(&self, message: &'a Value) -> Vec<&'a Value> {
        let mut found = vec![message];
        for step in &self.0 {
            found = found.into_iter().flat_map(|value| step.from(value)).collect();
        }
        found
    }
}

impl Step {
    fn from<'a>(&self, value: &'a Value) -> Vec<&'a Value> {
        match self {
            Self::Key(key) => value.get(key).into_iter().collect(),
            Self::Index(index) => value.get(index).into_iter().collect(),
            Self::AnyIndex => value.as_array().into_iter().flatten().collect(),
        }
    }
}

fn test(cursor: &mut Cursor<'_>) -> Result<Test, PatternError> {
    let path = path(cursor)?;
    cursor.skip_space();
    if let Some(comparison) = Comparison::parse(cursor)? {
        return Ok(Test { path, question: Question::Compare(comparison) });
    }
    let question = match word(cursor) {
        "EXISTS" => Question::Exists,
        "IS" => match word(cursor) {
            "NULL" => Question::IsNull,
            "TRUE" => Question::Is(true),
            "FALSE" => Question::Is(false),
            _ => return Err(PatternError::Syntax("NULL, TRUE or FALSE is missing after IS".to_owned())),
        },
        "NOT" if word(cursor) == "EXISTS" => Question::NotExists,
        _ => return Err(PatternError::Syntax("a comparison, IS, EXISTS or NOT EXISTS is missing".to_owned())),
    };
    Ok(Test { path, question })
}

fn word<'a>(cursor: &mut Cursor<'a>) -> &'a str {
    cursor.skip_space();
    cursor.while_is(char::is_alphabetic)
}

pub(super) fn path(cursor: &mut Cursor<'_>) -> Result<Path, PatternError> {
    let bad = || PatternError::Syntax("a property selector such as $.level is missing".to_owned());
    if !cursor.take("$") {
        return Err(bad());
    }
    let mut path = Vec::new();
    loop {
        if cursor.take("[") {
            path.push(bracket(cursor)?);
        } else if cursor.take(".") {
            if cursor.peek() == Some('[') {
                continue;
            }
            let key = cursor.while_is(|character| !character.is_whitespace() && !".[]=!<>(){}&|\"".contains(character));
            if key.is_empty() {
                return Err(bad());
            }
            path.push(Step::Key(key.to_owned()));
        } else {
            return if path.is_empty() { Err(bad()) } else { Ok(Path(path)) };
        }
    }
}

fn bracket(cursor: &mut Cursor<'_>) -> Result<Step, PatternError> {
    let step = match cursor.peek() {
        Some('"') => Step::Key(cursor.quoted()?),
        Some('\'') => {
            cursor.take("'");
            let key = cursor.while_is(|character| character != '\'').to_owned();
            cursor.expect("'")?;
            Step::Key(key)
        }
        Some('*') => {
            cursor.take("*");
            Step::AnyIndex
        }
        _ => {
            let digits = cursor.while_is(|character| character.is_ascii_digit());
            let index = digits.parse().map_err(|_| PatternError::Syntax("an index is missing in []".to_owned()))?;
            Step::Index(index)
        }
    };
    if cursor.take("]") { Ok(step) } else { Err(PatternError::Syntax("']' is missing".to_owned())) }
}
