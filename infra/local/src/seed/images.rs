//! The images of the predictor's repository: good ones that differ, and one for each way to go wrong.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::PREDICTOR;
use crate::ecr::{Ecr, Finding, Severity};
use crate::tasks::{ARGUMENTS, ENVIRONMENT, EXECUTABLE};
use crate::wire::Place;

const HOUR_MS: i64 = 3_600_000;
const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const LAYER: &str = "application/vnd.oci.image.layer.v1.tar+gzip";

/// An image of the seed.
struct Image {
    tags: &'static [&'static str],
    program: &'static [&'static str],
    environment: &'static [(&'static str, &'static str)],
    description: &'static str,
    hours_old: i64,
    /// Whether it was scanned for known weaknesses.
    scanned: bool,
    /// The size of the layer that holds the program; the layers below are the same for all.
    program_bytes: u64,
}

const BASE_LAYERS: [(&str, u64); 2] = [("debian-slim", 28_231_552), ("ca-certificates", 1_204_224)];

const IMAGES: [Image; 8] = [
    Image {
        tags: &["1.0.0"],
        program: &["predictor", "serve"],
        environment: &[("MODEL", "sentiment@1")],
        description: "Sentiment model 1: single words.",
        hours_old: 21 * 24 + 5,
        scanned: true,
        program_bytes: 11_842_311,
    },
    Image {
        tags: &["1.1.0"],
        program: &["predictor", "serve"],
        // Without MODEL the predictor serves every model that it brings, each in its newest version.
        environment: &[("DEFAULT_MODEL", "sentiment")],
        description: "All models; sentiment model 2 (words and pairs of words) answers where none is named.",
        hours_old: 9 * 24 + 2,
        scanned: true,
        program_bytes: 12_318_077,
    },
    Image {
        tags: &["1.1.1", "stable"],
        program: &["predictor", "serve"],
        environment: &[("DEFAULT_MODEL", "sentiment"), ("LOG_LEVEL", "debug"), ("DRAIN_DELAY_MS", "1000")],
        description: "All models, with debug logs and a longer drain.",
        hours_old: 6 * 24 + 7,
        scanned: true,
        program_bytes: 12_318_412,
    },
    Image {
        tags: &["1.2.0-crash"],
        program: &["faulty", "crash"],
        environment: &[],
        description: "Broken on purpose: crashes while it loads its model. The circuit breaker rolls back.",
        hours_old: 4 * 24 + 3,
        scanned: false,
        program_bytes: 12_901_220,
    },
    Image {
        tags: &["1.2.1-unhealthy"],
        program: &["faulty", "unhealthy"],
        environment: &[],
        description: "Broken on purpose: starts, but answers 503 to health checks.",
        hours_old: 3 * 24 + 1,
        scanned: false,
        program_bytes: 12_902_004,
    },
    Image {
        tags: &["1.2.2-errors"],
        program: &["faulty", "errors", "--rate", "0.6"],
        environment: &[("MODEL", "sentiment@2")],
        description: "Broken on purpose: healthy, but most predictions end with status 500. An alarm rolls back.",
        hours_old: 2 * 24 + 4,
        scanned: false,
        program_bytes: 12_903_518,
    },
    Image {
        tags: &["1.2.3-slow"],
        program: &["faulty", "slow", "--latency-ms", "900"],
        environment: &[("MODEL", "sentiment@2")],
        description: "Broken on purpose: correct, but each prediction takes about a second.",
        hours_old: 26,
        scanned: false,
        program_bytes: 12_903_871,
    },
    Image {
        tags: &["1.2.4-leak"],
        program: &["faulty", "leak", "--mib-per-second", "16"],
        environment: &[("MODEL", "sentiment@2")],
        description: "Broken on purpose: memory grows until the container is killed.",
        hours_old: 3,
        scanned: false,
        program_bytes: 12_904_102,
    },
];

