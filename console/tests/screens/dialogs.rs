//! The question before each change, at 80×24 and wide, in production and read-only; and that no other way leads to a write.

use proptest::prelude::*;
use quarterdeck::dialog::Focus;
use quarterdeck::effect::{Effect, Write};
use quarterdeck::event::Facts;
use quarterdeck::flows;
use quarterdeck::model::Service;
use quarterdeck::screens::{Intent, Screen, images, review, rollback, rollout};
use quarterdeck::state::{Overlay, Scope};

use crate::scene::{self, World};
use crate::stage::Stage;

fn world(screen: Screen) -> Stage {
    let mut stage = Stage::open(|_| screen);
    stage.serve(scene::service(3, None));
    stage.define(&[1, 2, 3]);
    stage.run(vec![scene::task("aaaa1111", 3, "RUNNING"), scene::task("bbbb2222", 3, "RUNNING")]);
    stage.deployed(vec![scene::ended(3, &[2], "SUCCESSFUL", 60), scene::ended(2, &[1], "SUCCESSFUL", 600)]);
    stage.pushed((1..=4).map(scene::image).collect());
    stage
}

fn rollout_screen() -> Screen {
    Screen::Rollout(rollout::Rollout::new(scene::id()))
}

fn asked(flow: impl Fn(&Service, &Scope) -> Vec<Intent>, production: bool) -> Stage {
    let mut stage = world(rollout_screen());
    stage.state.scope.context.production = production;
    let scope = &stage.state.scope;
    let service = scope.facts.service(&scene::id()).cloned().expect("served");
    let intent = flow(&service, scope).into_iter().next();
    assert!(matches!(intent, Some(Intent::Ask(_))), "{intent:?}");
    if let Some(Intent::Ask(dialog)) = intent {
        stage.state.overlay = Some(Overlay::Dialog(dialog));
    }
    stage
}

fn frames(name: &str, flow: impl Fn(&Service, &Scope) -> Vec<Intent>) {
    insta::assert_snapshot!(format!("dialog_{name}"), asked(&flow, false).text());
    insta::assert_snapshot!(format!("dialog_{name}_wide"), asked(&flow, false).sized(160, 45).text());
    insta::assert_snapshot!(format!("dialog_{name}_production"), asked(&flow, true).text());
}

fn deploy(service: &Service, scope: &Scope) -> Vec<Intent> {
    let image = format!("{}:v1.4.0", scene::REPOSITORY);
    flows::deploy(
        service,
        scope.facts.definition(&scene::definition_arn(3)).expect("read"),
        &image,
        &scene::passed(),
        scope,
    )
}

fn stop_task(service: &Service, scope: &Scope) -> Vec<Intent> {
    flows::stop_task(service, &scene::task("aaaa1111", 3, "RUNNING"), scope)
}

#[test]
fn each_question() {
    frames("restart", flows::restart);
    frames("scale", flows::scale);
    frames("stop_task", stop_task);
    frames("deploy", deploy);
}

#[test]
fn the_question_to_go_back() {
    let mut stage = world(Screen::Rollback(rollback::Rollback::new(scene::id())));
    stage.press("<enter>");
    insta::assert_snapshot!("dialog_rollback", stage.text());
    insta::assert_snapshot!("dialog_rollback_wide", stage.sized(160, 45).text());
    let mut going = world(rollout_screen());
    going.serve(scene::service(3, Some(3)));
    going.deployed(vec![scene::going("SCALE_UP"), scene::ended(2, &[1], "SUCCESSFUL", 600)]);
    going.press("R");
    insta::assert_snapshot!("dialog_roll_back_deployment", going.text());
    insta::assert_snapshot!("dialog_roll_back_deployment_wide", going.sized(160, 45).text());
}

#[test]
fn a_number_is_typed_at_once_and_explained_as_it_is_typed() {
    let mut stage = asked(flows::scale, false);
    stage.press("5");
    insta::assert_snapshot!("dialog_scale_typed", stage.text());
    let effects = stage.press("<enter><tab><enter>");
    assert_eq!(effects, [Effect::Write(Write::Scale { service: scene::id(), from: 2, to: 5 })]);
}

