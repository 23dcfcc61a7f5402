//! The checks: which form is meant, and for each of its fields whether it is there, of its type and within its range.
//!
//! Faults are collected, up to a bound that no honest row meets; what the caller sent is never quoted, beyond the names of known fields.

use super::raw::MOST_PAIRS;
use super::{Cell, Input, RawCell, RawRow};
use predictor_wire::{Field, FieldProblem, FieldType, Form};
use std::borrow::Cow;

/// Most faults that are collected of one row.
const MOST_FAULTS: usize = 100;

/// How values are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Words {
    /// With JSON's types.
    Json,
    /// All as text.
    Text,
}

type Pairs<'a> = Vec<(Cow<'a, str>, RawCell<'a>)>;

pub(super) fn row<'a>(
    forms: &[Form],
    row: RawRow<'a>,
    place: &str,
    words: Words,
) -> Result<Input<'a>, Vec<FieldProblem>> {
    let mut pairs = match row {
        RawRow::Object(pairs) => pairs,
        RawRow::Other(kind) => return Err(vec![fault(place, None, format!("must be an object, not {kind}"))]),
    };
    if pairs.len() > MOST_PAIRS {
        return Err(vec![fault(place, None, format!("has too many members; {MOST_PAIRS} are allowed"))]);
    }
    let form = meant(forms, &pairs);
    let fields = forms.get(form).map_or(&[][..], |form| &form.inputs);
    let mut faults = Vec::new();
    let mut cells = Vec::with_capacity(fields.len());
    for field in fields {
        match take(&mut pairs, &field.name).and_then(|given| cell(field, given, words)) {
            Ok(cell) => cells.push(cell),
            Err(detail) => faults.push(fault(place, Some(&field.name), detail)),
        }
    }
    refuse_misspelt(forms, fields, &pairs, place, &mut faults);
    if faults.is_empty() { Ok(Input { form, cells }) } else { Err(faults) }
}

/// The form with all required fields given, else the one with the most fields given; the first of equals.
fn meant(forms: &[Form], pairs: &Pairs<'_>) -> usize {
    if forms.len() < 2 {
        return 0;
    }
    let given = |field: &&Field| pairs.iter().any(|(name, _)| *name == field.name);
    let fit = |form: &Form| {
        let lacking = form.inputs.iter().filter(|field| field.required).filter(|field| !given(field)).count();
        (lacking == 0, form.inputs.iter().filter(given).count())
    };
    let mut best = (0, (false, 0));
    for (index, form) in forms.iter().enumerate() {
        let fit = fit(form);
        if fit > best.1 {
            best = (index, fit);
        }
    }
    best.0
}

/// Takes the value of a name out of the pairs; `None` if it is not there.
fn take<'a>(pairs: &mut Pairs<'a>, name: &str) -> Result<Option<RawCell<'a>>, String> {
    let Some(at) = pairs.iter().position(|(known, _)| known == name) else { return Ok(None) };
    let (_, found) = pairs.swap_remove(at);
    if pairs.iter().any(|(known, _)| known == name) {
        return Err("is given more than once".to_owned());
    }
    Ok(Some(found))
}

fn cell<'a>(field: &Field, given: Option<RawCell<'a>>, words: Words) -> Result<Cell<'a>, String> {
    let Some(given) = given.map(|given| understood(field, given, words)) else { return absent(field) };
    match (field.field_type, given?) {
        (_, RawCell::Null) if field.nullable || !field.required => absent_or_unknown(field),
        (_, RawCell::Null) if words == Words::Text => Err("is required".to_owned()),
        (FieldType::Text, RawCell::Text(text)) => Ok(Cell::Text(text)),
        (FieldType::Category, RawCell::Text(text)) if field.choices.is_empty() => Ok(Cell::Text(text)),
        (FieldType::Category, RawCell::Text(text)) => {
            let found = field.choices.iter().position(|choice| *choice == text);
            found.map(Cell::Choice).ok_or_else(|| format!("must be one of {}", listed(&field.choices)))
        }
        (FieldType::Number | FieldType::Integer, RawCell::Number(number)) => within(field, number).map(Cell::Number),
        (FieldType::Number, other) => Err(format!("must be a number, not {}", other.kind())),
        (FieldType::Integer, other) => Err(format!("must be a whole number, not {}", other.kind())),
        (FieldType::Text | FieldType::Category, other) => Err(format!("must be a string, not {}", other.kind())),
    }
}

