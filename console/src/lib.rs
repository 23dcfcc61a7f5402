//! Quarterdeck's console: a terminal screen, and the same abilities as subcommands, for services on Amazon ECS.
//!
//! The flow: the keyboard, the clock and the clients send an [`event::Event`]; [`update`](update::update) changes the
//! [`state::State`] and answers with [`effect::Effect`]s; `runtime` carries those out and draws once per batch with
//! [`view`](view::view). `update` and `view` know no clock, no files, no SDK.

pub mod cli;
pub mod clients;
pub mod config;
pub mod paths;

pub mod action;
pub mod effect;
pub mod event;
pub mod keymap;
pub mod model;

pub mod facts;
pub mod poll;
pub mod state;
pub mod update;

pub mod batch;
pub mod command;
pub mod deploy;
pub mod dialog;
pub mod explain;
pub mod fields;
pub mod filter;
pub mod flows;
pub mod input;
pub mod predicted;
pub mod screens;
pub mod table;
pub mod text;
pub mod verdict;

pub mod theme;
pub mod view;
pub mod widgets;

pub mod runtime;
pub mod session;
