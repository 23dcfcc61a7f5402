//! The local stack without a console: it runs in the foreground until it is told to end.

use std::ffi::OsString;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    local_stack::task_process(&arguments).unwrap_or(ExitCode::FAILURE)
}
