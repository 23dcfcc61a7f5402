//! `predictor models`: what is embedded in this program.

use super::Failure;
use crate::artifact::Task;
use crate::catalog::{EMBEDDED, Embedded};
use crate::model::Model;
use std::io::Write;

#[derive(Debug, clap::Args)]
pub(super) struct Models {
    /// Write one JSON list of manifests
    #[arg(long)]
    json: bool,
}

impl Models {
    pub(super) fn run(self, out: &mut impl Write) -> Result<(), Failure> {
        let models = EMBEDDED.iter().map(Embedded::load).collect::<Result<Vec<_>, _>>()?;
        let manifests: Vec<_> = models.iter().map(Model::manifest).collect();
        if self.json {
            serde_json::to_writer_pretty(&mut *out, &manifests)?;
            writeln!(out)?;
            return Ok(());
        }
        writeln!(out, "{:<16} {:<14} {:>10} {:>10}  CREATED", "MODEL", "TASK", "TEST", "BYTES")?;
        for manifest in manifests {
            let name = format!("{}@{}", manifest.name, manifest.version);
            let (task, figure) = match manifest.task {
                Task::Classification => ("classification", format!("acc {:.4}", manifest.metrics.figure("accuracy"))),
                Task::Regression => ("regression", format!("R² {:.4}", manifest.metrics.figure("r2"))),
            };
            let bytes = manifest.weights.bytes;
            writeln!(out, "{name:<16} {task:<14} {figure:>10} {bytes:>10}  {}", manifest.created)?;
        }
        Ok(())
    }
}
