//! Shapes as SVG text. Colours are classes of one style sheet, which knows a light and a dark form of each.

use std::fmt::Write;

const STYLE: &str = ".paper{fill:#fff}text{fill:#1f2328;font:12px system-ui,'Segoe UI',Helvetica,Arial,sans-serif}\
.title{font-size:14px;font-weight:600}.faint{fill:#59636e}.axis{stroke:#8c959f;fill:none}.grid{stroke:#e3e8ee}\
.ideal{stroke:#8c959f;stroke-dasharray:4 4;fill:none}.c0{fill:#0969da}.c1{fill:#bc4c00}.c2{fill:#1a7f37}\
.l0{stroke:#0969da}.l1{stroke:#bc4c00}.l2{stroke:#1a7f37}.line{fill:none;stroke-width:2;stroke-linejoin:round}\
.cell{fill:#0969da}.over{fill:#fff}.on{font-size:16px}\
@media(prefers-color-scheme:dark){.paper{fill:#0d1117}text{fill:#e6edf3}.faint{fill:#9198a1}.axis{stroke:#656c76}\
.grid{stroke:#262c36}.ideal{stroke:#656c76}.c0{fill:#58a6ff}.c1{fill:#f0883e}.c2{fill:#3fb950}.l0{stroke:#58a6ff}\
.l1{stroke:#f0883e}.l2{stroke:#3fb950}.cell{fill:#388bfd}.over{fill:#fff}}";

/// Which end of a text lies at its point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    /// The left end.
    Start,
    /// The middle.
    Middle,
    /// The right end.
    End,
}

/// A document that is being drawn.
#[derive(Debug)]
pub struct Canvas {
    width: f64,
    height: f64,
    body: String,
}

impl Canvas {
    /// An empty sheet with a title.
    #[must_use]
    pub fn new(width: f64, height: f64, title: &str) -> Self {
        let mut canvas = Self { width, height, body: String::new() };
        canvas.put(&format!("<title>{}</title>", escaped(title)));
        canvas.put("<rect class=\"paper\" width=\"100%\" height=\"100%\" rx=\"6\"/>");
        canvas.text((width / 2.0, 24.0), Anchor::Middle, "title", title);
        canvas
    }

    /// A text; `class` may be empty.
    pub fn text(&mut self, (x, y): (f64, f64), anchor: Anchor, class: &str, text: &str) {
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        let class = if class.is_empty() { String::new() } else { format!(" class=\"{class}\"") };
        self.put(&format!("<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\"{class}>{}</text>", escaped(text)));
    }

    /// A text that reads upwards.
    pub fn upward(&mut self, (x, y): (f64, f64), text: &str) {
        self.put(&format!(
            "<text class=\"faint\" text-anchor=\"middle\" transform=\"translate({x:.1} {y:.1}) rotate(-90)\">{}</text>",
            escaped(text)
        ));
    }

    /// A straight line.
    pub fn line(&mut self, from: (f64, f64), to: (f64, f64), class: &str) {
        let ((x1, y1), (x2, y2)) = (from, to);
        self.put(&format!("<line class=\"{class}\" x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\"/>"));
    }

    /// A rectangle, opaque from 0 to 1.
    pub fn block(&mut self, (x, y): (f64, f64), (width, height): (f64, f64), class: &str, opacity: f64) {
        self.put(&format!(
            "<rect class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" fill-opacity=\"{opacity:.3}\"/>"
        ));
    }

    /// Dots of one size and opacity.
    pub fn dots(&mut self, points: &[(f64, f64)], radius: f64, class: &str, opacity: f64) {
        self.put(&format!("<g class=\"{class}\" fill-opacity=\"{opacity:.2}\">"));
        for (x, y) in points {
            self.put(&format!("<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{radius}\"/>"));
        }
        self.put("</g>");
    }

    /// A line through points.
    pub fn path(&mut self, points: &[(f64, f64)], class: &str) {
        let mut steps = String::new();
        for (at, (x, y)) in points.iter().enumerate() {
            // Writing to a string cannot fail.
            let _ = write!(steps, "{}{x:.1} {y:.1}", if at == 0 { "M" } else { "L" });
        }
        self.put(&format!("<path class=\"line {class}\" d=\"{steps}\"/>"));
    }

    /// The document.
    #[must_use]
    pub fn finish(self) -> String {
        let Self { width, height, body } = self;
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" \
             viewBox=\"0 0 {width:.0} {height:.0}\" role=\"img\">\n<style>{STYLE}</style>\n{body}</svg>\n"
        )
    }

    fn put(&mut self, element: &str) {
        self.body.push_str(element);
        self.body.push('\n');
    }
}

/// Text for XML, without control characters, which XML has no way to write.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            control if control.is_control() || matches!(control, '\u{fffe}' | '\u{ffff}') => out.push('\u{fffd}'),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_cannot_become_markup() {
        let mut canvas = Canvas::new(100.0, 50.0, "a < b & \"c\"");
        canvas.text((1.0, 2.0), Anchor::Start, "", "</text><script>\u{1b}[2J");
        let svg = canvas.finish();
        assert!(svg.contains("<title>a &lt; b &amp; &quot;c&quot;</title>"), "{svg}");
        assert!(!svg.contains("<script") && !svg.contains('\u{1b}'), "{svg}");
    }
}
