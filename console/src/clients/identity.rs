//! Whose account we act on: asked before the first change, and shown in the header.

use super::call::GET_CALLER_IDENTITY;
use super::gate::Answer;
use super::sdk::Sdk;
use super::{Clients, lock};
use crate::event::Facts;
use crate::model::{Target, Timestamp};
use crate::text::clean;

/// Who we are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Identity {
    pub(crate) account: String,
    /// Role with session, or user.
    pub(crate) name: String,
    pub(crate) expires: Option<Timestamp>,
}

impl Clients {
    /// The identity, asked for when it is not known yet.
    pub(super) async fn know_identity(&self, sdk: &Sdk) -> Answer<Identity> {
        if let Some(known) = lock(&self.inner.identity).clone() {
            return Ok(known);
        }
        self.load_identity(sdk).await
    }

    /// Asks for the identity again: credentials may have been replaced.
    pub(super) async fn identity_facts(&self, sdk: &Sdk) -> Answer<Facts> {
        let identity = self.load_identity(sdk).await?;
        Ok(Facts::Identity { account: identity.account, identity: identity.name, expires: identity.expires })
    }

    async fn load_identity(&self, sdk: &Sdk) -> Answer<Identity> {
        let caller = self.gate().read(GET_CALLER_IDENTITY, || sdk.sts.get_caller_identity().send()).await?;
        let expires = match &self.inner.settings.target {
            Target::Local { .. } => None,
            Target::Aws { .. } => sdk.credentials_end(&self.inner.advice).await?,
        };
        let identity = Identity {
            account: clean(&caller.account.unwrap_or_default()).into_owned(),
            name: name_of(&caller.arn.unwrap_or_default()),
            expires,
        };
        *lock(&self.inner.identity) = Some(identity.clone());
        Ok(identity)
    }
}

/// `OnCall/ann` of `arn:aws:sts::1:assumed-role/OnCall/ann`, `ann` of `arn:aws:iam::1:user/ann`, else the last part.
fn name_of(arn: &str) -> String {
    let last = arn.splitn(6, ':').nth(5).unwrap_or(arn);
    let name = last.strip_prefix("assumed-role/").or_else(|| last.strip_prefix("user/")).unwrap_or(last);
    clean(name).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_short() {
        for (arn, name) in [
            ("arn:aws:sts::1:assumed-role/OnCall/ann", "OnCall/ann"),
            ("arn:aws:iam::1:user/team/ann", "team/ann"),
            ("arn:aws:iam::1:root", "root"),
            ("odd", "odd"),
        ] {
            assert_eq!(name_of(arn), name);
        }
    }
}
