//! AWS's wire formats: HTTP in, a service's operation called, AWS's reply or error out. It knows protocols and routes,
//! never what an operation means.

mod admin;
pub mod arn;
mod body;
mod cbor;
mod error;
pub mod eventstream;
mod faults;
mod input;
mod json;
mod output;
pub(crate) mod paging;
mod query;
mod query_codes;
mod reply;
mod route;
mod router;
mod server;
mod service;
mod value;
mod xml;

pub use arn::Place;
pub use error::AwsError;
pub use input::Input;
pub use output::Output;
pub use query::MemberKind;
pub use router::{AdminRoute, Router};
pub use server::serve;
pub use service::{Reply, Service, ServiceId};
pub use value::{Value, iso_time};
