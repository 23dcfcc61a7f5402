//! Amazon CloudWatch: alarms with their history, and metric data. Reads only.

pub(crate) mod alarms;
pub(crate) mod metrics;
