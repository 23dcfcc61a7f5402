//! Whose account we look at and act on.

use super::Timestamp;

/// Where calls go. Decided once at start; a call can never cross from one to the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// The local stack on loopback, with made-up credentials.
    Local {
        /// `http://127.0.0.1:PORT`
        endpoint: String,
    },
    /// AWS, or whatever endpoint the user's own AWS configuration names.
    Aws {
        /// Profile name, if one is chosen.
        profile: Option<String>,
    },
}

/// Everything the header says about "where am I".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context {
    /// Where calls go.
    pub target: Target,
    /// AWS Region.
    pub region: String,
    /// Twelve-digit account id, once known.
    pub account: Option<String>,
    /// Role or user name with session name, once known.
    pub identity: Option<String>,
    /// When the credentials end, if they do.
    pub credentials_expire: Option<Timestamp>,
    /// The configuration marks this context as production: badge, typed confirmation.
    pub production: bool,
    /// No write leaves the console.
    pub read_only: bool,
}

impl Context {
    /// `profile@region`, the name that configuration uses for this context.
    #[must_use]
    pub fn name(&self) -> String {
        let profile = match &self.target {
            Target::Local { .. } => "local",
            Target::Aws { profile } => profile.as_deref().unwrap_or("default"),
        };
        format!("{profile}@{}", self.region)
    }
}
