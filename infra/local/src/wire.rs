//! AWS's wire formats: HTTP in, a service's operation called, AWS's reply or error out. It knows protocols and routes,
//! never what an operation means.

pub mod arn;
mod error;
mod input;
mod output;
mod service;
mod value;

pub use arn::Place;
pub use error::AwsError;
pub use input::Input;
pub use output::Output;
pub use service::{Reply, Service, ServiceId};
pub use value::Value;