/// Reads a number from a text where all values are texts.
fn understood<'a>(field: &Field, given: RawCell<'a>, words: Words) -> Result<RawCell<'a>, String> {
    let RawCell::Text(text) = &given else { return Ok(given) };
    if words == Words::Json || field.field_type == FieldType::Text {
        return Ok(given);
    }
    let trimmed = text.trim_ascii();
    if trimmed.is_empty() {
        return Ok(RawCell::Null);
    }
    if field.field_type == FieldType::Category {
        return Ok(given);
    }
    let starts_well = trimmed.starts_with(|first: char| first.is_ascii_digit() || "+-.".contains(first));
    let number = trimmed.parse::<f64>().ok().filter(|number| starts_well && number.is_finite());
    number.map(RawCell::Number).ok_or_else(|| "must be a number".to_owned())
}

fn absent(field: &Field) -> Result<Cell<'static>, String> {
    if field.required { Err("is required".to_owned()) } else { absent_or_unknown(field) }
}

fn absent_or_unknown(field: &Field) -> Result<Cell<'static>, String> {
    use serde_json::Value;
    Ok(match &field.default {
        Some(Value::Number(number)) => number.as_f64().map_or(Cell::Missing, Cell::Number),
        Some(Value::String(text)) => match field.choices.iter().position(|choice| choice == text) {
            Some(choice) => Cell::Choice(choice),
            None => Cell::Text(Cow::Owned(text.clone())),
        },
        _ => Cell::Missing,
    })
}

fn within(field: &Field, number: f64) -> Result<f64, String> {
    let unit = || field.unit.as_ref().map_or_else(String::new, |unit| format!(" {unit}"));
    if !number.is_finite() {
        return Err("must be a finite number".to_owned());
    }
    if field.field_type == FieldType::Integer && number.fract() != 0.0 {
        return Err("must be a whole number".to_owned());
    }
    match (field.minimum, field.maximum) {
        (Some(minimum), _) if field.exclusive_minimum && number <= minimum => {
            Err(format!("must be greater than {minimum}{}", unit()))
        }
        (Some(minimum), _) if number < minimum => Err(format!("must be at least {minimum}{}", unit())),
        (_, Some(maximum)) if number > maximum => Err(format!("must be at most {maximum}{}", unit())),
        // Minus zero prints and hashes apart from zero and means the same.
        _ => Ok(number + 0.0),
    }
}

/// A name that is nearly that of a field which was not given is a slip, not something extra.
fn refuse_misspelt(forms: &[Form], fields: &[Field], rest: &Pairs<'_>, place: &str, faults: &mut Vec<FieldProblem>) {
    for (name, _) in rest {
        if faults.len() >= MOST_FAULTS {
            return;
        }
        let known = forms.iter().flat_map(|form| &form.inputs).any(|field| field.name == **name);
        let near = fields.iter().find(|field| is_near(name, &field.name));
        if let Some(near) = near.filter(|_| !known) {
            faults.push(fault(place, Some(name), format!("is not a field of this model; {} is", near.name)));
        }
    }
}

