//! The settings of a target group, with the defaults of Elastic Load Balancing.

use std::time::Duration;

/// A target group: how its targets are checked and drained. Times are stack time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetGroup {
    /// The ARN, which ends in `targetgroup/NAME/ID`.
    pub arn: String,
    /// The path of the health check.
    pub path: String,
    /// Time between two checks of a target.
    pub interval: Duration,
    /// Time after which a check counts as failed.
    pub timeout: Duration,
    /// Successes in a row that bring an unhealthy target back.
    pub healthy_threshold: u32,
    /// Failures in a row that make a target unhealthy.
    pub unhealthy_threshold: u32,
    /// The status codes of a healthy target.
    pub matcher: Matcher,
    /// How long a deregistered target may finish requests.
    pub deregistration_delay: Duration,
}

impl TargetGroup {
    /// A target group as the Elastic Load Balancing API creates it when nothing is said.
    #[must_use]
    pub fn with_defaults(arn: &str) -> Self {
        Self {
            arn: arn.to_owned(),
            path: "/".to_owned(),
            interval: Duration::from_secs(30),
            timeout: Duration::from_secs(5),
            healthy_threshold: 5,
            unhealthy_threshold: 2,
            matcher: Matcher::default(),
            deregistration_delay: Duration::from_secs(300),
        }
    }

    /// `targetgroup/NAME/ID`, as the `TargetGroup` dimension has it.
    #[must_use]
    pub fn dimension(&self) -> &str {
        self.arn.rsplit(':').next().unwrap_or(&self.arn)
    }
}

/// Status codes such as `200`, `200,202` or `200-299`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matcher {
    ranges: Vec<(u16, u16)>,
}

impl Default for Matcher {
    fn default() -> Self {
        Self { ranges: vec![(200, 200)] }
    }
}

impl Matcher {
    /// Reads a list of codes and ranges; `None` when it is not one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let ranges: Option<Vec<_>> = text.split(',').map(parse_range).collect();
        Some(Self { ranges: ranges? })
    }

    /// Whether a target that answers `code` is healthy.
    #[must_use]
    pub fn accepts(&self, code: u16) -> bool {
        self.ranges.iter().any(|(low, high)| (*low..=*high).contains(&code))
    }
}

fn parse_range(text: &str) -> Option<(u16, u16)> {
    let (low, high) = text.split_once('-').unwrap_or((text, text));
    let (low, high) = (low.trim().parse().ok()?, high.trim().parse().ok()?);
    (200..=499).contains(&low).then_some(())?;
    (low <= high && high <= 499).then_some((low, high))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matchers() {
        let check = |text: &str, code: u16, expect: Option<bool>| {
            assert_eq!(Matcher::parse(text).map(|matcher| matcher.accepts(code)), expect, "{text} with {code}");
        };
        check("200", 200, Some(true));
        check("200", 204, Some(false));
        check("200,302", 302, Some(true));
        check("200-299", 204, Some(true));
        check("200-299,404", 503, Some(false));
        check("299-200", 200, None);
        check("", 200, None);
        check("all", 200, None);
    }

    #[test]
    fn the_dimension_is_the_end_of_the_arn() {
        let arn = "arn:aws:elasticloadbalancing:us-east-1:000000000000:targetgroup/predictor/0011223344556677";
        assert_eq!(TargetGroup::with_defaults(arn).dimension(), "targetgroup/predictor/0011223344556677");
    }
}
