//! The binary `qd`.

fn main() {}
