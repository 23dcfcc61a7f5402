//! What a store said when it did not do as it was asked, in words for the person who has to act.
//!
//! A service's own words come from outside: they are shortened, and lose whatever could steer a terminal.

use super::Location;
use std::error::Error;
use std::path::Path;

/// Longest quotation of what a service answered, in characters.
const LONGEST_QUOTE: usize = 300;

/// Why a store could not be opened, read or written.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// Location, region, endpoint or credentials are missing or wrong.
    #[error("{0}")]
    Settings(String),
    /// A store refused, or could not be reached.
    #[error("cannot {action} {place}: {reason}{advice}")]
    Failed {
        /// `read`, `write`, `list` or `open`.
        action: &'static str,
        /// The key, with bucket or directory.
        place: String,
        /// What the system or the service said.
        reason: String,
        /// What to do about it; empty if that is not known.
        advice: &'static str,
    },
    /// There is more than any genuine key has.
    #[error("{place} has {found} bytes, more than the {limit} that are allowed")]
    TooLarge {
        /// The key, with bucket or directory.
        place: String,
        /// Its size, or as much as was read of it.
        found: u64,
        /// The bound.
        limit: u64,
    },
    /// There are more keys than any genuine registry has.
    #[error("{place} has more than {limit} keys; this is not a model registry")]
    TooManyKeys {
        /// The folder, with bucket or directory.
        place: String,
        /// The bound.
        limit: usize,
    },
}

impl StoreError {
    pub(super) fn of(action: &'static str, location: &Location, key: &str, error: &object_store::Error) -> Self {
        let causes = causes(error);
        let words = causes.join(": ");
        let reason = answer_in(&words).unwrap_or_else(|| without_answer(&causes));
        Self::Failed { action, place: location.place_of(key), advice: advice_for(&words), reason }
    }

    pub(super) fn directory(directory: &Path, error: &std::io::Error) -> Self {
        Self::Failed {
            action: "open",
            place: directory.display().to_string(),
            reason: plain(&error.to_string()),
            advice: match error.kind() {
                std::io::ErrorKind::NotFound => "; predictor register makes it, or correct the path",
                std::io::ErrorKind::NotADirectory | std::io::ErrorKind::AlreadyExists => "; a store is a directory",
                _ => "",
            },
        }
    }
}

/// No such key, as against no such bucket.
pub(super) fn is_absent(error: &object_store::Error) -> bool {
    matches!(error, object_store::Error::NotFound { .. }) && !causes(error).concat().contains("NoSuchBucket")
}

/// The words of an error and of all its causes, outermost first.
fn causes(error: &(dyn Error + 'static)) -> Vec<String> {
    std::iter::successors(Some(error), |error| (**error).source()).map(ToString::to_string).collect()
}

/// The innermost cause, and which server was asked; the layers between only repeat each other.
fn without_answer(causes: &[String]) -> String {
    let innermost = causes.last().map(String::as_str).unwrap_or_default();
    let server = causes.iter().find_map(|words| {
        let (start, scheme) = ["http://", "https://"].iter().find_map(|scheme| Some((words.find(scheme)?, scheme)))?;
        let rest = &words[start + scheme.len()..];
        rest.split(['/', '?', ' ', ')']).next().map(|host| format!("{scheme}{host}"))
    });
    match server {
        Some(server) if !innermost.contains(&server) => plain(&format!("{innermost} ({server})")),
        _ => plain(innermost),
    }
}

/// `Code: Message` of the XML that S3 answers with.
fn answer_in(words: &str) -> Option<String> {
    let element = |name: &str| {
        let (_, rest) = words.split_once(&format!("<{name}>"))?;
        rest.split_once(&format!("</{name}>")).map(|(text, _)| text)
    };
    let code = element("Code")?;
    Some(plain(&match element("Message") {
        Some(message) if !message.is_empty() => format!("{code}: {message}"),
        _ => code.to_owned(),
    }))
}

fn advice_for(words: &str) -> &'static str {
    let has = |mark: &str| words.contains(mark);
    if has("169.254.169.254") || has("169.254.170.2") {
        "; no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, for instance from \
         `aws configure export-credentials --format env`, or give the task or instance a role"
    } else if has("NoSuchBucket") {
        "; make the bucket, or correct its name"
    } else if has("AuthorizationHeaderMalformed") || has("PermanentRedirect") || has("without LOCATION") {
        "; the bucket is in another region, set AWS_REGION to it"
    } else if has("InvalidAccessKeyId") || has("SignatureDoesNotMatch") || has("InvalidToken") {
        "; the credentials are wrong, renew AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN"
    } else if has("ExpiredToken") {
        "; the credentials have expired, renew them"
    } else if has("AccessDenied") || has("403 Forbidden") {
        "; this identity needs s3:GetObject and s3:ListBucket, and s3:PutObject to write"
    } else if has("error sending request") || has("Connect") || has("timed out") {
        "; is the endpoint right, and is there a network?"
    } else {
        ""
    }
}

/// Without control characters, on one line, and not long.
fn plain(text: &str) -> String {
    let line: Vec<&str> = text.split(|letter: char| letter.is_whitespace() || letter.is_control()).collect();
    let line = line.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    if line.chars().count() <= LONGEST_QUOTE {
        return line;
    }
    line.chars().take(LONGEST_QUOTE).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(words: &str) -> String {
        let error = object_store::Error::Generic { store: "S3", source: words.to_owned().into() };
        let location = Location::s3("bucket", "p").expect("a location");
        StoreError::of("read", &location, "models/x", &error).to_string()
    }

    #[test]
    fn answers_of_s3_are_worded() {
        let check = |words: &str, expect: &str| assert_eq!(said(words), expect);
        check(
            "404 Not Found: <?xml?><Error><Code>NoSuchBucket</Code><Message>The bucket does not exist</Message></Error>",
            "cannot read s3://bucket/p/models/x: NoSuchBucket: The bucket does not exist; \
             make the bucket, or correct its name",
        );
        check(
            "<Error><Code>AccessDenied</Code><Message>no \u{1b}[31m\n way</Message></Error>",
            "cannot read s3://bucket/p/models/x: AccessDenied: no [31m way; \
             this identity needs s3:GetObject and s3:ListBucket, and s3:PutObject to write",
        );
        check(
            "<Code>ExpiredToken</Code>",
            "cannot read s3://bucket/p/models/x: ExpiredToken; the credentials have expired, renew them",
        );
        check("something new", "cannot read s3://bucket/p/models/x: something new");
        assert!(said(&"long ".repeat(1000)).len() < 500);
        assert!(
            said("error sending request for url (http://169.254.169.254/latest)").contains("; no credentials: set")
        );
    }
}
