//! Values and rows against a small schema.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn field(name: &str, field_type: &str, more: Value) -> Field {
    let mut whole = json!({"name": name, "type": field_type, "description": "", "required": true, "example": 1});
    for (name, value) in more.as_object().unwrap() {
        whole[name] = value.clone();
    }
    serde_json::from_value(whole).unwrap()
}

fn all_forms() -> Vec<Form> {
    let raw = vec![
        field("rooms", "integer", json!({"minimum": 0, "maximum": 100})),
        field("spend", "number", json!({"minimum": 0, "exclusive_minimum": true, "unit": "USD"})),
        field("size", "category", json!({"choices": ["S", "M"], "required": false, "default": "M"})),
        field("beds", "number", json!({"nullable": true})),
        field("note", "text", json!({"required": false})),
    ];
    let derived = vec![field("ratio", "number", json!({})), field("rooms", "integer", json!({}))];
    let form = |name: &str, inputs| Form { name: name.into(), description: String::new(), inputs };
    vec![form("main", raw), form("derived", derived)]
}

#[test]
fn what_is_typed_is_read_or_refused_in_words() {
    let forms = all_forms();
    let check = |name: &str, text: &str, expect: Result<Value, &str>| {
        let field = forms[0].inputs.iter().find(|field| field.name == name).unwrap();
        let got = parse(field, text).map(|value| value.unwrap_or(json!("(not given)")));
        assert_eq!(got, expect.map_err(str::to_owned), "{name} {text:?}");
    };
    check("rooms", " 3 ", Ok(json!(3)));
    check("rooms", "3.0", Ok(json!(3.0)));
    check("rooms", "1.5", Err("must be a whole number"));
    check("rooms", "101", Err("must be at most 100"));
    check("rooms", "", Err("is required"));
    check("spend", "1e2", Ok(json!(100.0)));
    check("spend", "0", Err("must be greater than 0 USD"));
    for bad in ["nan", "inf", "1e999", "three", "1,5", "0x10"] {
        check("spend", bad, Err("must be a number"));
    }
    check("size", "s", Ok(json!("S")));
    check("size", "XL", Err("must be one of S, M"));
    check("size", "", Ok(json!("(not given)")));
    check("beds", "", Ok(Value::Null));
    check("note", " a ", Ok(json!(" a ")));
}

#[test]
fn rows_are_checked_against_the_form_that_is_meant() {
    let words = |row: Value| match check(&all_forms(), row.as_object().unwrap()) {
        Ok(()) => Vec::new(),
        Err(faults) => faults.iter().map(Fault::words).collect::<Vec<_>>(),
    };
    assert_eq!(words(json!({"rooms": 3, "spend": 1, "beds": null, "extra": [1]})), Vec::<String>::new());
    assert_eq!(words(json!({"rooms": 3, "ratio": 1})), Vec::<String>::new());
    assert_eq!(
        words(json!({"rooms": 1.5, "spend": "1", "beds": 2, "size": "XL"})),
        ["rooms must be a whole number", "spend must be a number, not a string", "size must be one of S, M",]
    );
    assert_eq!(
        words(json!({"rooms": 1, "spend": 1, "beds": 1, "Size": "S"})),
        ["Size is not a field of this model; size is",]
    );
    assert_eq!(words(json!({})), ["rooms is required", "spend is required", "beds is required"]);
}

#[test]
fn texts_become_rows() {
    let read = |pairs: &[(&str, &str)]| {
        read_texts(&all_forms(), pairs).map(Value::Object).map_err(|f| f.iter().map(Fault::words).collect::<Vec<_>>())
    };
    let row = json!({"rooms": 3, "spend": 1, "beds": null});
    assert_eq!(read(&[("spend", "1"), ("rooms", "3"), ("beds", ""), ("size", ""), ("target", "x")]), Ok(row));
    assert_eq!(read(&[("rooms", "3"), ("ratio", "0.5")]), Ok(json!({"ratio": 0.5, "rooms": 3})));
    let faults = read(&[("rooms", "3"), ("spend", "x"), ("Size", "S")]).unwrap_err();
    assert_eq!(faults, ["spend must be a number", "beds is required", "Size is not a field of this model; size is"]);
}

#[test]
fn hints_name_unit_range_and_choices() {
    let forms = all_forms();
    let hints: Vec<String> = forms[0].inputs.iter().map(hint).collect();
    assert_eq!(hints, ["whole, 0 to 100", "USD, above 0", "S | M", "", ""]);
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(number in -1e15_f64..1e15) {
        let field = field("x", "number", json!({}));
        let value = parse(&field, &written(&json!(number))).unwrap().unwrap();
        prop_assert_eq!(value.as_f64().unwrap(), number);
    }

    #[test]
    fn no_text_breaks_it(text in any::<String>(), index in 0_usize..5) {
        let _ = parse(&all_forms()[0].inputs[index], &text);
    }
}
