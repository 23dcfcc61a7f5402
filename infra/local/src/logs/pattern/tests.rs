//! The examples of the user guide's "Filter pattern syntax", as tables.

use proptest::prelude::*;

use super::{Pattern, PatternError};

#[track_caller]
fn check(pattern: &str, matching: &[&str], other: &[&str]) {
    let parsed = Pattern::parse(pattern).unwrap();
    for message in matching {
        assert!(parsed.matches(message), "{pattern} should match {message}");
    }
    for message in other {
        assert!(!parsed.matches(message), "{pattern} should not match {message}");
    }
}

#[test]
fn terms() {
    check("", &["", "anything"], &[]);
    check("ERROR", &["[ERROR 400] BAD REQUEST", "[ERROR 401] UNAUTHORIZED REQUEST"], &["[error 400] bad request"]);
    check("ERROR ARGUMENTS", &["[ERROR 419] MISSING ARGUMENTS"], &["[ERROR 400] BAD REQUEST", "ARGUMENTS"]);
    check("?ERROR ?ARGUMENTS", &["[ERROR 400] BAD REQUEST", "INVALID ARGUMENTS"], &["[INFO] FINE"]);
    check("\"INTERNAL SERVER ERROR\"", &["[ERROR 500] INTERNAL SERVER ERROR"], &["INTERNAL ERROR SERVER"]);
    check("ERROR -ARGUMENTS", &["[ERROR 400] BAD REQUEST"], &["[ERROR 419] MISSING ARGUMENTS"]);
    check("-\"two words\"", &["one word"], &["the two words"]);
    check("\"say \\\"hi\\\"\"", &["they say \"hi\""], &["they say hi"]);
}

#[test]
fn optional_terms_do_not_count_beside_others() {
    check("ERROR ?MISSING", &["ERROR", "ERROR MISSING"], &["MISSING"]);
}

#[test]
fn regular_expressions() {
    check("%AUTHORIZED%", &["[ERROR 401] UNAUTHORIZED REQUEST", "[SUCCESS 200] AUTHORIZED REQUEST"], &["OK"]);
    check("%10\\.10\\.0\\.1%", &["from 10.10.0.1"], &["from 10.10.001"]);
    check("%colou?r% -blue", &["color", "colour"], &["colr", "blue color"]);
}

const EVENT: &str = r#"{
  "eventType": "UpdateTrail", "sourceIPAddress": "111.111.111.111", "arrayKey": ["value", "another value"],
  "objectList": [{"name": "a", "id": 1}, {"name": "b", "id": 2}], "SomeObject": null, "cluster.name": "c",
  "ThisFlag": true, "bandwidth": 75, "latency": 1.5, "user": {"id": 1, "email": "John.Stiles@example.com"}
}"#;

#[test]
fn json_conditions() {
    for (pattern, expect) in [
        ("{ $.eventType = \"UpdateTrail\" }", true),
        ("{ $.eventType = UpdateTrail }", true),
        ("{ $.eventType != \"UpdateTrail\" }", false),
        ("{ $.sourceIPAddress != 123.123.* }", true),
        ("{ $.sourceIPAddress = 111.111.* }", true),
        ("{ $.sourceIPAddress = \"*.111\" }", true),
        ("{ $.sourceIPAddress = \"1*2*\" }", false),
        ("{ $.arrayKey[0] = \"value\" }", true),
        ("{ $.arrayKey[1] = \"value\" }", false),
        ("{ $.arrayKey[*] = \"another*\" }", true),
        ("{ $.arrayKey = \"value\" }", false),
        ("{ $.objectList[1].id = 2 }", true),
        ("{ $.SomeObject IS NULL }", true),
        ("{ $.eventType IS NULL }", false),
        ("{ $.SomeOtherObject NOT EXISTS }", true),
        ("{ $.SomeObject NOT EXISTS }", false),
        ("{ $.user.id EXISTS }", true),
        ("{ $.ThisFlag IS TRUE }", true),
        ("{ $.ThisFlag IS FALSE }", false),
        ("{ $.bandwidth > 74 }", true),
        ("{ $.bandwidth >= 75 && $.bandwidth <= 7.5e1 }", true),
        ("{ $.bandwidth < 75 }", false),
        ("{ $.bandwidth = 75.0 }", true),
        ("{ $.bandwidth = \"75\" }", true),
        ("{ $.latency = 1.5 }", true),
        ("{ $.eventType > 3 }", false),
        ("{ $.eventType = %Update|Delete% }", true),
        ("{ $.eventType != %^Delete% }", true),
        ("{ $.missing != 1 }", false),
        ("{ $.[\"cluster.name\"] = c }", true),
        ("{ $['cluster.name'] = \"c\" }", true),
        ("{ ($.user.id = 1) && ($.user.email = \"John*\") }", true),
        ("{ $.user.id = 2 || $.bandwidth = 75 && $.latency < 1 }", false),
        ("{ ($.user.id = 1 || $.user.id = 2) && ($.latency < 1 || $.latency > 1) }", true),
        ("{$.bandwidth>74&&$.latency<2}", true),
    ] {
        assert_eq!(Pattern::parse(pattern).unwrap().matches(EVENT), expect, "{pattern}");
        check(pattern, &[], &["not JSON", "[1]", ""]);
    }
}

