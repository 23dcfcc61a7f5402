//! The console as a user meets it: keys in, screen text out, at 80×24 and wide.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test fails loudly"
)]
#![allow(clippy::disallowed_methods, reason = "a test stands outside the console")]

mod batch;
mod catalog;
mod clusters;
mod dialogs;
mod images;
mod logs;
mod metrics;
mod night;
mod pictures;
mod predict;
mod random_keys;
mod records;
mod review;
mod rollback;
mod rollout;
mod scene;
mod service;
mod services;
mod stage;
mod svg;
mod task;
mod text;
