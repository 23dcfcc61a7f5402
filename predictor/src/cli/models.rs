//! `predictor models`: what is embedded in this program.

use super::Failure;
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
        writeln!(out, "{:<16} {:>8} {:>8} {:>10}  CREATED", "MODEL", "ACCURACY", "AUC", "BYTES")?;
        for manifest in manifests {
            let name = format!("{}@{}", manifest.name, manifest.version);
            let area = manifest.metrics.roc_auc.map_or_else(|| "-".to_owned(), |area| format!("{area:.4}"));
            let (accuracy, bytes) = (manifest.metrics.accuracy, manifest.weights.bytes);
            writeln!(out, "{name:<16} {accuracy:>8.4} {area:>8} {bytes:>10}  {}", manifest.created)?;
        }
        Ok(())
    }
}