#[test]
fn columns() {
    let line = "127.0.0.1 - Prod [10/Oct/2000:13:25:15 -0700] \"GET /index.html HTTP/1.0\" 404 1534";
    for (pattern, expect) in [
        ("[ip, id, user, timestamp, request, status_code, size]", true),
        ("[ip, id, user, timestamp, request, status_code = 4*, size]", true),
        ("[ip, id, user, timestamp, request = *.html*, status_code = 4*]", false),
        ("[..., request = *.html*, status_code = 4*, size > 1000]", true),
        ("[..., size < 1000]", false),
        ("[ip = %127\\.0\\.0\\.[1-9]%, ...]", true),
        ("[ip, id, user = Prod || user = Test, ..., size]", true),
        ("[ip, (id != - && id = x), ...]", false),
    ] {
        assert_eq!(Pattern::parse(pattern).unwrap().matches(line), expect, "{pattern}");
    }
    check("[w1=ERROR, w2]", &["ERROR now"], &["WARN now", "ERROR", "ERROR now then"]);
}

#[test]
fn what_is_not_a_pattern() {
    assert_eq!(Pattern::parse("a=b").unwrap_err(), PatternError::Term("a=b".into()));
    assert_eq!(Pattern::parse("%a(b)%").unwrap_err(), PatternError::Regex("a(b)".into()));
    let deep = format!("{{ {}$.a = 1{} }}", "(".repeat(100), ")".repeat(100));
    for pattern in [
        "\"open",
        "%open",
        "?",
        "-",
        "{",
        "{}",
        "{ $.a }",
        "{ $. = 1 }",
        "{ a = 1 }",
        "{ $.a = }",
        "{ $.a = 1 ",
        "{ $.a IS }",
        "{ $.a > x }",
        "{ $.a[x] = 1 }",
        "{ $.a = 1 } x",
        "{ $.a = 1 && }",
        "[",
        "[]",
        "[a",
        "[..., ...]",
        "[a] b",
        &deep,
    ] {
        assert!(Pattern::parse(pattern).is_err(), "{pattern}");
    }
}

proptest! {
    #[test]
    fn no_pattern_and_no_message_panics(pattern in "[ a-c$.{}\\[\\]()=!<>&|*%?\"'\\\\0-9é,-]{0,40}", message in ".{0,60}") {
        if let Ok(pattern) = Pattern::parse(&pattern) {
            let _ = pattern.matches(&message);
            let _ = pattern.matches(EVENT);
        }
    }

    #[test]
    fn any_quoted_phrase_is_found(before in ".{0,10}", phrase in "[^\"\\\\]{1,20}", after in ".{0,10}") {
        let pattern = Pattern::parse(&format!("\"{phrase}\"")).unwrap();
        let message = format!("{before}{phrase}{after}");
        prop_assert!(pattern.matches(&message));
    }
}
