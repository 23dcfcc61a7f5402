//! The clipboard by OSC 52: works over ssh, and in tmux with `set-clipboard on`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Longest text that terminals are known to take, in bytes before encoding.
const LONGEST: usize = 74_000;

/// Bytes to send to the terminal, and what to tell the user.
pub fn copy(text: &str) -> (Vec<u8>, String) {
    if text.len() > LONGEST {
        let words =
            format!("too long for the clipboard ({} kB, at most 74 kB); ctrl-s saves to a file", text.len() / 1_000);
        return (Vec::new(), words);
    }
    let first = crate::text::clean(text.lines().next().unwrap_or_default()).into_owned();
    let shown = crate::widgets::words::cut_end(&first, 60);
    let bytes = format!("\x1b]52;c;{}\x07", STANDARD.encode(text)).into_bytes();
    (bytes, format!("copied {shown}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_encoded_and_bounded() {
        assert_eq!(copy("hi").0, b"\x1b]52;c;aGk=\x07");
        assert!(copy(&"x".repeat(LONGEST + 1)).0.is_empty());
    }
}
