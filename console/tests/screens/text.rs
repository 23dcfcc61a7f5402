//! Texts: scroll, search with highlights, wrap, copy, save; foreign text is harmless.

use quarterdeck::effect::Effect;
use quarterdeck::screens::{Screen, text};
use quarterdeck::theme::Meaning;

use crate::stage::Stage;

fn stage(text: &str) -> Stage {
    let text = text.to_owned();
    Stage::open(move |_| Screen::Text(text::Text::new("json predictor".into(), text)))
}

fn numbered(count: usize) -> String {
    (0..count).map(|n| format!("  \"line {n}\": {{\"value\": {n}}},\n")).collect()
}

#[test]
fn a_text_is_read_searched_and_wrapped() {
    insta::assert_snapshot!("text_empty", stage("").text());
    let mut reading = stage(&numbered(200));
    insta::assert_snapshot!("text_live", reading.text());
    reading.press("/line 15<enter>");
    insta::assert_snapshot!("text_search", reading.text());
    reading.press("nn");
    assert!(reading.text().contains("</line 15> 3/11"), "{}", reading.text());
    reading.press("N<esc>");
    assert!(!reading.text().contains("</line"));
    reading.press("/nowhere<enter>");
    assert!(reading.text().contains("no match"));
    let mut long = stage(&"a long line with words ".repeat(20));
    insta::assert_snapshot!("text_long", long.text());
    long.press("<right><right>");
    insta::assert_snapshot!("text_scrolled_right", long.text());
    long.press("w");
    insta::assert_snapshot!("text_wrapped", long.text());
    let mut huge = stage(&numbered(100_000)).sized(160, 45);
    huge.press("G");
    insta::assert_snapshot!("text_huge", huge.text());
}

#[test]
fn matches_are_highlighted() {
    let mut stage = stage("alpha beta alpha");
    stage.press("/alpha<enter>");
    let theme = stage.state.scope.theme;
    let buffer = stage.buffer();
    let (x, y) = (2, 4);
    let ground = |x: u16| buffer[(x, y)].bg;
    assert_eq!(Some(ground(x)), theme.style(Meaning::Selected).bg, "the match we are at");
    assert_eq!(Some(ground(x + 11)), theme.style(Meaning::Match).bg, "the other one");
    assert_ne!(Some(ground(x + 6)), theme.style(Meaning::Match).bg);
}

#[test]
fn copies_and_saves_the_text_as_it_came() {
    let text = "{\"a\": \"\u{1b}[31m\"}";
    let mut stage = stage(text);
    assert!(stage.press("c").contains(&Effect::Copy(text.into())));
    let saved = Effect::Save { name: "json-predictor.json".into(), text: text.into() };
    assert!(stage.press("<ctrl-s>").contains(&saved));
    assert!(!stage.text().chars().any(|c| c.is_control() && c != '\n'));
}

#[test]
fn a_megabyte_on_one_line_is_shown() {
    let mut stage = stage(&"x".repeat(1 << 20));
    stage.press("wG");
    assert!(stage.text().contains("xxx"));
}
