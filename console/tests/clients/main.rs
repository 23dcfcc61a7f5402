//! The clients against a scripted AWS: paging, throttling, denials, garbage, missing members, changes.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails loudly")]
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "a test stands outside the console")]

mod changes;
mod commands;
mod failures;
mod files;
mod following;
mod members;
mod paging;
mod predictions;
mod stub;
