//! What the documents say about the console is what the console does.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test fails loudly"
)]
#![allow(clippy::disallowed_methods, reason = "a test stands outside the console")]

use std::collections::BTreeSet;
use std::path::PathBuf;

use quarterdeck::clients::call;
use serde_json::Value;

fn document(path: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..").join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The part of the README between `<!-- NAME -->` and `<!-- /NAME -->`.
fn section(name: &str) -> String {
    let readme = document("README.md");
    let (_, rest) = readme.split_once(&format!("<!-- {name} -->\n")).unwrap();
    rest.split_once(&format!("<!-- /{name} -->")).unwrap().0.to_owned()
}

#[test]
fn the_readme_shows_the_key_table() {
    let table = quarterdeck::keymap::markdown();
    if std::env::var_os("QD_RENEW_KEYS").is_some() {
        let marked = |text: &str| format!("<!-- keys -->\n{text}<!-- /keys -->");
        let renewed = document("README.md").replace(&marked(&section("keys")), &marked(&table));
        std::fs::write(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../README.md"), renewed).unwrap();
    }
    assert!(section("keys") == table, "renew it: QD_RENEW_KEYS=1 cargo test -p quarterdeck --test documents");
}

#[test]
fn the_readme_names_every_picture_and_no_other() {
    let readme = document("README.md");
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../screenshots");
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(readme.contains(&format!("(screenshots/{name})")), "{name} is not in the README");
        count += 1;
    }
    assert_eq!(readme.matches("(screenshots/").count(), count);
}

fn actions(policy: &str) -> BTreeSet<String> {
    let policy: Value = serde_json::from_str(&document(policy)).unwrap();
    let statements = policy["Statement"].as_array().unwrap();
    let listed = |action: &Value| match action {
        Value::String(one) => vec![one.clone()],
        many => many.as_array().unwrap().iter().map(|a| a.as_str().unwrap().to_owned()).collect(),
    };
    statements.iter().flat_map(|statement| listed(&statement["Action"])).collect()
}

fn calls(writes: bool) -> BTreeSet<String> {
    call::ALL.iter().filter(|call| call.writes == writes).map(|call| call.name.to_owned()).collect()
}

#[test]
fn the_read_only_policy_allows_each_read_and_nothing_else() {
    assert_eq!(actions("docs/iam/read-only.json"), calls(false));
}

#[test]
fn the_operator_policy_adds_each_write_and_the_right_to_pass_roles() {
    let mut expected = calls(true);
    expected.insert("iam:PassRole".to_owned());
    assert_eq!(actions("docs/iam/operator.json"), expected);
}
