//! Any keys on any list, with any facts in between: no panic, and never a write without a dialog's consent.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use proptest::prelude::*;
use quarterdeck::effect::{Effect, Request};
use quarterdeck::event::{Event, Facts};
use quarterdeck::model::ProblemKind;
use quarterdeck::screens::{Screen, audit, batch, clusters, errors, service, services, task, text};

use crate::night::{self, id};
use crate::stage::Stage;

fn screen(which: usize) -> Screen {
    match which {
        0 => Screen::Clusters(clusters::Clusters::default()),
        1 => Screen::Services(services::Services::new("local".into(), String::new())),
        2 => Screen::Service(service::ServiceScreen::new(id())),
        3 => Screen::Task(task::TaskScreen::new(id(), "a1a1a1a1".repeat(4))),
        4 => Screen::Text(text::Text::new("text".into(), "日本 one\n\ttwo\n\u{1b}[31m three ".repeat(30))),
        5 => Screen::Errors(errors::Errors::default()),
        6 => Screen::Batch(batch::Batch::new(id(), "http://h".into(), ("housing".into(), None))),
        _ => Screen::Audit(audit::Audit::default()),
    }
}

/// What happens between two keys.
fn happen(stage: &mut Stage, what: u8, second: i64) {
    match what {
        0 => night::tell(stage),
        1 => drop(stage.answer(Request::Tasks(id()), Facts::Tasks(Vec::new()))),
        2 => drop(stage.answer(Request::Services { cluster: "local".into() }, Facts::Services(Vec::new()))),
        3 => drop(stage.fail(Request::Tasks(id()), ProblemKind::Denied, "AccessDeniedException", "no")),
        4 => drop(stage.send(Event::Resized(60 + u16::from(what), 15))),
        5 => drop(stage.send(Event::Resized(200, 60))),
        6 => drop(stage.send(Event::Resized(3, 2))),
        _ => drop(stage.tick(second * 1_000)),
    }
}

fn key() -> impl Strategy<Value = KeyEvent> {
    let code = prop_oneof![
        8 => proptest::char::range(' ', '~').prop_map(KeyCode::Char),
        2 => Just(KeyCode::Esc),
        1 => Just(KeyCode::Left),
        1 => Just(KeyCode::Right),
        1 => Just(KeyCode::Down),
        1 => Just(KeyCode::Tab),
        1 => Just(KeyCode::BackTab),
        1 => Just(KeyCode::Backspace),
        1 => Just(KeyCode::End),
    ];
    let modifiers =
        prop_oneof![6 => Just(KeyModifiers::NONE), 1 => Just(KeyModifiers::CONTROL), 1 => Just(KeyModifiers::SHIFT)];
    (code, modifiers).prop_map(|(code, modifiers)| KeyEvent::new(code, modifiers))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn keys_never_panic_and_never_write(
        which in 0_usize..8,
        told in any::<bool>(),
        steps in proptest::collection::vec((key(), 0_u8..24), 1..50),
    ) {
        let mut stage = Stage::open(move |_| screen(which));
        if told {
            night::tell(&mut stage);
        }
        for (second, (press, what)) in steps.into_iter().enumerate() {
            stage.send(Event::Key(press));
            happen(&mut stage, what, i64::try_from(second).unwrap());
            // Drawn each time: what is not drawn cannot panic.
            let _ = stage.buffer();
        }
        prop_assert!(!stage.effects.iter().any(|effect| matches!(effect, Effect::Write(_))));
    }
}
