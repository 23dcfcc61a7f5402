//! Colours by meaning, and the words and glyphs of the status vocabulary. Never colour alone: each state has a glyph and a word.

use ratatui::style::{Color, Modifier, Style};

/// What a piece of text means; a theme turns it into a style.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[allow(missing_docs, reason = "the names are the documentation")]
pub enum Meaning {
    #[default]
    Text,
    Muted,
    Accent,
    Good,
    Busy,
    Warning,
    Danger,
    Selected,
    Title,
    Border,
    Match,
    Production,
    Badge,
}

/// One look of the console.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Theme {
    palette: Palette,
    /// ASCII glyphs and borders.
    pub ascii: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Palette {
    Dark,
    Light,
    Sixteen,
    Mono,
}

/// Names that configuration accepts.
pub const THEMES: &[&str] = &["dark", "light", "16", "mono"];

impl Theme {
    /// The theme of that name, dark when there is none such.
    #[must_use]
    pub fn named(name: &str, ascii: bool) -> Self {
        let palette = match name {
            "light" => Palette::Light,
            "16" => Palette::Sixteen,
            "mono" => Palette::Mono,
            _ => Palette::Dark,
        };
        Self { palette, ascii }
    }

    /// Style of a meaning.
    #[must_use]
    pub fn style(self, meaning: Meaning) -> Style {
        match self.palette {
            Palette::Dark => dark(meaning),
            Palette::Light => light(meaning),
            Palette::Sixteen => sixteen(meaning),
            Palette::Mono => mono(meaning),
        }
    }

    /// Style of one of several like things side by side, such as tasks: told apart by colour, never by colour alone.
    #[must_use]
    pub fn tint(self, index: usize) -> Style {
        const SIXTEEN: [Color; TINTS] =
            [Color::Cyan, Color::Magenta, Color::Green, Color::LightBlue, Color::LightMagenta, Color::LightCyan];
        let (dark, light) = TINT_COLOURS[index % TINTS];
        match self.palette {
            Palette::Dark => Style::new().fg(rgb(dark)),
            Palette::Light => Style::new().fg(rgb(light)),
            Palette::Sixteen => Style::new().fg(SIXTEEN[index % TINTS]),
            Palette::Mono => Style::new(),
        }
    }

    /// Glyph of a status.
    #[must_use]
    pub fn glyph(self, status: Status) -> &'static str {
        let (unicode, ascii) = status.glyphs();
        if self.ascii { ascii } else { unicode }
    }
}

/// Number of colours for things side by side.
pub const TINTS: usize = 6;

/// On dark and on light ground.
const TINT_COLOURS: [(u32, u32); TINTS] = [
    (0xc5_a3ff, 0x6b_3fa0),
    (0x6f_d6c9, 0x00_655a),
    (0xff_b38a, 0x8f_3b00),
    (0x9f_b4ff, 0x1a_4fa3),
    (0xf0_a0d0, 0x9c_1f6b),
    (0xc6_d57e, 0x4f_6000),
];

fn rgb(hex: u32) -> Color {
    let [_, r, g, b] = hex.to_be_bytes();
    Color::Rgb(r, g, b)
}

fn dark(meaning: Meaning) -> Style {
    let plain = Style::new();
    match meaning {
        Meaning::Text => plain.fg(rgb(0xd8_dee9)),
        Meaning::Muted => plain.fg(rgb(0x9a_a5b8)),
        Meaning::Accent => plain.fg(rgb(0x7f_c8f8)),
        Meaning::Good => plain.fg(rgb(0x8f_d694)),
        Meaning::Busy => plain.fg(rgb(0x7f_c8f8)),
        Meaning::Warning => plain.fg(rgb(0xf2_c14e)),
        Meaning::Danger => plain.fg(rgb(0xff_8080)).add_modifier(Modifier::BOLD),
        Meaning::Selected => plain.bg(rgb(0x2c_4a6b)).fg(rgb(0xff_ffff)).add_modifier(Modifier::BOLD),
        Meaning::Title => plain.fg(rgb(0xff_ffff)).add_modifier(Modifier::BOLD),
        Meaning::Border => plain.fg(rgb(0x5f_6f86)),
        Meaning::Match => plain.bg(rgb(0xf2_c14e)).fg(rgb(0x10_1418)),
        Meaning::Production => plain.bg(rgb(0xc0_2b3c)).fg(rgb(0xff_ffff)).add_modifier(Modifier::BOLD),
        Meaning::Badge => plain.bg(rgb(0x2c_4a6b)).fg(rgb(0xff_ffff)),
    }
}

