//! The stack with real processes and real sockets.

mod alarms;
mod client;
mod containers;
mod deployments;
mod endings;
mod serving;
