//! The binary in a real terminal: it starts, quits, and gives the terminal back as it was, however it ends.
#![cfg(unix)]

mod endings;
mod scene;
mod session;
