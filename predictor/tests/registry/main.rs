//! The registry from outside: the program's commands on a directory, and on S3 as moto speaks it.

mod commands;
mod ingest;
mod moto;
mod program;
mod s3;
mod serving;
