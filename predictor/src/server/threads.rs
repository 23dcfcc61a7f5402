//! Threads that answer, each with a runtime of its own. A connection stays with its thread: no request is handed from one
//! core to another, which costs more than it gains where all requests are short. What takes long goes to
//! [`tokio::task::spawn_blocking`] in any case.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::JoinHandle;
use tokio::runtime::Builder;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

type Task = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Threads that all of them may start together for what takes long, as many as tokio's own bound for one runtime.
const MOST_BLOCKING: usize = 512;

/// The threads. They end when this is dropped, and with them what they were doing.
#[derive(Debug)]
pub(super) struct Threads {
    all: Vec<Thread>,
}

#[derive(Debug)]
struct Thread {
    tasks: UnboundedSender<Task>,
    /// Tasks that it was given and that are not over.
    busy: Arc<AtomicUsize>,
    handle: JoinHandle<()>,
}

/// A task that counts as long as it lasts.
struct Counted(Arc<AtomicUsize>);

impl Counted {
    fn new(count: &Arc<AtomicUsize>) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(count))
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Threads {
    /// So many threads, each on a core of its own if they are pinned and there are enough.
    ///
    /// # Errors
    /// The system has no thread or no event queue to give.
    pub(super) fn start(count: usize, pinned: bool) -> std::io::Result<Self> {
        let blocking = MOST_BLOCKING.div_ceil(count.max(1));
        let cores = if pinned { cores() } else { Vec::new() };
        let mut each = cores.iter().cycle();
        let start = |number| Thread::start(number, blocking, &cores, each.next().copied());
        Ok(Self { all: (0..count).map(start).collect::<Result<_, _>>()? })
    }

    /// The number of the thread that has the fewest tasks.
    pub(super) fn next(&self) -> usize {
        let tasks = |thread: &Thread| thread.busy.load(Ordering::Relaxed);
        (0..self.all.len()).min_by_key(|number| self.all.get(*number).map(tasks)).unwrap_or_default()
    }

    /// Gives a task to a thread.
    pub(super) fn run(&self, number: usize, task: impl Future<Output = ()> + Send + 'static) {
        let Some(thread) = self.all.get(number) else { return };
        let counted = Counted::new(&thread.busy);
        // A thread ends only after this is gone.
        let _ = thread.tasks.send(Box::pin(async move {
            task.await;
            drop(counted);
        }));
    }

    /// Ends the threads and what they are doing, and waits until they have ended.
    pub(super) async fn end(self) {
        let handles: Vec<_> = self.all.into_iter().map(|thread| thread.handle).collect();
        let join = move || handles.into_iter().for_each(|handle| drop(handle.join()));
        // A thread that panicked has ended as well.
        let _ = tokio::task::spawn_blocking(join).await;
    }
}

impl Thread {
    /// On one of `cores`, if there are any; what it starts itself may run on all of them.
    fn start(number: usize, blocking: usize, cores: &[usize], core: Option<usize>) -> std::io::Result<Self> {
        let (tasks, given) = unbounded_channel();
        let mut builder = Builder::new_current_thread();
        builder.enable_all().max_blocking_threads(blocking);
        if core.is_some() {
            let cores = cores.to_vec();
            builder.on_thread_start(move || keep_to(&cores));
        }
        let runtime = builder.build()?;
        let work = move || {
            if let Some(core) = core {
                keep_to(&[core]);
            }
            runtime.block_on(take_up(given));
            // Who waits for what a blocking thread does is gone with the runtime.
            runtime.shutdown_background();
        };
        let handle = std::thread::Builder::new().name(format!("answer-{number}")).spawn(work)?;
        Ok(Self { tasks, busy: Arc::default(), handle })
    }
}

/// The cores that this process may use; none where the system does not tell.
#[cfg(target_os = "linux")]
fn cores() -> Vec<usize> {
    let Ok(allowed) = rustix::thread::sched_getaffinity(None) else { return Vec::new() };
    (0..rustix::thread::CpuSet::MAX_CPU).filter(|core| allowed.is_set(*core)).collect()
}

#[cfg(not(target_os = "linux"))]
fn cores() -> Vec<usize> {
    Vec::new()
}

/// Keeps the present thread to some cores.
#[cfg(target_os = "linux")]
fn keep_to(cores: &[usize]) {
    let mut set = rustix::thread::CpuSet::new();
    cores.iter().for_each(|core| set.set(*core));
    // A thread that is free to move does the same work.
    let _ = rustix::thread::sched_setaffinity(None, &set);
}

#[cfg(not(target_os = "linux"))]
fn keep_to(_: &[usize]) {}

async fn take_up(mut given: UnboundedReceiver<Task>) {
    while let Some(task) = given.recv().await {
        tokio::spawn(task);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;
    use std::sync::mpsc;
    use std::thread::ThreadId;

    #[tokio::test]
    async fn tasks_go_where_the_fewest_are() {
        let threads = Threads::start(3, false).expect("threads");
        let (say, said) = mpsc::channel::<ThreadId>();
        for _ in 0..9 {
            let say = say.clone();
            threads.run(threads.next(), async move {
                say.send(std::thread::current().id()).expect("someone listens");
                std::future::pending::<()>().await;
            });
        }
        let mut by_thread: HashMap<ThreadId, usize> = HashMap::new();
        said.iter().take(9).for_each(|id| *by_thread.entry(id).or_default() += 1);
        assert_eq!(by_thread.into_values().collect::<Vec<_>>(), [3, 3, 3]);
        threads.end().await;
        drop(say);
        assert!(said.recv().is_err(), "what was not over ended with the threads");
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn pinned_threads_keep_to_a_core_and_their_blocking_threads_do_not() {
        let all = cores();
        let threads = Threads::start(all.len() + 1, true).expect("threads");
        for number in 0..=all.len() {
            let (say, said) = tokio::sync::oneshot::channel();
            threads.run(number, async move {
                let blocking = tokio::task::spawn_blocking(cores).await.expect("it ends well");
                say.send((cores(), blocking)).expect("someone waits");
            });
            let core = all[number % all.len()];
            assert_eq!(said.await.expect("an answer"), (vec![core], all.clone()));
        }
        threads.end().await;
        assert_eq!(cores(), all, "others are free");
    }

    #[tokio::test]
    async fn a_task_that_panics_is_over_and_harms_no_other() {
        let threads = Threads::start(1, false).expect("a thread");
        threads.run(threads.next(), async { std::panic::resume_unwind(Box::new("as the test wants it")) });
        let (say, said) = tokio::sync::oneshot::channel();
        threads.run(threads.next(), async move { say.send(1).expect("someone waits") });
        assert_eq!(said.await, Ok(1));
        let busy = Arc::clone(&threads.all[0].busy);
        threads.end().await;
        assert_eq!(busy.load(Ordering::Relaxed), 0);
    }
}
