//! The loop with scripted answers, run by this test binary itself in a pseudo-terminal.

use std::future::Future;

use quarterdeck::dialog::Dialog;
use quarterdeck::effect::{Request, Write};
use quarterdeck::event::{Budget, Event, Facts, Outcome, Reply};
use quarterdeck::model::{Cluster, Prediction, Service, ServiceId};
use quarterdeck::runtime::{Answers, RunError, run, terminal};
use quarterdeck::screens::{Screen, clusters};
use quarterdeck::state::{Overlay, Scope, State};
use tokio::sync::mpsc;

/// Which scene `scene` plays, by environment variable.
pub const VARIABLE: &str = "QD_TEST_SCENE";

#[derive(Clone)]
struct Scripted {
    panics: bool,
    slow: bool,
}

impl Answers for Scripted {
    async fn answer(&self, request: Request, events: mpsc::Sender<Event>) {
        assert!(!self.panics || request != Request::Clusters, "the script says so");
        if self.slow {
            tokio::time::sleep(std::time::Duration::from_secs(30)).await;
        }
        if request == Request::Clusters {
            let names = ["ashore", "afloat"];
            let clusters = names.map(|n| Cluster { name: n.into(), arn: n.into(), ..Cluster::default() });
            let facts = Facts::Clusters(clusters.to_vec());
            let outcome = Outcome::Done { facts, partial: None };
            let reply = Reply { request, at: quarterdeck::runtime::now(), outcome };
            let _ = events.send(Event::Reply(Box::new(reply))).await;
        }
    }

    async fn write(&self, _: Write, _: mpsc::Sender<Event>) {
        tokio::time::sleep(std::time::Duration::from_millis(2_500)).await;
        println!("the write has ended");
    }

    fn renew(&self) -> impl Future<Output = ()> + Send {
        std::future::ready(())
    }

    fn budget(&self) -> Budget {
        Budget::default()
    }

    fn remember(&self, _: Prediction) -> impl Future<Output = ()> + Send {
        std::future::ready(())
    }
}

/// Not a test by itself: `endings` starts it again inside a pseudo-terminal.
#[test]
fn scene() {
    let Ok(name) = std::env::var(VARIABLE) else { return };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    if name == "panic-hook" {
        terminal::restore_on_panic();
    }
    let mut screen = terminal::Screen::enter().unwrap();
    let scripted = Scripted { panics: name.starts_with("panic"), slow: name == "slow" };
    let scope = Scope { size: screen.size().unwrap(), ..Scope::default() };
    let mut state = State::new(scope, Screen::Clusters(clusters::Clusters::default()));
    if name == "write" {
        let service = Service { id: ServiceId::new("ashore", "pier"), ..Service::default() };
        let write = Write::Restart { service: service.id.clone() };
        let question = Dialog::new("Restart pier", "Restart", write, &service, &state.scope);
        state.overlay = Some(Overlay::Dialog(Box::new(question)));
    }
    let ending = runtime.block_on(run(state, scripted, &mut screen));
    drop(screen);
    match ending {
        Ok(ending) => println!("ended by {ending:?}"),
        Err(error @ RunError::Job(_)) => {
            eprintln!("{error}");
            std::process::exit(1);
        }
        Err(error) => panic!("{error}"),
    }
    std::process::exit(0);
}
