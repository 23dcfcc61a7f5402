//! The scheduler against simulated worlds.

mod alarms;
mod breaker;
mod health;
mod random;
mod rolling;
mod tasks;
