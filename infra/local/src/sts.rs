//! AWS STS, as far as a client needs it to learn who it is: GetCallerIdentity.

use crate::wire::arn::ACCOUNT;
use crate::wire::{AwsError, Input, Output, Reply, Service, ServiceId, Value};

/// The identity service. It has no state; every caller is the user `local`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sts;

impl Service for Sts {
    fn id(&self) -> ServiceId {
        ServiceId::Sts
    }

    fn operations(&self) -> &'static [&'static str] {
        &["GetCallerIdentity"]
    }

    fn call<'a>(&'a self, operation: &'a str, _input: Input) -> Reply<'a> {
        Box::pin(async move {
            match operation {
                "GetCallerIdentity" => Ok(Output::Tree(Value::Map(vec![
                    ("Arn", format!("arn:aws:iam::{ACCOUNT}:user/local").into()),
                    ("UserId", "AIDALOCALSTACKUSER000".into()),
                    ("Account", ACCOUNT.into()),
                ]))),
                _ => Err(AwsError::unknown_operation(operation)),
            }
        })
    }
}
