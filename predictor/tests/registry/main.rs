//! The registry from outside: the program's commands on a directory, and on S3 as moto speaks it.

mod commands;
mod ingest;
mod moto;
mod program;
#[path = "../shared/python.rs"]
mod python;
mod s3;
mod serving;
