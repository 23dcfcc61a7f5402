//! The service from outside: a real server on a port of the system's choice, real HTTP over a plain socket.

mod admin;
mod artifacts;
mod batch;
mod client;
mod compression;
mod cors;
mod drain;
mod judged;
mod life;
mod limits;
mod models;
mod observed;
mod oip;
mod page;
mod predict;
mod process;
#[path = "../shared/python.rs"]
mod python;
mod refusals;
mod running;
mod slow;
mod stream;
mod texts;
mod tracing;
mod training;
