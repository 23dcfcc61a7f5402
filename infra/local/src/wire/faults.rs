//! Faults on order: a test or a drill asks for throttling, denial, delay and worse, and the next matching calls get it.

use serde::{Deserialize, Serialize};

use super::arn::ACCOUNT;
use super::{AwsError, ServiceId};

const MAX_FAULTS: usize = 100;

/// A fault as it is ordered: `*` stands for any service or operation; without a count it stays until it is cleared.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Order {
    service: String,
    operation: String,
    fault: Kind,
    #[serde(default)]
    delay_ms: u64,
    /// The status of `html`; 503 unless told.
    #[serde(default)]
    status: Option<u16>,
    #[serde(default)]
    count: Option<u64>,
}

#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Throttle,
    Deny,
    Delay,
    Error500,
    Html,
    Empty,
    Expired,
}

/// What happens to a call.
#[derive(Debug)]
pub(super) enum Fault {
    /// Milliseconds of real time before the call goes on.
    Delay(u64),
    Html(u16),
    /// A reply without any member.
    Empty,
    Error(AwsError),
}

/// The faults that are in force.
#[derive(Debug, Default)]
pub(super) struct Faults {
    orders: Vec<Order>,
}

impl Faults {
    pub(super) fn order(&mut self, order: Order) -> Result<(), String> {
        if self.orders.len() >= MAX_FAULTS {
            return Err(format!("There are {MAX_FAULTS} faults already; clear them with DELETE /_local/faults."));
        }
        self.orders.push(order);
        Ok(())
    }

    pub(super) fn clear(&mut self) {
        self.orders.clear();
    }

    pub(super) fn orders(&self) -> &[Order] {
        &self.orders
    }

    /// The first fault that matches, used up by one call.
    pub(super) fn take(&mut self, service: ServiceId, operation: &str) -> Option<Fault> {
        let place = self.orders.iter().position(|order| order.matches(service, operation))?;
        let order = &mut self.orders[place];
        let fault = order.fault(service, operation);
        if let Some(count) = &mut order.count {
            *count = count.saturating_sub(1);
            if *count == 0 {
                self.orders.remove(place);
            }
        }
        Some(fault)
    }
}

impl Order {
    fn matches(&self, service: ServiceId, operation: &str) -> bool {
        (self.service == "*" || self.service == service.signing_name())
            && (self.operation == "*" || self.operation == operation)
            && self.count != Some(0)
    }

    fn fault(&self, service: ServiceId, operation: &str) -> Fault {
        match self.fault {
            Kind::Delay => Fault::Delay(self.delay_ms),
            Kind::Html => Fault::Html(self.status.unwrap_or(503)),
            Kind::Empty => Fault::Empty,
            Kind::Throttle => Fault::Error(AwsError::client("ThrottlingException", "Rate exceeded")),
            Kind::Deny => Fault::Error(denied(service, operation)),
            Kind::Error500 => Fault::Error(AwsError::server("InternalFailure", "An internal error occurred.")),
            Kind::Expired => Fault::Error(AwsError::client(
                "ExpiredTokenException",
                "The security token included in the request is expired",
            )),
        }
    }
}

fn denied(service: ServiceId, operation: &str) -> AwsError {
    let prefix = match service {
        ServiceId::Monitoring => "cloudwatch",
        other => other.signing_name(),
    };
    let action = format!("{prefix}:{operation}");
    AwsError::client(
        "AccessDeniedException",
        format!(
            "User: arn:aws:iam::{ACCOUNT}:user/local is not authorized to perform: {action} on resource: * because no \
             identity-based policy allows the {action} action"
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(orders: &[&str]) -> Faults {
        let mut faults = Faults::default();
        for order in orders {
            faults.order(serde_json::from_str(order).unwrap()).unwrap();
        }
        faults
    }

    #[test]
    fn a_fault_is_used_up_by_matching_calls_only() {
        let mut faults = faults(&[r#"{"service":"ecs","operation":"ListTasks","fault":"throttle","count":2}"#]);
        assert!(faults.take(ServiceId::Ecs, "ListServices").is_none());
        assert!(faults.take(ServiceId::Logs, "ListTasks").is_none());
        for _ in 0..2 {
            let Some(Fault::Error(error)) = faults.take(ServiceId::Ecs, "ListTasks") else { panic!("no fault") };
            assert_eq!(error.code, "ThrottlingException");
        }
        assert!(faults.take(ServiceId::Ecs, "ListTasks").is_none());
    }

    #[test]
    fn a_denial_names_the_action() {
        let mut faults = faults(&[r#"{"service":"*","operation":"*","fault":"deny"}"#]);
        let Some(Fault::Error(error)) = faults.take(ServiceId::Monitoring, "PutMetricAlarm") else {
            panic!("no fault")
        };
        assert!(error.message.contains("perform: cloudwatch:PutMetricAlarm on"), "{}", error.message);
        assert_eq!(faults.orders().len(), 1);
    }
}
