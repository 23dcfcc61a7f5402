//! The local stack without a console: it runs in the foreground until it is told to end.

mod options;

use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;

const USAGE: u8 = 2;

fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    if let Some(code) = local_stack::task_process(&arguments) {
        return code;
    }
    let words: Vec<String> = arguments.iter().skip(1).map(|word| word.to_string_lossy().into_owned()).collect();
    match options::parse(&words) {
        Ok(Some(config)) => run(config),
        Ok(None) => say(&mut std::io::stdout(), options::HELP, ExitCode::SUCCESS),
        Err(problem) => say(&mut std::io::stderr(), &format!("local-stack: {problem}\n"), ExitCode::from(USAGE)),
    }
}

fn run(config: local_stack::Config) -> ExitCode {
    let outcome = tokio::runtime::Runtime::new()
        .map_err(local_stack::headless::HeadlessError::Io)
        .and_then(|runtime| runtime.block_on(local_stack::headless::run(config, &mut std::io::stdout())));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => say(&mut std::io::stderr(), &format!("local-stack: {error}\n"), ExitCode::FAILURE),
    }
}

fn say(out: &mut impl Write, text: &str, code: ExitCode) -> ExitCode {
    // Nobody is left to tell when this fails.
    let _ = out.write_all(text.as_bytes());
    code
}
