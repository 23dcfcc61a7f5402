//! The console as a user meets it: keys in, screen text out, at 80×24 and wide.

#![allow(unreachable_pub, reason = "modules of one test share a stage")]

mod clusters;
mod stage;
