//! The inside of a task process: this very binary, re-executed as the program that an image names.
//!
//! A task process must never outlive the stack. Its standard input is a pipe whose only writer is the stack, so end of
//! file means that the stack is gone, however it went; then the process ends itself and its whole group.

use std::ffi::OsString;
use std::io::Read;
use std::process::{Command, ExitCode, Stdio};

use rustix::process::{Signal, kill_current_process_group};

use super::exit::code_of;

/// The first argument that makes this binary a task process.
pub(crate) const TASK_ARGUMENT: &str = "__task";

/// The environment variable that names the binary to re-execute, for shell commands inside a task.
pub(crate) const EXECUTABLE_VARIABLE: &str = "TASK_EXECUTABLE";

const USAGE: u8 = 64;
const CANNOT_EXECUTE: u8 = 127;

/// Becomes the program of a task when `arguments` (with the program's own name first) say `__task PROGRAM …`.
///
/// Returns `None` for any other command line. A binary whose stack starts tasks calls this before anything else.
pub fn task_process(arguments: &[OsString]) -> Option<ExitCode> {
    if arguments.get(1)? != TASK_ARGUMENT {
        return None;
    }
    end_with_the_stack();
    let program = arguments.get(2..).unwrap_or_default();
    let Some(name) = program.first() else {
        return Some(ExitCode::from(USAGE));
    };
    Some(match name.to_str() {
        // The second is where images have it, and what health checks therefore call.
        Some("predictor" | "/predictor") => predictor::cli::run(program.iter().cloned()),
        Some("faulty") => crate::faulty::run(program),
        _ => run_other(program),
    })
}

fn end_with_the_stack() {
    let watcher = std::thread::Builder::new().name("stack-watch".to_owned()).spawn(|| {
        let mut byte = [0_u8; 1];
        let mut input = std::io::stdin();
        loop {
            match input.read(&mut byte) {
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Ok(0) | Err(_) => break,
                Ok(_) => {}
            }
        }
        // Nothing can be done about a failure here: the group is this process's own.
        let _ = kill_current_process_group(Signal::KILL);
        std::process::abort();
    });
    if watcher.is_err() {
        std::process::abort();
    }
}

/// Runs any other program inside this process group and ends with its exit code.
///
/// The program inherits the pipe on standard input, so that shells may start `predictor` again from it.
fn run_other(program: &[OsString]) -> ExitCode {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else {
        return ExitCode::from(CANNOT_EXECUTE);
    };
    runtime.block_on(async {
        let (name, arguments) = (&program[0], &program[1..]);
        let mut command = Command::new(name);
        command.args(arguments).stdin(Stdio::inherit());
        let mut child = match tokio::process::Command::from(command).spawn() {
            Ok(child) => child,
            Err(error) => {
                let _ = std::io::Write::write_fmt(
                    &mut std::io::stderr(),
                    format_args!("exec {}: {error}\n", name.to_string_lossy()),
                );
                return ExitCode::from(CANNOT_EXECUTE);
            }
        };
        // SIGTERM comes to the whole group: the program decides what to do, this process only waits for it.
        let _ignored = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate());
        match child.wait().await {
            Ok(status) => ExitCode::from(u8::try_from(code_of(status)).unwrap_or(u8::MAX)),
            Err(_) => ExitCode::from(CANNOT_EXECUTE),
        }
    })
}
