//! Time and memory that `predictor train sentiment` needs for 25,000 long reviews (see `corpus.rs`).
//!
//! `cargo bench -p predictor --bench training` (settings: `-- REVIEWS SEED`; `-- --write FILE REVIEWS SEED` only writes
//! the reviews, for `compare/training.py`).

#![allow(clippy::print_stdout, reason = "a benchmark prints its figures")]
#![allow(missing_docs, reason = "not a library")]

mod corpus;

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::process::{Child, Command, ExitCode};
use std::time::{Duration, Instant};

const REVIEWS: usize = 25_000;

fn main() -> io::Result<ExitCode> {
    let words: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    if let [option, path, rest @ ..] = &words[..]
        && option == "--write"
    {
        write_reviews(Path::new(path), rest)?;
        return Ok(ExitCode::SUCCESS);
    }
    let folder = tempfile::tempdir()?;
    let reviews = folder.path().join("reviews.txt");
    write_reviews(&reviews, &words)?;
    let started = Instant::now();
    let mut training = Command::new(env!("CARGO_BIN_EXE_predictor"))
        .args(["train", "sentiment", "--data"])
        .arg(&reviews)
        .arg("--out")
        .arg(folder.path().join("model"))
        .spawn()?;
    let peak = peak_kb(&mut training)?;
    let status = training.wait()?;
    println!("trained in {:.1?}, at most {} MB: {status}", started.elapsed(), peak / 1024);
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn write_reviews(path: &Path, words: &[String]) -> io::Result<()> {
    let mut numbers = words.iter().filter_map(|word| word.parse::<u64>().ok());
    let reviews = numbers.next().and_then(|number| usize::try_from(number).ok()).unwrap_or(REVIEWS);
    let mut out = BufWriter::new(File::create(path)?);
    corpus::write(&mut out, reviews, numbers.next().unwrap_or(0))?;
    out.flush()?;
    println!("{reviews} reviews, {} MB", std::fs::metadata(path)?.len() >> 20);
    Ok(())
}

/// The most memory that the process had, in kilobytes, by looking until it ends.
fn peak_kb(process: &mut Child) -> io::Result<u64> {
    let mut peak = 0;
    while process.try_wait()?.is_none() {
        let status = std::fs::read_to_string(format!("/proc/{}/status", process.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let seen = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
        peak = peak.max(seen.unwrap_or(0));
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(peak)
}
