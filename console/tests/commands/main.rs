//! The subcommands as a person or a script meets them: the binary against a running local stack.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails loudly")]
#![allow(clippy::disallowed_methods, reason = "a test stands outside the console")]
#![cfg(all(unix, feature = "local"))]

mod flows;
mod lists;
mod predictions;
mod stage;
mod usage;
mod verify;
