//! The command line of the `local-stack` binary.

use local_stack::Config;

/// What `--help` prints.
pub(crate) const HELP: &str = "\
Runs the local stack in the foreground: Amazon ECS, CloudWatch, CloudWatch Logs and ECR on loopback.

Usage: local-stack [OPTIONS]

  --port N            port of the AWS APIs; 0 for any free one (default 0)
  --balancer-port N   port of the load balancer; 0 for any free one (default 0)
  --region NAME       region of the ARNs (default us-east-1)
  --speed X           seconds of stack time in one second (default 1)
  --traffic X         synthetic requests per second; 0 for none (default 2)
  --empty             start without the demonstration content
  --help              print this
";

/// Reads the command line; `None` asks for help.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn parse(words: &[String]) -> Result<Option<Config>, String> {
    let mut config = Config::default();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let (name, joined) = word.split_once('=').map_or((word.as_str(), None), |(name, value)| (name, Some(value)));
        match name {
            "--help" | "-h" => return Ok(None),
            "--empty" => {
                config.seed = false;
                continue;
            }
            "--port" | "--balancer-port" | "--region" | "--speed" | "--traffic" => {}
            _ => return Err(format!("unknown option {word}; see --help")),
        }
        let value =
            joined.or_else(|| words.next().map(String::as_str)).ok_or_else(|| format!("{name} needs a value"))?;
        set(&mut config, name, value)?;
    }
    Ok(Some(config))
}

fn set(config: &mut Config, name: &str, value: &str) -> Result<(), String> {
    match name {
        "--port" => config.port = number(name, value)?,
        "--balancer-port" => config.balancer_port = number(name, value)?,
        "--region" => config.region = region(value)?,
        "--speed" => config.speed = positive(name, value)?,
        _ => {
            let per_second: f64 = number(name, value)?;
            config.traffic = (per_second > 0.0).then_some(per_second);
        }
    }
    Ok(())
}

fn number<T: std::str::FromStr>(name: &str, value: &str) -> Result<T, String> {
    value.parse().map_err(|_| format!("{name} cannot be {value}"))
}

fn positive(name: &str, value: &str) -> Result<f64, String> {
    let speed: f64 = number(name, value)?;
    if speed.is_finite() && speed > 0.0 { Ok(speed) } else { Err(format!("{name} must be above 0, not {value}")) }
}

fn region(value: &str) -> Result<String, String> {
    let plain = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if plain { Ok(value.to_owned()) } else { Err(format!("--region cannot be {value}")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn command_lines() {
        let check = |line: &str, expect: Result<Option<Config>, &str>| {
            let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
            assert_eq!(parse(&words), expect.map_err(str::to_owned), "{line}");
        };
        check("", Ok(Some(Config::default())));
        check("--port 4566 --empty", Ok(Some(Config { port: 4566, seed: false, ..Config::default() })));
        check("--speed=2.5 --traffic=0", Ok(Some(Config { speed: 2.5, traffic: None, ..Config::default() })));
        check("--port 1 --help", Ok(None));
        check("--port 99999", Err("--port cannot be 99999"));
        check("--speed 0", Err("--speed must be above 0, not 0"));
        check("--region us/east", Err("--region cannot be us/east"));
        check("--region", Err("--region needs a value"));
        check("--verbose", Err("unknown option --verbose; see --help"));
    }
}