fn light(meaning: Meaning) -> Style {
    let plain = Style::new();
    match meaning {
        Meaning::Text => plain.fg(rgb(0x1c_2733)),
        Meaning::Muted => plain.fg(rgb(0x56_6270)),
        Meaning::Accent | Meaning::Busy => plain.fg(rgb(0x0b_5c96)),
        Meaning::Good => plain.fg(rgb(0x1a_6e2e)),
        Meaning::Warning => plain.fg(rgb(0x7a_5200)),
        Meaning::Danger => plain.fg(rgb(0xb0_0020)).add_modifier(Modifier::BOLD),
        Meaning::Selected => plain.bg(rgb(0xbc_d9f2)).fg(rgb(0x0a_1a2a)).add_modifier(Modifier::BOLD),
        Meaning::Title => plain.fg(rgb(0x00_0000)).add_modifier(Modifier::BOLD),
        Meaning::Border => plain.fg(rgb(0x7c_8896)),
        Meaning::Match => plain.bg(rgb(0xff_d75e)).fg(rgb(0x00_0000)),
        Meaning::Production => plain.bg(rgb(0xb0_0020)).fg(rgb(0xff_ffff)).add_modifier(Modifier::BOLD),
        Meaning::Badge => plain.bg(rgb(0x0b_5c96)).fg(rgb(0xff_ffff)),
    }
}

fn sixteen(meaning: Meaning) -> Style {
    let plain = Style::new();
    match meaning {
        Meaning::Text | Meaning::Muted | Meaning::Border => plain,
        Meaning::Accent | Meaning::Busy => plain.fg(Color::Cyan),
        Meaning::Good => plain.fg(Color::Green),
        Meaning::Warning => plain.fg(Color::Yellow),
        Meaning::Danger => plain.fg(Color::Red).add_modifier(Modifier::BOLD),
        Meaning::Selected | Meaning::Badge => plain.add_modifier(Modifier::REVERSED),
        Meaning::Title => plain.add_modifier(Modifier::BOLD),
        Meaning::Match => plain.bg(Color::Yellow).fg(Color::Black),
        Meaning::Production => plain.bg(Color::Red).fg(Color::White).add_modifier(Modifier::BOLD),
    }
}

fn mono(meaning: Meaning) -> Style {
    let plain = Style::new();
    match meaning {
        Meaning::Danger | Meaning::Title | Meaning::Warning => plain.add_modifier(Modifier::BOLD),
        Meaning::Selected | Meaning::Badge | Meaning::Production => plain.add_modifier(Modifier::REVERSED),
        Meaning::Match => plain.add_modifier(Modifier::REVERSED | Modifier::UNDERLINED),
        _ => plain,
    }
}

/// The status vocabulary: eight words for everything that can be well or ill.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "the words themselves")]
pub enum Status {
    Failed,
    Warning,
    Paused,
    Progressing,
    Waiting,
    Unknown,
    Running,
    Ok,
}

impl Status {
    fn glyphs(self) -> (&'static str, &'static str) {
        match self {
            Self::Ok => ("✔", "OK"),
            Self::Running => ("●", "RUN"),
            Self::Progressing => ("◌", ".."),
            Self::Waiting => ("◷", "WAIT"),
            Self::Paused => ("‖", "PAUSE"),
            Self::Warning => ("⚠", "WARN"),
            Self::Failed => ("✖", "FAIL"),
            Self::Unknown => ("?", "?"),
        }
    }

    /// Meaning that colours it.
    #[must_use]
    pub fn meaning(self) -> Meaning {
        match self {
            Self::Ok | Self::Running => Meaning::Good,
            Self::Progressing => Meaning::Busy,
            Self::Waiting | Self::Unknown => Meaning::Muted,
            Self::Paused | Self::Warning => Meaning::Warning,
            Self::Failed => Meaning::Danger,
        }
    }

    /// Deserves attention: what "faults only" keeps.
    #[must_use]
    pub fn is_fault(self) -> bool {
        matches!(self, Self::Failed | Self::Warning)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn luminance(colour: Color) -> Option<f64> {
        let Color::Rgb(r, g, b) = colour else { return None };
        let channel = |c: u8| {
            let c = f64::from(c) / 255.0;
            if c <= 0.03928 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        };
        Some(0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b))
    }

    /// WCAG 2.1 contrast ratio.
    fn contrast(a: f64, b: f64) -> f64 {
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn text_can_be_read_on_its_ground() {
        let meanings = [
            Meaning::Text,
            Meaning::Muted,
            Meaning::Accent,
            Meaning::Good,
            Meaning::Busy,
            Meaning::Warning,
            Meaning::Danger,
            Meaning::Selected,
            Meaning::Title,
            Meaning::Match,
            Meaning::Production,
            Meaning::Badge,
        ];
        for (name, ground) in [("dark", 0x10_1418), ("light", 0xff_ffff)] {
            for meaning in meanings {
                let style = Theme::named(name, false).style(meaning);
                let fg = luminance(style.fg.unwrap()).unwrap();
                let bg = luminance(style.bg.unwrap_or(rgb(ground))).unwrap();
                assert!(contrast(fg, bg) >= 4.5, "{name} {meaning:?}: {}", contrast(fg, bg));
            }
            for tint in 0..TINTS {
                let fg = luminance(Theme::named(name, false).tint(tint).fg.unwrap()).unwrap();
                let bg = luminance(rgb(ground)).unwrap();
                assert!(contrast(fg, bg) >= 4.5, "{name} tint {tint}: {}", contrast(fg, bg));
            }
        }
    }
}
