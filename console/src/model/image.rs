//! Image tags in ECR.

use super::Timestamp;

/// A repository of one registry.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct RepositoryName {
    /// Account id of the registry.
    pub registry: String,
    /// Region of the registry.
    pub region: String,
    /// Repository name, slashes included.
    pub name: String,
}

/// One image with all its tags.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Image {
    /// `sha256:…`
    pub digest: String,
    /// Tags, in AWS's order; none for an untagged image.
    pub tags: Vec<String>,
    /// Pushed.
    pub pushed_at: Option<Timestamp>,
    /// Pulled last.
    pub pulled_at: Option<Timestamp>,
    /// Compressed size in bytes.
    pub size: Option<u64>,
    /// `COMPLETE`, `FAILED`, … of the last scan.
    pub scan_status: Option<String>,
    /// Findings by severity, AWS's words: `("CRITICAL", 2)`.
    pub findings: Vec<(String, u32)>,
}

/// An image reference taken apart.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ImageReference {
    /// Everything before `:tag` or `@digest`.
    pub repository: String,
    /// Tag, if one is written.
    pub tag: Option<String>,
    /// Digest, if one is written.
    pub digest: Option<String>,
}

impl ImageReference {
    /// Splits `REPO[:TAG][@DIGEST]`. A colon before the last slash belongs to a registry's port.
    #[must_use]
    pub fn parse(reference: &str) -> Self {
        let (rest, digest) = match reference.split_once('@') {
            Some((rest, digest)) => (rest, Some(digest.to_owned())),
            None => (reference, None),
        };
        let name_at = rest.rfind('/').map_or(0, |slash| slash + 1);
        match rest.get(name_at..).and_then(|name| name.rfind(':')) {
            Some(colon) => Self {
                repository: rest[..name_at + colon].to_owned(),
                tag: Some(rest[name_at + colon + 1..].to_owned()),
                digest,
            },
            None => Self { repository: rest.to_owned(), tag: None, digest },
        }
    }

    /// The ECR repository this names: `ACCOUNT.dkr.ecr.REGION.amazonaws.com[.cn]/NAME`.
    #[must_use]
    pub fn ecr(&self) -> Option<RepositoryName> {
        let (host, name) = self.repository.split_once('/')?;
        let mut parts = host.split('.');
        let registry = parts.next().filter(|id| id.len() == 12 && id.bytes().all(|b| b.is_ascii_digit()))?;
        let is_ecr = parts.next() == Some("dkr") && parts.next() == Some("ecr");
        let region = parts.next().filter(|_| is_ecr)?;
        Some(RepositoryName { registry: registry.to_owned(), region: region.to_owned(), name: name.to_owned() })
    }

    /// Tag, or a short digest, for narrow columns.
    #[must_use]
    pub fn short(&self) -> String {
        match (&self.tag, &self.digest) {
            (Some(tag), _) => tag.clone(),
            (None, Some(digest)) => digest.chars().take(19).collect(),
            (None, None) => "latest".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_come_apart() {
        for (text, repository, tag, digest) in [
            ("nginx", "nginx", None, None),
            ("nginx:1.2", "nginx", Some("1.2"), None),
            ("host:5000/a/b", "host:5000/a/b", None, None),
            ("host:5000/a/b:c@sha256:ff", "host:5000/a/b", Some("c"), Some("sha256:ff")),
        ] {
            let parsed = ImageReference::parse(text);
            assert_eq!(
                (parsed.repository.as_str(), parsed.tag.as_deref(), parsed.digest.as_deref()),
                (repository, tag, digest)
            );
        }
    }

    #[test]
    fn ecr_is_recognised_by_its_host() {
        let ecr = |text: &str| ImageReference::parse(text).ecr();
        assert_eq!(
            ecr("123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/api:9"),
            Some(RepositoryName {
                registry: "123456789012".into(),
                region: "eu-west-1".into(),
                name: "team/api".into()
            })
        );
        assert_eq!(ecr("docker.io/library/nginx:1"), None);
        assert_eq!(ecr("12.dkr.ecr.x.amazonaws.com/a"), None);
    }
}
