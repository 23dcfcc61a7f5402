//! The command line of the faulty programs.

use std::time::Duration;

use super::Fault;

const DEFAULT_RATE: f64 = 0.5;
const DEFAULT_LATENCY_MS: u64 = 900;
const DEFAULT_LEAK: usize = 8;

/// What to do wrong, and where to listen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Options {
    pub(super) fault: Fault,
    pub(super) port: u16,
}

impl Options {
    /// Reads `MODE [--rate SHARE] [--latency-ms N] [--mib-per-second N]`.
    ///
    /// # Errors
    /// What is wrong with the words.
    pub(super) fn parse(words: &[String], port: Option<&str>) -> Result<Self, String> {
        let (mode, rest) = words.split_first().ok_or("faulty: a mode is missing")?;
        let fault = match mode.as_str() {
            "crash" => Fault::Crash,
            "unhealthy" => Fault::Unhealthy,
            "errors" => Fault::Errors(value(rest, "--rate", DEFAULT_RATE)?.clamp(0.0, 1.0)),
            "slow" => Fault::Slow(Duration::from_millis(value(rest, "--latency-ms", DEFAULT_LATENCY_MS)?)),
            "leak" => Fault::Leak(value(rest, "--mib-per-second", DEFAULT_LEAK)?),
            other => return Err(format!("faulty: unknown mode {other}")),
        };
        let port = port.map_or(Ok(0), str::parse).map_err(|error| format!("faulty: PORT: {error}"))?;
        Ok(Self { fault, port })
    }
}

fn value<T: std::str::FromStr>(words: &[String], name: &str, default: T) -> Result<T, String> {
    let Some(place) = words.iter().position(|word| word == name) else {
        return Ok(default);
    };
    let text = words.get(place + 1).ok_or_else(|| format!("faulty: {name} needs a value"))?;
    text.parse().map_err(|_| format!("faulty: {name} cannot be {text}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn command_lines() {
        let check = |line: &str, expect: Result<Fault, &str>| {
            let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
            let options = Options::parse(&words, Some("8080"));
            assert_eq!(options.map(|options| options.fault), expect.map_err(str::to_owned), "{line}");
        };
        check("crash", Ok(Fault::Crash));
        check("errors --rate 0.25", Ok(Fault::Errors(0.25)));
        check("errors", Ok(Fault::Errors(DEFAULT_RATE)));
        check("slow --latency-ms 20", Ok(Fault::Slow(Duration::from_millis(20))));
        check("leak --mib-per-second 64", Ok(Fault::Leak(64)));
        check("slow --latency-ms", Err("faulty: --latency-ms needs a value"));
        check("errors --rate much", Err("faulty: --rate cannot be much"));
        check("dance", Err("faulty: unknown mode dance"));
        check("", Err("faulty: a mode is missing"));
        assert!(Options::parse(&["crash".to_owned()], Some("many")).is_err());
    }
}