/// The same letters in another case, or one letter more, less or other.
fn is_near(name: &str, field: &str) -> bool {
    let (name, field) = (name.as_bytes(), field.as_bytes());
    if name.len().max(field.len()) > 64 || name == field {
        return false;
    }
    if name.eq_ignore_ascii_case(field) {
        return true;
    }
    let (short, long) = if name.len() <= field.len() { (name, field) } else { (field, name) };
    if short.len() < 4 || long.len() - short.len() > 1 {
        return false;
    }
    let same = short.iter().zip(long).take_while(|(left, right)| left.eq_ignore_ascii_case(right)).count();
    let (behind_short, behind_long) = match short.len() == long.len() {
        true => (&short[(same + 1).min(short.len())..], &long[same + 1..]),
        false => (&short[same..], &long[same + 1..]),
    };
    behind_short.eq_ignore_ascii_case(behind_long)
}

fn listed(choices: &[String]) -> String {
    choices.iter().map(|choice| format!("{choice:?}")).collect::<Vec<_>>().join(", ")
}

/// A fault with its JSON pointer (RFC 6901).
fn fault(place: &str, name: Option<&str>, detail: String) -> FieldProblem {
    let pointer = match name {
        Some(name) => format!("{place}/{}", name.replace('~', "~0").replace('/', "~1")),
        None => place.to_owned(),
    };
    FieldProblem { pointer, detail }
}

#[cfg(test)]
mod tests {
    use super::super::Schema;
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn field(name: &str, field_type: &str, more: serde_json::Value) -> Field {
        let mut whole = json!({
            "name": name, "type": field_type, "description": "", "required": true, "example": 1
        });
        for (name, value) in more.as_object().expect("an object") {
            whole[name] = value.clone();
        }
        serde_json::from_value(whole).expect("a field")
    }

    fn schema() -> Schema {
        let raw = vec![
            field("rooms", "integer", json!({"minimum": 0, "maximum": 100})),
            field("spend", "number", json!({"minimum": 0, "exclusive_minimum": true, "unit": "USD"})),
            field("size", "category", json!({"choices": ["S", "M"], "required": false, "default": "M"})),
            field("beds", "number", json!({"required": false, "nullable": true})),
        ];
        let derived = vec![field("ratio", "number", json!({})), field("rooms", "integer", json!({}))];
        let form = |name: &str, inputs| Form { name: name.to_owned(), description: String::new(), inputs };
        Schema::new(vec![form("raw", raw), form("derived", derived)])
    }

