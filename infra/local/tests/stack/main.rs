//! The stack with real processes and real sockets.

mod balancer;
mod containers;
