//! How many tasks ECS may run at once while it replaces them, from the service's deployment configuration.

use crate::model::Service;

/// Bounds of a rolling update, in tasks ("minimumHealthyPercent", "maximumPercent" in the ECS API reference: the lower
/// bound is rounded up, the upper one down).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Surge {
    /// Wanted tasks.
    pub desired: u32,
    /// Minimum healthy percent.
    pub minimum: u32,
    /// Maximum percent.
    pub maximum: u32,
    /// Healthy tasks that stay up.
    pub lower: u32,
    /// Tasks that may run at once.
    pub upper: u32,
}

impl Surge {
    /// Bounds of this service. A configuration that AWS did not send has AWS's defaults.
    #[must_use]
    pub fn of(service: &Service) -> Self {
        let configured = &service.deployment_configuration;
        let daemon = service.scheduling.as_deref() == Some("DAEMON");
        let (minimum, maximum) = match (configured.minimum_healthy_percent, configured.maximum_percent) {
            (0, 0) if daemon => (0, 100),
            (0, 0) => (100, 200),
            given => given,
        };
        let share = |percent: u32| u64::from(service.desired) * u64::from(percent);
        let lower = u32::try_from(share(minimum).div_ceil(100)).unwrap_or(u32::MAX);
        let upper = u32::try_from(share(maximum) / 100).unwrap_or(u32::MAX);
        Self { desired: service.desired, minimum, maximum, lower, upper }
    }

    /// ECS may neither start a task nor stop one: a deployment would stand still.
    #[must_use]
    pub fn is_stuck(&self) -> bool {
        self.desired > 0 && self.upper <= self.desired && self.lower >= self.desired
    }

    /// What a rolling update does within these bounds.
    #[must_use]
    pub fn sentence(&self) -> String {
        let Self { desired, minimum, maximum, lower, upper } = self;
        if *desired == 0 {
            return "No tasks are wanted now, so none start until the service is scaled up.".to_owned();
        }
        let bounds = format!(
            "Of {} wanted, at least {lower} stay healthy (minimum {minimum} %) and at most {upper} run at once \
             (maximum {maximum} %)",
            super::tasks(*desired)
        );
        let how = match upper.saturating_sub(*desired) {
            _ if self.is_stuck() => {
                "so ECS can neither start nor stop one: the deployment would stand still".to_owned()
            }
            0 => format!("so up to {} old stop first, and new ones take their places", desired - lower),
            new => format!("so up to {} new start before an old one stops", new.min(*desired)),
        };
        format!("{bounds}, {how}.")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::service::DeploymentConfiguration;

    #[test]
    fn bounds_round_as_ecs_does() {
        for (desired, minimum, maximum, lower, upper, stuck) in [
            (2, 100, 200, 2, 4, false),
            (3, 50, 125, 2, 3, false),
            (3, 100, 125, 3, 3, true),
            (1, 100, 100, 1, 1, true),
            (4, 75, 150, 3, 6, false),
            (0, 100, 100, 0, 0, false),
            (2, 0, 0, 2, 4, false),
        ] {
            let deployment_configuration = DeploymentConfiguration {
                minimum_healthy_percent: minimum,
                maximum_percent: maximum,
                ..DeploymentConfiguration::default()
            };
            let surge = Surge::of(&Service { desired, deployment_configuration, ..Service::default() });
            assert_eq!((surge.lower, surge.upper, surge.is_stuck()), (lower, upper, stuck), "{desired} {minimum}");
        }
    }

    #[test]
    fn the_sentence_tells_what_goes_first() {
        let service = |desired, minimum, maximum| Service {
            desired,
            deployment_configuration: DeploymentConfiguration {
                minimum_healthy_percent: minimum,
                maximum_percent: maximum,
                ..DeploymentConfiguration::default()
            },
            ..Service::default()
        };
        for (service, words) in [
            (service(2, 100, 200), "up to 2 new start before an old one stops"),
            (service(4, 50, 100), "up to 2 old stop first"),
            (service(1, 100, 100), "can neither start nor stop one"),
            (service(0, 100, 200), "No tasks are wanted"),
        ] {
            let sentence = Surge::of(&service).sentence();
            assert!(sentence.contains(words), "{sentence}");
        }
    }
}
