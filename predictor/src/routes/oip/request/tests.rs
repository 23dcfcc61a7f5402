//! Requests in JSON and in bytes are read or refused; none panics.

use super::*;
use proptest::prelude::*;

const BOUNDS: Bounds = Bounds { rows: 3, tensors: 2 };

#[test]
fn data_are_flat_or_nested_and_bounded() {
    let check = |data: &str, expect: &[f64], expect_count: usize| {
        let body = format!(r#"{{"inputs": [{{"name": "a", "data": {data}}}]}}"#);
        let mut request = read(body.as_bytes(), None, BOUNDS).expect(data);
        let Some(Data::Cells { cells, count }) = request.inputs.remove(0).data else { panic!("{data}") };
        let numbers: Vec<f64> =
            cells.iter().map(|cell| if let RawCell::Number(number) = cell { *number } else { f64::NAN }).collect();
        assert_eq!((numbers.as_slice(), count), (expect, expect_count), "{data}");
    };
    check("[]", &[], 0);
    check("[1, 2.5]", &[1.0, 2.5], 2);
    check("[[1], [2]]", &[1.0, 2.0], 2);
    check("[1, 2, 3, 4, 5]", &[1.0, 2.0, 3.0], 5);
}

#[test]
fn lengths_are_whole_however_they_are_written() {
    let check = |shape: &str, expect: Option<&[u64]>| {
        let body = format!(r#"{{"inputs": [{{"name": "a", "shape": {shape}}}]}}"#);
        let found = read(body.as_bytes(), None, BOUNDS).ok().and_then(|mut request| request.inputs.remove(0).shape);
        assert_eq!(found.as_deref(), expect, "{shape}");
    };
    check("[3, 1]", Some(&[3, 1]));
    check("[3.0, 1e0]", Some(&[3, 1]));
    check("[]", Some(&[]));
    check("[18446744073709551615, 1e300]", Some(&[u64::MAX, u64::MAX]));
    for bad in ["[0.5]", "[-1]", "[-1.0]", r#"["3"]"#, "[null]", "3"] {
        check(bad, None);
    }
}

#[test]
fn parameters_are_objects_or_null() {
    let check = |inside: &str, expect: bool| {
        let body = format!(r#"{{"inputs": [{{"name": "a"}}], {inside}}}"#);
        assert_eq!(read(body.as_bytes(), None, BOUNDS).is_ok(), expect, "{inside}");
    };
    check(r#""parameters": null, "outputs": null, "id": null"#, true);
    check(r#""parameters": {"binary_data_size": "of another server"}"#, true);
    check(r#""outputs": [{"name": "b", "parameters": null}, {"name": "b", "parameters": {"x": 1}}]"#, true);
    check(r#""parameters": [true]"#, false);
    check(r#""outputs": [["b"]]"#, false);
    check(r#""outputs": [{"name": "b", "parameters": [true, null, null]}]"#, false);
    check(r#""outputs": [{}]"#, false);
}

#[test]
fn what_is_no_request_is_refused() {
    let check = |body: &[u8], head: Option<usize>, expect: &str| {
        let problem = read(body, head, BOUNDS).expect_err("refused");
        assert!(problem.detail().contains(expect), "{}", problem.detail());
    };
    check(b"", None, "ends early");
    check(b"[]", None, "no inference request");
    check(br#"{"inputs": {}}"#, None, "no inference request");
    check(br#"{"inputs": [], "inputs": []}"#, None, "no inference request");
    check(br#"{"inputs": [{"data": 5}]}"#, None, "no inference request");
    check(br#"{"inputs": [{"shape": [-1]}]}"#, None, "no inference request");
    check(b"{} ", Some(9), "greater than the body");
    check(b"{}xyz", Some(2), "3 bytes behind the JSON belong to no tensor");
    check(br#"{"inputs": [{"parameters": {"binary_data_size": 4}}]}"#, None, "say where the bytes begin");
    let body = br#"{"inputs": [{"parameters": {"binary_data_size": 18446744073709551615}}]}"#;
    check(body, Some(body.len()), "and 0 are left");
    let body = br#"{"inputs": [{"data": [], "parameters": {"binary_data_size": 0}}]}"#;
    check(body, Some(body.len()), "must not be given together");
}

proptest! {
    #[test]
    fn any_body_is_read_or_refused(body in prop::collection::vec(any::<u8>(), 0..200), head in 0_usize..220) {
        let _ = read(&body, Some(head), BOUNDS);
        let _ = read(&body, None, BOUNDS);
    }

    #[test]
    fn any_json_like_body_is_read_or_refused(
        inside in r#"(\{|\}|\[|\]|"name"|"data"|"shape"|"inputs"|"parameters"|"binary_data_size"|:|,|[0-9.-]|"é"|null){0,40}"#,
        bytes in prop::collection::vec(any::<u8>(), 0..20),
    ) {
        let json = format!(r#"{{"inputs": [{{{inside}}}]}}"#);
        let whole = [json.as_bytes(), &bytes].concat();
        let _ = read(json.as_bytes(), None, BOUNDS);
        let _ = read(&whole, Some(json.len()), BOUNDS);
    }
}
