//! The programs of the broken images: each goes wrong in one way that an operator must be able to tell from outside.
//!
//! They live here so that the predictor carries no fault of its own. Those that answer at all stand in front of a real
//! predictor and spoil its answers, so everything that is not meant to be broken is real.

mod front;
mod journal;
mod options;
mod server;

use std::ffi::OsString;
use std::process::ExitCode;
use std::time::Duration;

use journal::{Level, note};
use options::Options;

const USAGE: u8 = 64;

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    /// Ends at the start.
    Crash,
    /// Starts, but says that it is not healthy.
    Unhealthy,
    /// This share of predictions fails.
    Errors(f64),
    /// Predictions take about this long.
    Slow(Duration),
    /// Takes this many MiB more each second.
    Leak(usize),
}

/// Becomes `faulty MODE …`; `arguments` begin with the program's name.
pub(crate) fn run(arguments: &[OsString]) -> ExitCode {
    let words: Vec<String> = arguments.iter().skip(1).map(|word| word.to_string_lossy().into_owned()).collect();
    let options = match Options::parse(&words, std::env::var("PORT").ok().as_deref()) {
        Ok(options) => options,
        Err(problem) => {
            note(Level::Error, &problem, &[]);
            return ExitCode::from(USAGE);
        }
    };
    if options.fault == Fault::Crash {
        return crash();
    }
    match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(server::run(options)),
        Err(error) => {
            note(Level::Error, &format!("cannot start: {error}"), &[]);
            ExitCode::FAILURE
        }
    }
}

fn crash() -> ExitCode {
    note(Level::Info, "starting", &[]);
    // Long enough to be seen running, as a program that fails while it loads its model is.
    std::thread::sleep(Duration::from_millis(300));
    note(
        Level::Error,
        "cannot load model: digest of /models/sentiment/3/model.bin does not match its manifest",
        &[("model", "sentiment@3"), ("expected", "sha256:9f2c41d7"), ("found", "sha256:e3b0c442")],
    );
    ExitCode::FAILURE
}
