//! Bytes that went over connections, heads included: what the service costs its network.

use super::spread::Counter;
use prometheus_client::registry::Registry;

/// The bytes of all connections together. Clones count together.
#[derive(Debug, Clone, Default)]
pub struct Volume {
    /// Bytes that were received.
    pub received: Counter,
    /// Bytes that were sent.
    pub sent: Counter,
}

impl Volume {
    /// Makes the metrics known.
    pub fn register(&self, registry: &mut Registry) {
        let help = "Bytes received over HTTP connections, heads included";
        registry.register("http_received_bytes", help, self.received.clone());
        registry.register("http_sent_bytes", "Bytes sent over HTTP connections, heads included", self.sent.clone());
    }
}
