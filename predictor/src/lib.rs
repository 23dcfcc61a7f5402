//! The prediction service: it learns small models, keeps them as checked artifacts, and answers over HTTP.
//!
//! Reading order: [`schema`] turns what a caller sends into a checked input, [`text`] turns a text into features, [`data`] reads labelled rows and splits them, [`model`] learns
//! and scores, [`evaluation`] judges, [`artifact`] is the file form, [`catalog`] finds a model by name,
//! [`served`] holds the models in memory, [`routes`]
//! answers requests, [`server`] owns the socket, [`cli`] is the command line.
//!
//! One path from text to score serves training, evaluation and requests. There is no stand-in model: what cannot be
//! loaded is refused.

pub mod admin;
pub mod artifact;
pub mod body;
pub mod catalog;
pub mod cli;
pub mod cors;
pub mod data;
pub mod drift;
pub mod evaluation;
pub mod ingest;
pub mod judgement;
pub mod limits;
pub mod log;
pub mod metrics;
pub mod model;
pub mod openapi;
pub mod picture;
pub mod problem;
pub mod progress;
pub mod registry;
pub mod request_id;
pub mod routes;
pub mod schema;
pub mod served;
pub mod server;
pub mod service;
pub mod store;
pub mod supply;
pub mod text;
pub mod time;
pub mod trace;
pub mod workers;
