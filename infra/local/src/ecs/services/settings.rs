//! A service's `deploymentConfiguration`: checks it, fills it in, and translates it for the scheduler.

use aws_sdk_ecs::types::{
    DeploymentCircuitBreaker, DeploymentConfiguration, DeploymentController, DeploymentControllerType,
    DeploymentStrategy, ThresholdConfiguration, ThresholdType,
};

use crate::ecs::errors;
use crate::scheduler::Settings;
use crate::scheduler::service::{AlarmSettings, Breaker, Threshold};
use crate::wire::AwsError;

/// How long alarms are watched after the last old task is gone, when the service does not say.
/// AWS derives it from the alarms and does not publish how.
const BAKE_MS: i64 = 60_000;
const MINUTE_MS: i64 = 60_000;

/// What was configured before, changed by what was sent, with AWS's defaults.
pub(super) fn merge(
    before: Option<&DeploymentConfiguration>,
    sent: Option<&DeploymentConfiguration>,
) -> Result<DeploymentConfiguration, AwsError> {
    let mut merged = before.cloned().unwrap_or_else(default_configuration);
    if let Some(sent) = sent {
        overwrite(&mut merged.maximum_percent, sent.maximum_percent.as_ref());
        overwrite(&mut merged.minimum_healthy_percent, sent.minimum_healthy_percent.as_ref());
        overwrite(&mut merged.deployment_circuit_breaker, sent.deployment_circuit_breaker.as_ref());
        overwrite(&mut merged.alarms, sent.alarms.as_ref());
        overwrite(&mut merged.strategy, sent.strategy.as_ref());
        overwrite(&mut merged.bake_time_in_minutes, sent.bake_time_in_minutes.as_ref());
        overwrite(&mut merged.lifecycle_hooks, sent.lifecycle_hooks.as_ref());
    }
    check(&merged)?;
    Ok(merged)
}

fn overwrite<T: Clone>(kept: &mut Option<T>, sent: Option<&T>) {
    if let Some(sent) = sent {
        *kept = Some(sent.clone());
    }
}

fn default_configuration() -> DeploymentConfiguration {
    let breaker = DeploymentCircuitBreaker::builder().enable(false).rollback(false).build();
    DeploymentConfiguration::builder()
        .maximum_percent(200)
        .minimum_healthy_percent(100)
        .deployment_circuit_breaker(breaker)
        .strategy(DeploymentStrategy::Rolling)
        .build()
}

fn check(configuration: &DeploymentConfiguration) -> Result<(), AwsError> {
    if configuration.strategy.as_ref().is_some_and(|strategy| *strategy != DeploymentStrategy::Rolling) {
        let message = "The local stack only deploys with the ROLLING strategy.";
        return Err(AwsError::client("UnsupportedFeatureException", message));
    }
    let (minimum, maximum) = percents(configuration);
    if !(0..=100).contains(&minimum) {
        return Err(errors::invalid("minimumHealthyPercent must be between 0 and 100."));
    }
    if maximum < 100 {
        return Err(errors::invalid("maximumPercent must be at least 100."));
    }
    if (minimum, maximum) == (100, 100) {
        let message = "Both maximumPercent and minimumHealthyPercent cannot be 100 as this will block deployments.";
        return Err(errors::invalid(message));
    }
    let threshold =
        configuration.deployment_circuit_breaker.as_ref().and_then(|one| one.threshold_configuration.as_ref());
    if threshold.is_some_and(|threshold| threshold.value < 1) {
        return Err(errors::invalid("The circuit breaker's threshold value must be at least 1."));
    }
    let alarms = configuration.alarms.as_ref();
    if alarms.is_some_and(|alarms| alarms.enable && alarms.alarm_names.is_empty()) {
        return Err(errors::invalid("Alarm names cannot be empty when deployment alarms are enabled."));
    }
    if configuration.bake_time_in_minutes.is_some_and(|minutes| !(0..=1440).contains(&minutes)) {
        return Err(errors::invalid("bakeTimeInMinutes must be between 0 and 1440."));
    }
    Ok(())
}

/// Only the rolling update of the ECS controller is done here.
pub(super) fn check_controller(controller: Option<&DeploymentController>) -> Result<(), AwsError> {
    if controller.is_some_and(|controller| controller.r#type != DeploymentControllerType::Ecs) {
        let message = "The local stack only deploys with the ECS deployment controller.";
        return Err(AwsError::client("UnsupportedFeatureException", message));
    }
    Ok(())
}

fn percents(configuration: &DeploymentConfiguration) -> (i32, i32) {
    (configuration.minimum_healthy_percent.unwrap_or(100), configuration.maximum_percent.unwrap_or(200))
}

/// The configuration as the scheduler reads it; it has been checked.
pub(super) fn translate(configuration: &DeploymentConfiguration, grace_seconds: Option<i32>) -> Settings {
    let (minimum, maximum) = percents(configuration);
    let alarms = configuration.alarms.as_ref().map_or_else(AlarmSettings::default, |alarms| AlarmSettings {
        enabled: alarms.enable,
        rollback: alarms.rollback,
        names: alarms.alarm_names.clone(),
    });
    let bake_ms = configuration.bake_time_in_minutes.map_or(BAKE_MS, |minutes| i64::from(minutes) * MINUTE_MS);
    Settings {
        minimum_percent: u32::try_from(minimum).unwrap_or_default(),
        maximum_percent: u32::try_from(maximum).unwrap_or_default(),
        grace_ms: i64::from(grace_seconds.unwrap_or_default()) * 1000,
        breaker: configuration.deployment_circuit_breaker.as_ref().map_or_else(Breaker::default, breaker),
        bake_ms: if alarms.enabled { bake_ms } else { 0 },
        alarms,
    }
}

fn breaker(sent: &DeploymentCircuitBreaker) -> Breaker {
    Breaker {
        enabled: sent.enable,
        rollback: sent.rollback,
        reset_on_healthy_task: sent.reset_on_healthy_task.unwrap_or(true),
        threshold: sent.threshold_configuration.as_ref().map_or(Threshold::BoundedPercent(50), threshold),
    }
}

fn threshold(sent: &ThresholdConfiguration) -> Threshold {
    let value = u32::try_from(sent.value).unwrap_or(1);
    match sent.r#type {
        ThresholdType::Count => Threshold::Count(value),
        ThresholdType::UnboundedPercent => Threshold::UnboundedPercent(value),
        _ => Threshold::BoundedPercent(value),
    }
}
