//! Tables and properties of the stretch of the log in memory.

use proptest::prelude::*;

use super::*;
use crate::model::Timestamp;
use crate::screens::logs::level::Level;
use crate::screens::logs::sieve::Filter;

fn line(at: i64, ingested: i64, id: u32, text: &str) -> LogLine {
    LogLine {
        id: format!("{id:03}").as_str().into(),
        at: Timestamp(at),
        ingested_at: Timestamp(ingested),
        stream: "s".into(),
        text: text.into(),
    }
}

/// What the pane must show, worked out from all lines each time.
#[derive(Default)]
struct Naive {
    lines: Vec<LogLine>,
}

impl Naive {
    fn insert(&mut self, batch: &[LogLine]) {
        for line in batch {
            if self.lines.iter().all(|known| known.id != line.id) {
                self.lines.push(line.clone());
            }
        }
        self.lines.sort_by_key(LineKey::of);
    }

    fn shown(&self, sieve: &Sieve) -> Vec<&LogLine> {
        let judged: Vec<_> = self.lines.iter().map(|l| sieve.judge(sieve.sift(&l.text, Level::of(&l.text)))).collect();
        let near = |at: usize| {
            let range = at.saturating_sub(sieve.context)..(at + sieve.context + 1).min(judged.len());
            judged[range].iter().any(|j| j.wanted)
        };
        let passes = |(at, _): &(usize, &LogLine)| !judged[*at].hidden && near(*at);
        self.lines.iter().enumerate().filter(passes).map(|(_, line)| line).collect()
    }
}

fn ids<'a>(lines: impl Iterator<Item = &'a LogLine>) -> Vec<String> {
    lines.map(|line| line.id.to_string()).collect()
}

fn check(store: &Store, naive: &Naive) {
    let sieve = store.sieve();
    assert_eq!(ids(store.buffer().iter().map(|held| &held.line)), ids(naive.lines.iter()));
    let shown = naive.shown(sieve);
    let at = |list: &std::collections::VecDeque<i64>| {
        ids(list.iter().map(|p| &store.buffer().get(*p).unwrap().line).collect::<Vec<_>>().into_iter())
    };
    assert_eq!(at(store.index().shown()), ids(shown.iter().copied()), "shown");
    let hit = |l: &&&LogLine| sieve.judge(sieve.sift(&l.text, None)).hit;
    assert_eq!(at(store.index().hits()), ids(shown.iter().filter(hit).copied()), "hits");
    let error = |l: &&&LogLine| Level::of(&l.text).is_some_and(Level::is_error);
    assert_eq!(at(store.index().errors()), ids(shown.iter().filter(error).copied()), "errors");
    let minutes: usize = store.buffer().minutes().values().map(|minute| minute.lines).sum();
    assert_eq!(minutes, naive.lines.len());
}

#[derive(Debug, Clone)]
enum Step {
    Insert(Vec<(i64, i64, u32, usize)>),
    Trim(usize, Option<i64>, bool),
    Filter(&'static str, bool),
    Draft(&'static str, bool),
    Adopt,
    Off,
    Unfilter,
    Context,
    Search(&'static str),
}

const TEXTS: [&str; 5] = ["apple", "pear ERROR", "apple pear", "plum", "level=error apple"];

fn step() -> impl Strategy<Value = Step> {
    let some_line = (0..40_i64, 0..3_i64, 0..80_u32, 0..TEXTS.len());
    prop_oneof![
        6 => prop::collection::vec(some_line, 0..8).prop_map(Step::Insert),
        2 => (1..30_usize, prop::option::of(0..40_i64), any::<bool>()).prop_map(|(n, k, b)| Step::Trim(n, k, b)),
        2 => (prop::sample::select(vec!["apple", "pear", "level=error", "nothing"]), any::<bool>())
            .prop_map(|(t, h)| Step::Filter(t, h)),
        3 => (prop::sample::select(vec!["", "p", "pe", "pea", "app", "p.", "level=error"]), any::<bool>())
            .prop_map(|(t, h)| Step::Draft(t, h)),
        1 => Just(Step::Adopt),
        1 => Just(Step::Off),
        1 => Just(Step::Unfilter),
        1 => Just(Step::Context),
        1 => prop::sample::select(vec!["", "pear", "l", "le", "[l", "pl"]).prop_map(Step::Search),
    ]
}

fn act(store: &mut Store, naive: &mut Naive, step: Step) {
    match step {
        Step::Insert(lines) => {
            // An event's times never change: they follow from its id.
            let make = |(_, _, id, _): &(i64, i64, u32, usize)| {
                let n = i64::from(*id);
                line(n * 7 % 40, n % 3, *id, TEXTS[*id as usize % TEXTS.len()])
            };
            let batch: Vec<LogLine> = lines.iter().map(make).collect();
            naive.insert(&batch);
            store.insert(batch);
        }
        Step::Trim(lines, keep, newest_first) => {
            let keep = keep.map(|at| LineKey::time(Timestamp(at)));
            let (front, back) = store.trim(lines * 250, keep.as_ref(), newest_first);
            naive.lines.drain(..front);
            naive.lines.truncate(naive.lines.len() - back);
        }
        Step::Filter(text, hides) => store.resift(|sieve| sieve.filters.extend(Filter::parse(text, hides))),
        Step::Draft(text, hides) => store.resift(|sieve| sieve.draft = Filter::parse(text, hides)),
        Step::Adopt => store.resift(|sieve| {
            let draft = sieve.draft.take();
            sieve.filters.extend(draft);
        }),
        Step::Off => store.resift(|sieve| sieve.off = !sieve.off),
        Step::Unfilter => store.resift(|sieve| drop(sieve.filters.pop())),
        Step::Context => store.more_context(),
        Step::Search(text) => store.resift(|sieve| sieve.search = Filter::search(text)),
    }
}

proptest! {
    #[test]
    fn the_index_is_what_looking_at_all_lines_would_give(steps in prop::collection::vec(step(), 1..40)) {
        let (mut store, mut naive) = (Store::default(), Naive::default());
        for step in steps {
            act(&mut store, &mut naive, step);
            check(&store, &naive);
        }
    }
}

#[test]
fn duplicates_are_left_out_and_late_lines_find_their_place() {
    let mut store = Store::default();
    assert_eq!(store.insert(vec![line(5, 1, 2, "b"), line(5, 1, 1, "a"), line(9, 1, 3, "c")]), 3);
    assert_eq!(store.insert(vec![line(5, 1, 1, "a"), line(7, 9, 4, "late")]), 1);
    assert_eq!(store.insert(vec![line(1, 1, 5, "older")]), 1);
    let texts: Vec<&str> = store.buffer().iter().map(|held| &*held.line.text).collect();
    assert_eq!(texts, ["older", "a", "b", "late", "c"]);
}

#[test]
fn a_full_buffer_gives_up_what_is_out_of_sight() {
    let fill = || {
        let mut store = Store::default();
        store.insert((0..10).map(|n| line(i64::from(n), 0, n, "0123456789")).collect());
        store
    };
    let first = |store: &Store| store.buffer().oldest().unwrap().line.at.0;
    let keep = LineKey::time(Timestamp(2));
    let mut following = fill();
    assert_eq!((following.trim(1_000, None, false), first(&following)), ((6, 0), 6));
    let mut paused = fill();
    assert_eq!((paused.trim(1_000, Some(&keep), false), first(&paused)), ((2, 4), 2));
    let mut reading_older = fill();
    assert_eq!((reading_older.trim(1_000, Some(&keep), true), first(&reading_older)), ((0, 6), 0));
}
