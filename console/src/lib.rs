//! Quarterdeck's console: a terminal screen, and the same abilities as subcommands, for services on Amazon ECS.
//!
//! The flow: the keyboard, the clock and the [`clients`] send an [`event::Event`]; `update` changes the state and
//! answers with [`effect::Effect`]s; `runtime` carries those out and draws once per batch. `update` and `view` know no
//! clock, no files, no SDK.

pub mod config;
pub mod deploy;
pub mod effect;
pub mod event;
pub mod explain;
pub mod model;
pub mod text;
pub mod verdict;
