//! Tables and properties of one log line as it is drawn.

use proptest::prelude::*;

use super::*;
use crate::model::{LogLine, Timestamp};
use crate::screens::logs::look::Look;
use crate::screens::logs::sieve::{Filter, Judgement};
use crate::state::Scope;

fn held(text: &str) -> Held {
    let line =
        LogLine { id: "1".into(), at: Timestamp(0), ingested_at: Timestamp(0), stream: "s".into(), text: text.into() };
    let sifted = Sieve::default().sift(text, None);
    Held { line, level: Level::of(text), sifted, judgement: Judgement { hidden: false, wanted: true, hit: true } }
}

fn layout(body: usize, wrap: bool, left: usize) -> Layout {
    let look = Look { wrap, left, times: false, ..Look::default() };
    look.layout(&Scope::default(), (body + 1, 20), None, 0)
}

fn text(held: &Held, layout: &Layout, sieve: &Sieve) -> Vec<String> {
    let (rows, _) = draw(held, layout, sieve, Theme::named("dark", false));
    rows.iter().map(|row| row.iter().map(|span| span.content.as_ref()).collect()).collect()
}

fn rows_of(line: &str, body: usize, wrap: bool, left: usize) -> Vec<String> {
    text(&held(line), &layout(body, wrap, left), &Sieve::default())
}

#[test]
fn lines_are_cut_scrolled_and_wrapped() {
    assert_eq!(rows_of("short", 20, false, 0), ["short"]);
    assert_eq!(rows_of("0123456789abcdefghij", 20, false, 0), ["0123456789abcdefghij"]);
    assert_eq!(rows_of("0123456789abcdefghijk", 20, false, 0), ["0123456789abcde… +6"]);
    assert_eq!(rows_of("0123456789abcdefghijk", 20, false, 10), ["abcdefghijk"]);
    assert_eq!(rows_of("0123456789abcdefghijk", 20, true, 0), ["0123456789abcdefghij", "k"]);
    assert_eq!(rows_of("one\ntwo", 20, true, 0), ["one", "two"]);
    assert_eq!(rows_of("one\ntwo", 20, false, 0), ["one␊two"]);
    assert_eq!(rows_of("日本語日本語日本語", 9, true, 0), ["日本語日", "本語日本", "語"]);
    assert_eq!(rows_of("", 20, true, 0), [""]);
}

#[test]
fn json_becomes_fields_with_a_level_that_is_not_lost_when_they_are_off() {
    let line = r#"{"ts":"x","level":"error","message":"request","method":"POST","path":"/predict","status":503,"latency_ms":1.5,"request_id":"r1"}"#;
    assert_eq!(rows_of(line, 90, false, 0), ["ERROR request         POST /predict 503 1.5ms request_id=r1"]);
    let mut raw = layout(200, false, 0);
    raw.fields = false;
    assert_eq!(text(&held(line), &raw, &Sieve::default()), [line]);
}

#[test]
fn what_the_search_finds_is_highlighted_and_what_it_finds_out_of_sight_is_told() {
    let sieve = Sieve { search: Filter::search("needle"), ..Sieve::default() };
    let theme = Theme::named("dark", false);
    let (rows, hidden) = draw(&held("a needle here"), &layout(30, false, 0), &sieve, theme);
    let marked: Vec<&str> =
        rows[0].iter().filter(|s| s.style == theme.style(Meaning::Match)).map(|s| s.content.as_ref()).collect();
    assert_eq!((marked, hidden), (vec!["needle"], false));
    let far = format!("{}needle", "x".repeat(100));
    assert!(draw(&held(&far), &layout(30, false, 0), &sieve, theme).1);
}

#[test]
fn a_line_of_a_megabyte_is_cut_before_it_is_cleaned() {
    let line = "x\u{1b}[31m".repeat(200_000);
    let (drawn, rest) = window(&line, 80, false);
    assert!(drawn.len() < 10_000 && rest > 1_000_000);
    assert!(rows_of(&line, 80, false, 0)[0].ends_with("MB"));
}

proptest! {
    #[test]
    fn no_row_is_wider_than_its_place_and_none_holds_a_control_character(
        line in "(\\PC|[\\x00-\\x1f]|\\x1b\\[31m|[日本👨‍👩‍👧e\u{301}]|\\{\"a\":\"\\\\n\"\\}){0,80}",
        body in 8..60_usize, wrap: bool, left in 0..20_usize,
    ) {
        let layout = layout(body, wrap, left);
        let held = held(&line);
        let rows = text(&held, &layout, &Sieve { search: Filter::search("a"), ..Sieve::default() });
        prop_assert_eq!(rows.len(), height(&held, &layout));
        for row in rows {
            prop_assert!(words::width(&row) <= layout.body, "{row:?}");
            prop_assert!(!row.chars().any(char::is_control), "{row:?}");
        }
    }
}