#[test]
fn production_wants_the_name_of_the_service() {
    let mut stage = asked(flows::restart, true);
    stage.press("<tab><enter>");
    insta::assert_snapshot!("dialog_restart_objection", stage.text());
    let effects = stage.press("<backtab><backtab>predictor<tab><tab><enter>");
    assert_eq!(effects, [Effect::Write(Write::Restart { service: scene::id() })]);
}

#[test]
fn a_long_question_scrolls_to_its_end_and_back() {
    let mut stage = asked(deploy, true);
    let first = stage.text();
    assert!(first.contains("pgdn shows more"), "{first}");
    stage.press("<pgdn><pgdn><pgdn><pgdn><pgdn>");
    assert!(!stage.text().contains("pgdn shows more"));
    stage.press("<pgup><pgup>");
    let back = stage.text();
    stage.press("<pgup>");
    assert!(back.contains("local / predictor") || stage.text().contains("local / predictor"), "{back}");
}

#[test]
fn read_only_asks_nothing() {
    let mut stage = world(Screen::Rollback(rollback::Rollback::new(scene::id())));
    stage.state.scope.context.read_only = true;
    stage.press("<enter>R");
    assert!(stage.state.overlay.is_none());
    insta::assert_snapshot!("rollback_read_only", stage.text());
}

#[test]
fn a_task_that_stopped_meanwhile_is_not_stopped_again() {
    let mut stage = asked(stop_task, false);
    stage.run(vec![scene::task("aaaa1111", 3, "STOPPED")]);
    let effects = stage.press("<tab><enter>");
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::Write(_))));
    assert!(stage.text().contains("stopped meanwhile"));
}

/// `":q<enter>"` as one text for each key.
fn single(keys: &str) -> Vec<String> {
    let mut all = Vec::new();
    let mut rest = keys;
    while let Some(c) = rest.chars().next() {
        let end = if c == '<' { rest.find('>').map_or(1, |at| at + 1) } else { c.len_utf8() };
        all.push(rest[..end].to_owned());
        rest = &rest[end..];
    }
    all
}

fn screens() -> impl Strategy<Value = u8> {
    0..4_u8
}

fn open(which: u8) -> Stage {
    let image = format!("{}:v1.4.0", scene::REPOSITORY);
    let screen = match which {
        0 => Screen::Images(images::Images::of_service(scene::id())),
        1 => Screen::Review(review::Review::new(scene::id(), image.clone())),
        2 => Screen::Rollback(rollback::Rollback::new(scene::id())),
        _ => rollout_screen(),
    };
    let mut stage = world(screen);
    let request = quarterdeck::effect::Request::Preflight { service: scene::id(), image };
    stage.answer(request, Facts::Preflight(scene::passed()));
    stage
}

const KEYS: &[&str] = &[
    "<enter>",
    "<tab>",
    "<backtab>",
    "<esc>",
    "<down>",
    "<up>",
    "<left>",
    "<right>",
    "<space>",
    "<pgdn>",
    "<pgup>",
    "D",
    "R",
    "r",
    "s",
    "S",
    "y",
    "q",
    "j",
    "k",
    "G",
    "d",
    "5",
    "<ctrl-d>",
    "<ctrl-w>",
    "<ctrl-c>",
    ":rollback<enter>",
    "x",
    ":restart<enter>",
    ":scale<enter>",
    "/v1<enter>",
    "-",
    "[",
    "]",
    "p",
    "l",
    "v",
    "m",
    "i",
    "o",
    "<backspace>",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// Whatever is pressed: a write leaves only on enter, with the acting button of an open dialog in focus.
    #[test]
    fn no_keys_lead_round_the_dialog(
        which in screens(),
        production in any::<bool>(),
        read_only in prop::bool::weighted(0.2),
        keys in prop::collection::vec(prop::sample::select(KEYS), 1..40),
    ) {
        let mut stage = open(which);
        stage.state.scope.context.production = production;
        stage.state.scope.context.read_only = read_only;
        for key in keys.into_iter().flat_map(single) {
            let ready = matches!(&stage.state.overlay, Some(Overlay::Dialog(dialog)) if dialog.focus == Focus::Act);
            let effects = stage.press(&key);
            let wrote = effects.iter().any(|effect| matches!(effect, Effect::Write(_)));
            prop_assert!(!wrote || (ready && key == "<enter>" && !read_only), "{key}");
            if wrote {
                stage.state.scope.writing = None;
            }
            prop_assert!(!stage.text().is_empty());
        }
    }
}
