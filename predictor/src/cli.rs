//! The command line: parses arguments, runs one command, turns its outcome into an exit code.
//!
//! Exit codes: 0 done, 1 failed (the reason is on standard error), 2 wrong usage, 3 refused by the gate or a rejection, or
//! `compare` finds its second model worse, 4 somebody else was first.

mod compare;
mod decide;
mod evaluate;
mod explain;
mod generate;
mod given;
mod healthcheck;
mod history;
mod ingest;
mod models;
mod painter;
mod pipeline;
mod predict;
mod pull;
mod register;
mod serve;
mod store;
mod train;

use clap::{Parser, Subcommand};
use std::error::Error;
use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;

/// Trains small models and serves their predictions over HTTP.
#[derive(Debug, Parser)]
#[command(name = "predictor", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Answer predictions over HTTP until SIGTERM or SIGINT
    Serve(serve::Serve),
    /// Learn a model from labelled data and write it as an artifact
    #[command(subcommand)]
    Train(train::Train),
    /// Judge a model on labelled data that it did not learn from
    Evaluate(evaluate::Evaluate),
    /// Judge two models on the same rows: is the second one better, worse, or is there no telling?
    Compare(compare::Compare),
    /// Predict one case, or a file of them, without a service
    Predict(predict::Predict),
    /// Predict one case and show what moved the prediction
    Explain(explain::Explain),
    /// Make up a table to learn from, where none with a clear licence exists
    #[command(subcommand)]
    Generate(generate::Generate),
    /// List the models that are part of the program, and those that are registered
    Models(models::Models),
    /// Put a trained artifact into the registry, with the gate's verdict
    Register(register::Register),
    /// Take in new labelled rows: every row is checked, the file becomes an immutable part
    Ingest(ingest::Ingest),
    /// New rows, training, gate and registration as one command; a JSON summary
    Pipeline(pipeline::Pipeline),
    /// Want a registered version to be served
    Approve(decide::Approve),
    /// Want a registered version not to be served, or no longer
    Reject(decide::Reject),
    /// Show everything that happened to a registered model
    History(history::HistoryOf),
    /// Write a registered version into a directory
    Pull(pull::Pull),
    /// Ask a running service whether it lives: exit code 0 or 1
    Healthcheck(healthcheck::Healthcheck),
}

/// What a command ends with when it fails; shown to a person as it is.
type Failure = Box<dyn Error + Send + Sync>;

/// Runs the command line. The first argument is the program's name.
#[must_use]
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let command = match Arguments::try_parse_from(arguments) {
        Ok(Arguments { command }) => command,
        Err(words) => {
            // Help and version end here too; a closed output is no reason to fail louder.
            let _ = words.print();
            return ExitCode::from(if words.use_stderr() { 2 } else { 0 });
        }
    };
    let out = &mut std::io::stdout();
    let outcome = match command {
        Command::Serve(serve) => return serve.run(),
        Command::Train(train) => train.run(&mut std::io::stderr()),
        Command::Evaluate(evaluate) => evaluate.run(out),
        Command::Compare(compare) => match compare.run(out) {
            Ok(code) => return code,
            Err(failure) => Err(failure),
        },
        Command::Predict(predict) => predict.run(out),
        Command::Explain(explain) => explain.run(out),
        Command::Generate(generate) => generate.run(out),
        Command::Models(models) => models.run(out),
        Command::Register(register) => register.run(out),
        Command::Ingest(ingest) => ingest.run(out),
        Command::Pipeline(pipeline) => pipeline.run(out),
        Command::Approve(approve) => approve.run(out),
        Command::Reject(reject) => reject.run(out),
        Command::History(history) => history.run(out),
        Command::Pull(pull) => pull.run(out),
        Command::Healthcheck(healthcheck) => healthcheck.run(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            let words: Vec<_> = failure.to_string().lines().map(store::printable).collect();
            let _ = writeln!(std::io::stderr(), "predictor: {}", words.join("\n"));
            ExitCode::from(store::code_of(&failure))
        }
    }
}
