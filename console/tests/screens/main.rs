//! The console as a user meets it: keys in, screen text out, at 80×24 and wide.

mod clusters;
mod stage;
