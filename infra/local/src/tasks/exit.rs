//! Exit codes as container runtimes report them.

use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;

/// The exit code of a finished process: its own, or 128 + n when signal n ended it.
pub(crate) fn code_of(status: ExitStatus) -> i32 {
    status.code().or_else(|| status.signal().map(|signal| 128 + signal)).unwrap_or(255)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signal_counts_from_128() {
        let check = |raw: i32, expect: i32| assert_eq!(code_of(ExitStatus::from_raw(raw)), expect, "wait status {raw}");
        check(0, 0);
        check(1 << 8, 1);
        check(9, 137);
        check(15, 143);
    }
}