    fn read(text: &str) -> Result<Input<'_>, Vec<(String, String)>> {
        let row = serde_json::from_str(text).expect("JSON");
        let pairs = |faults: Vec<FieldProblem>| faults.into_iter().map(|fault| (fault.pointer, fault.detail)).collect();
        schema().check(row, "").map_err(pairs)
    }

    #[test]
    fn good_rows_become_cells_in_the_order_of_the_form() {
        let check = |text: &str, form: usize, expect: Vec<Cell<'_>>| {
            assert_eq!(read(text), Ok(Input { form, cells: expect }), "{text}");
        };
        let (number, missing) = (Cell::Number, Cell::Missing);
        check(
            r#"{"beds": 2, "size": "S", "spend": 0.5, "rooms": 3}"#,
            0,
            vec![number(3.0), number(0.5), Cell::Choice(0), number(2.0)],
        );
        check(
            r#"{"rooms": 3.0, "spend": 1, "beds": null, "extra": {"a": [1]}}"#,
            0,
            vec![number(3.0), number(1.0), Cell::Choice(1), missing],
        );
        check(r#"{"ratio": -0.0, "rooms": 3}"#, 1, vec![number(0.0), number(3.0)]);
    }

    #[test]
    fn every_fault_is_named() {
        let check = |text: &str, expect: &[(&str, &str)]| {
            let faults = read(text).expect_err("refused");
            let faults: Vec<_> = faults.iter().map(|(pointer, detail)| (pointer.as_str(), detail.as_str())).collect();
            assert_eq!(faults, expect, "{text}");
        };
        check("[]", &[("", "must be an object, not a list")]);
        check("7", &[("", "must be an object, not a number")]);
        check("{}", &[("/rooms", "is required"), ("/spend", "is required")]);
        check(
            r#"{"rooms": 1.5, "spend": 0, "size": "XL", "beds": "two"}"#,
            &[
                ("/rooms", "must be a whole number"),
                ("/spend", "must be greater than 0 USD"),
                ("/size", "must be one of \"S\", \"M\""),
                ("/beds", "must be a number, not a string"),
            ],
        );
        check(
            r#"{"rooms": 101, "spend": null, "size": 1}"#,
            &[
                ("/rooms", "must be at most 100"),
                ("/spend", "must be a number, not null"),
                ("/size", "must be a string, not a number"),
            ],
        );
        check(r#"{"rooms": 1, "rooms": 2, "spend": 1}"#, &[("/rooms", "is given more than once")]);
        check(r#"{"rooms": 1, "spend": 1, "Size": "S"}"#, &[("/Size", "is not a field of this model; size is")]);
        check(r#"{"rooms": 1, "spend": 1, "sizes": "S"}"#, &[("/sizes", "is not a field of this model; size is")]);
    }

    #[test]
    fn rows_and_their_faults_are_bounded() {
        let members = |number: usize, name: &dyn Fn(usize) -> String| {
            let members: Vec<_> = (0..number).map(|index| format!("\"{}\": 1", name(index))).collect();
            let text = format!("{{\"rooms\": 1, \"spend\": 1, {}}}", members.join(","));
            read(&text).map(|_| ()).map_err(|faults| {
                let (pointer, detail) = faults.last().cloned().unwrap_or_default();
                (faults.len(), pointer, detail)
            })
        };
        let other = |index: usize| format!("other {index}");
        assert!(members(MOST_PAIRS - 2, &other).is_ok());
        let words = "has too many members; 1000 are allowed".to_owned();
        assert_eq!(members(MOST_PAIRS - 1, &other), Err((1, String::new(), words.clone())));
        assert_eq!(members(50_000, &other), Err((1, String::new(), words)));
        let slips = members(900, &|_| "sizes".to_owned()).expect_err("refused");
        assert_eq!((slips.0, slips.1.as_str()), (MOST_FAULTS, "/sizes"));
    }

    #[test]
    fn a_long_row_is_not_kept() {
        let members: Vec<_> = (0..50_000).map(|index| format!("\"{index}\": 1")).collect();
        let text = format!("{{{}}}", members.join(","));
        let row = serde_json::from_str(&text).expect("JSON");
        assert!(matches!(row, RawRow::Object(pairs) if pairs.len() == MOST_PAIRS + 1));
    }

    #[test]
    fn texts_are_read_as_their_fields_demand() {
        let read = |pairs: &[(&'static str, &'static str)]| {
            schema().check_texts(pairs.iter().map(|(name, text)| ((*name).into(), (*text).into())), "/4")
        };
        let cells = read(&[("rooms", " 3 "), ("spend", "1e2"), ("beds", ""), ("size", "")]).expect("good").cells;
        assert_eq!(cells, [Cell::Number(3.0), Cell::Number(100.0), Cell::Choice(1), Cell::Missing]);
        for bad in ["nan", "inf", "1e999", "three", "1,5", "0x10"] {
            let faults = read(&[("rooms", "1"), ("spend", bad)]).expect_err("refused");
            assert_eq!((faults[0].pointer.as_str(), faults[0].detail.as_str()), ("/4/spend", "must be a number"));
        }
        assert_eq!(read(&[("rooms", ""), ("spend", "1")]).expect_err("refused")[0].detail, "is required");
    }

    proptest! {
        #[test]
        fn any_json_is_read_or_refused(text in r#"[\{\}\[\]",:a-z0-9. \\-]{0,60}"#) {
            if let Ok(row) = serde_json::from_str::<RawRow<'_>>(&text) {
                let _ = schema().check(row, "");
            }
        }

        #[test]
        fn any_names_compare(left in any::<String>(), right in any::<String>()) {
            prop_assert_eq!(is_near(&left, &right), is_near(&right, &left));
        }
    }
}
