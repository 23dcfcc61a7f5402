//! Image references as they stand in task definitions.

/// Why an image cannot be pulled, in the words that follow `CannotPullContainerError: ` in a stopped reason.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PullError {
    /// The reference cannot be read.
    #[error("invalid reference format: {0}")]
    Invalid(String),
    /// The image lies in a registry that the local stack does not have.
    #[error(
        "pull image manifest has been retried 1 time(s): failed to resolve ref {0}: the local stack only holds images \
         of {1}"
    )]
    OtherRegistry(String, String),
    /// There is no such repository, tag or digest.
    #[error("pull image manifest has been retried 1 time(s): failed to resolve ref {0}: {0}: not found")]
    NotFound(String),
}

/// A reference, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reference {
    text: String,
    pub(super) repository: String,
    pub(super) version: Version,
}

/// What follows the repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Version {
    Tag(String),
    Digest(String),
}

impl Reference {
    pub(super) fn parse(text: &str, registry_host: &str) -> Result<Self, PullError> {
        let (host, path) = text.split_once('/').ok_or_else(|| PullError::Invalid(text.to_owned()))?;
        if host != registry_host {
            return Err(PullError::OtherRegistry(text.to_owned(), registry_host.to_owned()));
        }
        let (repository, version) = split_version(path);
        if repository.is_empty() {
            return Err(PullError::Invalid(text.to_owned()));
        }
        Ok(Self { text: text.to_owned(), repository: repository.to_owned(), version })
    }

    pub(super) fn not_found(&self) -> PullError {
        PullError::NotFound(self.text.clone())
    }
}

fn split_version(path: &str) -> (&str, Version) {
    if let Some((named, digest)) = path.split_once('@') {
        let repository = named.split_once(':').map_or(named, |(repository, _)| repository);
        return (repository, Version::Digest(digest.to_owned()));
    }
    match path.split_once(':') {
        Some((repository, tag)) => (repository, Version::Tag(tag.to_owned())),
        None => (path, Version::Tag("latest".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOST: &str = "000000000000.dkr.ecr.us-east-1.amazonaws.com";

    #[test]
    fn references() {
        let cases = [
            (":v1", Version::Tag("v1".into())),
            ("", Version::Tag("latest".into())),
            ("@sha256:ab", Version::Digest("sha256:ab".into())),
            (":v1@sha256:ab", Version::Digest("sha256:ab".into())),
        ];
        for (suffix, version) in cases {
            let reference = Reference::parse(&format!("{HOST}/team/predictor{suffix}"), HOST).unwrap();
            assert_eq!((reference.repository.as_str(), reference.version), ("team/predictor", version));
        }
    }

    #[test]
    fn what_cannot_be_pulled() {
        for (text, expect) in [
            ("busybox", "invalid reference format"),
            ("docker.io/busybox:1", "the local stack only holds"),
            ("000000000000.dkr.ecr.us-east-1.amazonaws.com/", "invalid reference format"),
        ] {
            let message = Reference::parse(text, HOST).unwrap_err().to_string();
            assert!(message.contains(expect), "{text}: {message}");
        }
    }
}
