//! The binary `qd`.

use std::process::ExitCode;
use std::sync::Arc;

use quarterdeck::clients::{Clients, Settings};
use quarterdeck::config::Config;
use quarterdeck::model::Target;
use quarterdeck::runtime::terminal;

fn main() -> ExitCode {
    #[cfg(feature = "local")]
    if let Some(code) = local_stack::task_process(&std::env::args_os().collect::<Vec<_>>()) {
        return code;
    }
    terminal::restore_on_panic();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("threads can be started");
    runtime.block_on(open())
}

async fn open() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let local = arguments.iter().any(|a| a == "--local");
    let stack = if local {
        Some(local_stack::LocalStack::start(local_stack::Config::default()).await.expect("the local stack starts"))
    } else {
        None
    };
    let target = match &stack {
        Some(stack) => Target::Local { endpoint: stack.endpoint().to_owned() },
        None => Target::Aws { profile: None },
    };
    let config = Arc::new(Config::default());
    let settings = Settings {
        target,
        region: None,
        endpoint: None,
        config: Arc::clone(&config),
        state_dir: quarterdeck::paths::state_dir(),
    };
    let clients = Clients::new(settings);
    let ending = quarterdeck::session::open(clients, config, Vec::new()).await;
    if let Some(stack) = stack {
        stack.shutdown().await;
    }
    match ending {
        Ok(_) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}
