//! What is kept of every step in a model's life: who, when, why, about which bytes. Plain data, never changed once written.

use super::gate::Verdict;
use serde::{Deserialize, Serialize};

/// The form of events that this program writes, and the only one it reads.
pub const FORMAT: u32 = 1;

/// One step. Events of a model are numbered from 1 without gaps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Form of the event.
    pub format: u32,
    /// Its number.
    pub sequence: u64,
    /// Chosen at random by the writer, who by it knows an event as its own when an answer was lost.
    pub id: String,
    /// When, RFC 3339 in UTC, by the writer's clock; order is by number.
    pub at: String,
    /// Who, as they call themselves: the store's own access control decides who may write.
    pub who: String,
    /// Why; may be empty for a registration.
    #[serde(default)]
    pub why: String,
    /// The version that it is about.
    pub version: String,
    /// SHA-256 of that version's `manifest.json`, which holds that of the weights.
    pub digest: String,
    /// What happened.
    #[serde(flatten)]
    pub what: What,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum What {
    /// A version came in, and the gate judged it.
    Registered {
        /// The gate's verdict; a version that did not pass counts as rejected.
        gate: Verdict,
    },
    /// A person wants the version to be served.
    Approved {
        /// Whether an earlier rejection was overridden.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        overridden: bool,
    },
    /// A person does not want the version to be served, or no longer.
    Rejected,
}

/// An event that has no number yet.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// Who.
    pub who: String,
    /// Why.
    pub why: String,
    /// The version that it is about.
    pub version: String,
    /// SHA-256 of its manifest.
    pub digest: String,
    /// What happened.
    pub what: What,
}

impl Event {
    /// Numbers a draft.
    #[must_use]
    pub fn numbered(draft: Draft, sequence: u64, id: String, at: String) -> Self {
        let Draft { who, why, version, digest, what } = draft;
        Self { format: FORMAT, sequence, id, at, who, why, version, digest, what }
    }

    /// Whether it is a person's decision, as against a registration.
    #[must_use]
    pub fn is_decision(&self) -> bool {
        !matches!(self.what, What::Registered { .. })
    }

    /// What happened, in one word.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match &self.what {
            What::Registered { gate } if gate.passed => "registered",
            What::Registered { .. } => "refused",
            What::Approved { overridden: false } => "approved",
            What::Approved { overridden: true } => "overridden",
            What::Rejected => "rejected",
        }
    }
}
