//! The service from outside: a real server on a port of the system's choice, real HTTP over a plain socket.

mod artifacts;
mod client;
mod drain;
mod life;
mod limits;
mod observed;
mod page;
mod predict;
mod process;
mod refusals;
mod running;
mod slow;
mod tracing;
mod training;
