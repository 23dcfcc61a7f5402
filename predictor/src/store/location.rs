//! Where a store is, as a person or the environment writes it.

use super::StoreError;
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

/// A directory or a part of an S3 bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// A directory of this machine.
    Directory(PathBuf),
    /// A bucket, and a prefix without slashes at its ends; the prefix may be empty.
    S3 {
        /// The bucket's name.
        bucket: String,
        /// What all keys begin with.
        prefix: String,
    },
}

impl Location {
    /// A part of an S3 bucket.
    ///
    /// # Errors
    /// A name that no bucket can have, or a prefix that cannot be part of a key.
    pub fn s3(bucket: &str, prefix: &str) -> Result<Self, StoreError> {
        let refused = |words: String| Err(StoreError::Settings(words));
        let harmless = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-".contains(&byte);
        let edges = [bucket.bytes().next(), bucket.bytes().last()];
        let edges_fit = edges.iter().flatten().all(u8::is_ascii_alphanumeric);
        if !(3..=63).contains(&bucket.len()) || !bucket.bytes().all(harmless) || !edges_fit {
            return refused(format!(
                "{bucket:?} is not the name of a bucket: 3 to 63 lower-case letters, digits, dots and dashes"
            ));
        }
        let prefix = prefix.trim_matches('/');
        let part_fits = |part: &str| !matches!(part, "" | "." | "..") && !part.contains(char::is_control);
        if !prefix.is_empty() && !prefix.split('/').all(part_fits) {
            return refused(format!("{prefix:?} cannot be the beginning of keys"));
        }
        Ok(Self::S3 { bucket: bucket.to_owned(), prefix: prefix.to_owned() })
    }

    /// A key in full, for messages.
    #[must_use]
    pub fn place_of(&self, key: &str) -> String {
        let own = self.to_string();
        if key.is_empty() { own } else { format!("{}/{key}", own.trim_end_matches('/')) }
    }
}

impl FromStr for Location {
    type Err = StoreError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refused = |words: String| Err(StoreError::Settings(words));
        if let Some(rest) = text.strip_prefix("s3://") {
            let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
            return Self::s3(bucket, prefix);
        }
        if let Some(path) = text.strip_prefix("file://") {
            let path = path.strip_prefix("localhost").unwrap_or(path);
            if !path.starts_with('/') || path.contains(['%', '?', '#']) {
                return refused(format!("{text:?} is not file:///PATH without escapes; give the directory as it is"));
            }
            return Ok(Self::Directory(path.into()));
        }
        match text.split_once("://") {
            Some((scheme, _)) => {
                refused(format!("stores of the kind {scheme:?} are not known; give a directory or s3://BUCKET/PREFIX"))
            }
            None if text.is_empty() => {
                refused("the store's location is empty; give a directory or s3://BUCKET/PREFIX".to_owned())
            }
            None => Ok(Self::Directory(text.into())),
        }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Directory(directory) => write!(out, "{}", directory.display()),
            Self::S3 { bucket, prefix } if prefix.is_empty() => write!(out, "s3://{bucket}"),
            Self::S3 { bucket, prefix } => write!(out, "s3://{bucket}/{prefix}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locations_are_read() {
        let check = |text: &str, expect: Location, shown: &str| {
            let found: Location = text.parse().expect("a location");
            assert_eq!((&found, found.to_string().as_str()), (&expect, shown), "{text}");
        };
        let s3 = |bucket: &str, prefix: &str| Location::S3 { bucket: bucket.to_owned(), prefix: prefix.to_owned() };
        check("models", Location::Directory("models".into()), "models");
        check("file:///var/models", Location::Directory("/var/models".into()), "/var/models");
        check("file://localhost/var/models", Location::Directory("/var/models".into()), "/var/models");
        check("s3://my-bucket", s3("my-bucket", ""), "s3://my-bucket");
        check("s3://my-bucket/", s3("my-bucket", ""), "s3://my-bucket");
        check("s3://my.bucket/a/b/", s3("my.bucket", "a/b"), "s3://my.bucket/a/b");
        assert_eq!(s3("bucket", "").place_of("x/y"), "s3://bucket/x/y");
        assert_eq!(s3("bucket", "p").place_of(""), "s3://bucket/p");
    }

    #[test]
    fn what_is_no_location_is_refused_in_words() {
        let check = |text: &str, expect: &str| {
            let words = text.parse::<Location>().expect_err("refused").to_string();
            assert!(words.contains(expect), "{text}: {words}");
        };
        check("", "is empty");
        check("gs://bucket/x", "\"gs\" are not known");
        check("s3://", "not the name of a bucket");
        check("s3://No_Bucket", "not the name of a bucket");
        check("s3://-bad", "not the name of a bucket");
        check("s3://bucket/a//b", "beginning of keys");
        check("s3://bucket/../b", "beginning of keys");
        check("s3://bucket/a\u{1b}b", "beginning of keys");
        check("file://host/x", "file:///PATH");
        check("file:///a%20b", "without escapes");
    }
}
