//! `predictor generate`: a made-up table to learn from, and how well the best possible model does on it.

use super::Failure;
use crate::data::generate::{Ceiling, retail, savings};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Generate {
    /// Lines of supermarket receipts with the customer's price sensitivity
    Retail(Draw),
    /// Households with what they want to save
    Savings(Draw),
}

#[derive(Debug, clap::Args)]
pub(super) struct Draw {
    /// Rows to draw
    #[arg(long, default_value_t = 20_000, value_parser = clap::value_parser!(u64).range(1..=10_000_000))]
    rows: u64,
    /// Chooses the rows; the world they are drawn from is always the same
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// CSV file to write; must not exist
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

impl Generate {
    pub(super) fn run(self, words: &mut impl Write) -> Result<(), Failure> {
        let (ceiling, draw) = match self {
            Self::Retail(draw) => (draw.write_with(retail::write)?, draw),
            Self::Savings(draw) => (draw.write_with(savings::write)?, draw),
        };
        writeln!(
            words,
            "wrote {}: {} rows; the best possible model, without the noise:",
            draw.out.display(),
            ceiling.rows
        )?;
        for (name, figure) in &ceiling.figures {
            writeln!(words, "  {name:<18} {figure:.4}")?;
        }
        Ok(())
    }
}

impl Draw {
    fn write_with(
        &self,
        write: impl Fn(usize, u64, &mut BufWriter<File>) -> std::io::Result<Ceiling>,
    ) -> Result<Ceiling, Failure> {
        let failed = |error: std::io::Error| format!("cannot write {}: {error}", self.out.display());
        let mut file = BufWriter::new(File::create_new(&self.out).map_err(failed)?);
        let ceiling = write(usize::try_from(self.rows)?, self.seed, &mut file).map_err(failed)?;
        file.flush().map_err(failed)?;
        Ok(ceiling)
    }
}