/// Pushes every image, each at its own time before now.
pub(super) fn push(ecr: &Ecr, place: &Place, now_ms: i64) {
    ecr.ensure_repository(PREDICTOR);
    for image in &IMAGES {
        let manifest = image.manifest(place).to_string();
        let pushed_ms = now_ms - image.hours_old * HOUR_MS;
        for tag in image.tags {
            // The repository was just made and its tags are mutable, so a push cannot be refused.
            let pushed = ecr.put_image(PREDICTOR, manifest.as_bytes(), Some(tag), pushed_ms, image.size());
            if let (Ok(digest), true) = (pushed, image.scanned) {
                ecr.seed_findings(PREDICTOR, &digest, findings(tag));
            }
        }
    }
}

/// What a scan finds: the oldest image stands on a base that has known weaknesses by now, newer ones do not.
fn findings(tag: &str) -> Vec<Finding> {
    if tag != "1.0.0" {
        return Vec::new();
    }
    let finding = |name: &str, description: &str, severity, package: (&str, &str)| Finding {
        name: name.to_owned(),
        description: description.to_owned(),
        uri: format!("https://security-tracker.debian.org/tracker/{name}"),
        severity,
        package_name: package.0.to_owned(),
        package_version: package.1.to_owned(),
    };
    let loader = "A buffer overflow in the dynamic loader while it reads GLIBC_TUNABLES.";
    let keys = "Checking very long Diffie-Hellman keys takes excessive time.";
    vec![
        finding("CVE-2023-4911", loader, Severity::High, ("glibc", "2.36-9+deb12u1")),
        finding("CVE-2023-5678", keys, Severity::Medium, ("openssl", "3.0.11-1~deb12u1")),
    ]
}

impl Image {
    fn size(&self) -> i64 {
        let base: u64 = BASE_LAYERS.iter().map(|(_, bytes)| bytes).sum();
        i64::try_from(base + self.program_bytes).unwrap_or(i64::MAX)
    }

    fn manifest(&self, place: &Place) -> Value {
        let (executable, arguments) = self.program.split_first().unwrap_or((&"", &[]));
        let environment: serde_json::Map<String, Value> =
            self.environment.iter().map(|(name, value)| ((*name).to_owned(), Value::from(*value))).collect();
        let version = self.tags.first().copied().unwrap_or_default();
        let mut layers: Vec<Value> = BASE_LAYERS.iter().map(|(name, bytes)| blob(LAYER, name, *bytes)).collect();
        layers.push(blob(LAYER, version, self.program_bytes));
        json!({
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": blob(CONFIG, &format!("config {version}"), 1_862),
            "layers": layers,
            "annotations": {
                "org.opencontainers.image.title": PREDICTOR,
                "org.opencontainers.image.version": version,
                "org.opencontainers.image.description": self.description,
                "org.opencontainers.image.vendor": format!("{}/{PREDICTOR}", place.registry_host()),
                EXECUTABLE: executable,
                ARGUMENTS: json!(arguments).to_string(),
                ENVIRONMENT: Value::Object(environment).to_string(),
            },
        })
    }
}

fn blob(media_type: &str, content: &str, size: u64) -> Value {
    let digest: String = Sha256::digest(content.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    json!({ "mediaType": media_type, "size": size, "digest": format!("sha256:{digest}") })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;

    #[test]
    fn every_tag_resolves_and_distinct_images_have_distinct_digests() {
        let place = Place::default();
        let ecr = Ecr::new(Clock::manual(0), place.clone());
        push(&ecr, &place, 0);
        let mut digests = std::collections::BTreeSet::new();
        for image in &IMAGES {
            for tag in image.tags {
                let reference = format!("{}/{PREDICTOR}:{tag}", place.registry_host());
                digests.insert(ecr.resolve(&reference).expect("the tag was pushed").digest);
            }
        }
        assert_eq!(digests.len(), IMAGES.len());
    }
}
