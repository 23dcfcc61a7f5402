//! The binary in a real terminal: it starts, quits, and gives the terminal back as it was, however it ends.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test fails loudly"
)]
#![allow(clippy::disallowed_methods, reason = "a test stands outside the console")]
#![cfg(unix)]

mod endings;
mod scene;
mod session;
