//! Every way in which the console can end.

use rustix::process::Signal;

use crate::scene::VARIABLE;
use crate::session::Session;

fn scene(name: &str) -> Session {
    let me = std::env::current_exe().unwrap();
    Session::start(me.to_str().unwrap(), &["--exact", "scene::scene", "--nocapture"], &[(VARIABLE, name)])
}

#[test]
fn q_asks_and_quits() {
    let mut session = scene("plain");
    session.wait_for("afloat");
    session.send("q");
    session.wait_for("Quit Quarterdeck?");
    session.send("q");
    assert!(session.end().success());
    session.assert_restored();
}

#[test]
fn a_signal_ends_it_cleanly() {
    for signal in [Signal::TERM, Signal::HUP, Signal::INT] {
        let mut session = scene("plain");
        session.wait_for("afloat");
        session.signal(signal);
        session.end();
        session.assert_restored();
    }
}

#[test]
fn a_panic_in_a_job_restores_the_terminal_and_can_be_read() {
    for name in ["panic", "panic-hook"] {
        let mut session = scene(name);
        let status = session.end();
        assert!(!status.success(), "{name}");
        session.assert_restored();
        let shown = session.screen(vt100::Screen::contents);
        assert!(shown.contains("the script says so"), "{name}: {shown}");
    }
}

#[test]
fn keys_are_painted_while_every_call_takes_half_a_minute() {
    let mut session = scene("slow");
    session.wait_for("clusters");
    session.send("?");
    session.wait_for("Help");
    session.send("x:err");
    session.wait_for(":errors");
    session.send("\x1b");
    session.wait_until("the prompt to close", |session| !session.screen(|s| s.contents().contains(":errors")));
    session.send("\x03");
    assert!(session.end().success());
    session.assert_restored();
}

#[test]
fn a_write_under_way_is_carried_to_its_end() {
    let mut session = scene("write");
    session.wait_for("Restart pier");
    session.send("\t\r");
    session.wait_until("the write to begin", |session| session.screen(|s| s.contents().contains("ecs:Upd")));
    session.send("\x03");
    assert!(session.end().success());
    session.assert_restored();
    session.wait_for("the write has ended");
}
