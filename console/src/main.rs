//! The binary `qd`: arguments, log file, configuration, clients, then a subcommand or the screen.
//!
//! The only file of the console that knows that a local stack exists: it starts one, or is re-executed as one of its
//! task processes.

#![allow(clippy::disallowed_methods, reason = "the binary is the edge")]

use std::io::{BufReader, IsTerminal, Write};
use std::process::ExitCode;

use clap::Parser;
use quarterdeck::cli::{self, Arguments, Command, Global, Output, exit, prepare};
use quarterdeck::runtime::{Ending, logfile, terminal};
use quarterdeck::session;

fn main() -> ExitCode {
    #[cfg(feature = "local")]
    if let Some(code) = local_stack::task_process(&std::env::args_os().collect::<Vec<_>>()) {
        return code;
    }
    let arguments = Arguments::parse();
    terminal::restore_on_panic();
    logfile::open();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return say(exit::ERROR, &format!("no threads could be started: {error}")),
    };
    let code = runtime.block_on(run(arguments));
    // A call that hangs must not keep the shell waiting.
    runtime.shutdown_background();
    code
}

async fn run(arguments: Arguments) -> ExitCode {
    let Arguments { mut global, command } = arguments;
    match command {
        None => open(&global, None).await,
        Some(Command::Open(words)) => match start_of(&words) {
            Ok((service, screen)) => {
                global.service = Some(service);
                open(&global, screen.as_deref()).await
            }
            Err(words) => say(exit::USAGE, &words),
        },
        Some(Command::Local(options)) => local(&global, options).await,
        Some(command) => subcommand(&global, command).await,
    }
}

/// `qd SERVICE [SCREEN]`. What begins with a dash came after the service, where no flag is looked for.
fn start_of(words: &[String]) -> Result<(String, Option<String>), String> {
    match words {
        [service] if !service.starts_with('-') => Ok((service.clone(), None)),
        [service, screen] if !service.starts_with('-') && !screen.starts_with('-') => {
            Ok((service.clone(), Some(screen.clone())))
        }
        _ => Err(format!("`qd {}` is neither a subcommand nor SERVICE [SCREEN]; see qd --help", words.join(" "))),
    }
}

async fn subcommand(global: &Global, command: Command) -> ExitCode {
    let prepared = prepare(global, None);
    let (mut out, mut notes) = (std::io::stdout(), std::io::stderr());
    let mut answers = BufReader::new(std::io::stdin());
    let mut output = Output::standard(&mut out, &mut notes, &mut answers, global.json);
    ExitCode::from(cli::run(command, &prepared, &mut output).await)
}

#[cfg(feature = "local")]
async fn open(global: &Global, screen: Option<&str>) -> ExitCode {
    if !global.local {
        return open_on(global, None, screen).await;
    }
    let region = global.region.clone().unwrap_or_else(|| local_stack::DEFAULT_REGION.to_owned());
    let config = local_stack::Config { region, ..local_stack::Config::default() };
    match local_stack::LocalStack::start(config).await {
        Ok(stack) => {
            let code = open_on(global, Some(stack.endpoint()), screen).await;
            stack.shutdown().await;
            code
        }
        Err(error) => say(exit::ERROR, &format!("the local stack does not start: {error}")),
    }
}

#[cfg(not(feature = "local"))]
async fn open(global: &Global, screen: Option<&str>) -> ExitCode {
    if global.local {
        return say(exit::USAGE, WITHOUT_LOCAL);
    }
    open_on(global, None, screen).await
}

async fn open_on(global: &Global, local_endpoint: Option<&str>, screen: Option<&str>) -> ExitCode {
    if !std::io::stdout().is_terminal() {
        return say(exit::USAGE, "the console needs a terminal; for subcommands see qd --help");
    }
    let prepared = prepare(global, local_endpoint);
    match session::open(prepared.clients, prepared.config, prepared.warnings, screen).await {
        Ok(Ending::Quit) => ExitCode::SUCCESS,
        Ok(Ending::Signal(number)) => ExitCode::from(u8::try_from(128 + number).unwrap_or(exit::ERROR)),
        Ok(Ending::TerminalGone) => ExitCode::from(exit::ERROR),
        Err(error) => say(exit::ERROR, &error.to_string()),
    }
}

#[cfg(feature = "local")]
async fn local(global: &Global, options: cli::Local) -> ExitCode {
    let config = local_stack::Config {
        port: options.port,
        balancer_port: options.balancer_port,
        region: global.region.clone().unwrap_or_else(|| local_stack::DEFAULT_REGION.to_owned()),
        speed: options.speed,
        traffic: match options.traffic {
            None => Some(local_stack::DEFAULT_TRAFFIC),
            Some(rate) => (rate > 0.0).then_some(rate),
        },
        executable: None,
        seed: !options.empty,
    };
    match local_stack::headless::run(config, &mut std::io::stdout()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => say(exit::ERROR, &error.to_string()),
    }
}

#[cfg(not(feature = "local"))]
async fn local(_: &Global, _: cli::Local) -> ExitCode {
    say(exit::USAGE, WITHOUT_LOCAL)
}

#[cfg(not(feature = "local"))]
const WITHOUT_LOCAL: &str = "this qd was built without the local stack; build it with the feature `local`";

fn say(code: u8, words: &str) -> ExitCode {
    // Nobody is left to tell when this fails.
    let _ = writeln!(std::io::stderr(), "qd: {}", quarterdeck::text::clean(words));
    ExitCode::from(code)
}
