//! `/` and `/assets/…`: the web page that tries the models, from memory.
//!
//! The page asks this service and nobody else: its content security policy permits no outside host, no inline script and
//! no inline style. Browsers keep the files and ask by entity tag whether they are still good.

use super::Call;
use super::cache::held;
use crate::artifact::hex_sha256;
use crate::problem::Problem;
use futures_util::future::BoxFuture;
use std::sync::LazyLock;
use warp::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use warp::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use warp::reply::Response;

const HTML: &str = "text/html; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";
const PICTURE: &str = "image/svg+xml";

/// What each file of the page is sent with, beside its type and tag.
const HEADERS: [(HeaderName, &str); 4] = [
    (
        CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; \
         form-action 'none'; frame-ancestors 'none'; base-uri 'none'",
    ),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (REFERRER_POLICY, "no-referrer"),
    (CACHE_CONTROL, "no-cache"),
];

/// One file of the page.
struct File {
    name: &'static str,
    content_type: &'static str,
    bytes: &'static [u8],
}

macro_rules! file {
    ($name:literal, $content_type:expr) => {
        File { name: $name, content_type: $content_type, bytes: include_bytes!(concat!("../page/", $name)) }
    };
}

const INDEX: File = file!("index.html", HTML);

const ASSETS: [File; 12] = [
    file!("style.css", STYLE),
    file!("icon.svg", PICTURE),
    file!("script.js", SCRIPT),
    file!("charts.js", SCRIPT),
    file!("client.js", SCRIPT),
    file!("dom.js", SCRIPT),
    file!("drift.js", SCRIPT),
    file!("form.js", SCRIPT),
    file!("history.js", SCRIPT),
    file!("models.js", SCRIPT),
    file!("result.js", SCRIPT),
    file!("wording.js", SCRIPT),
];

/// The files with their entity tags, the page itself first.
static FILES: LazyLock<Vec<(File, String)>> = LazyLock::new(|| {
    let tagged = |file: File| {
        let tag = format!("\"{}\"", &hex_sha256(file.bytes)[..32]);
        (file, tag)
    };
    std::iter::once(INDEX).chain(ASSETS).map(tagged).collect()
});

pub(super) fn index(call: Call) -> BoxFuture<'static, Result<Response, Problem>> {
    Box::pin(async move { serve(INDEX.name, &call.headers) })
}

pub(super) fn asset(call: Call) -> BoxFuture<'static, Result<Response, Problem>> {
    Box::pin(async move {
        let name = call.segment("file").filter(|name| *name != INDEX.name);
        serve(name.ok_or_else(Problem::unknown_path)?, &call.headers)
    })
}

fn serve(name: &str, headers: &HeaderMap) -> Result<Response, Problem> {
    let (file, tag) = FILES.iter().find(|(file, _)| file.name == name).ok_or_else(Problem::unknown_path)?;
    let mut response = Response::default();
    let held = held(headers, tag);
    if held.is_some() {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    } else {
        *response.body_mut() = file.bytes.into();
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(file.content_type));
    }
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
        .headers_mut()
        .insert(ETAG, HeaderValue::from_str(held.as_deref().unwrap_or(tag)).map_err(|_| Problem::internal())?);
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;
    use warp::http::header::IF_NONE_MATCH;

    fn asked(name: &str, known: Option<&str>) -> Response {
        let mut headers = HeaderMap::new();
        if let Some(known) = known {
            headers.insert(IF_NONE_MATCH, HeaderValue::from_str(known).expect("a header"));
        }
        serve(name, &headers).expect("a file of the page")
    }

    #[test]
    fn a_known_tag_is_answered_without_the_file() {
        for (file, tag) in FILES.iter() {
            let fresh = asked(file.name, None);
            assert!(fresh.status() == StatusCode::OK && fresh.headers()[ETAG] == *tag, "{}", file.name);
            let compressed = format!("{}-gzip\"", tag.trim_end_matches('"'));
            let plain = [format!("W/{tag}"), format!("\"other\", {tag}"), "*".to_owned(), tag.clone()];
            let plain = plain.into_iter().map(|known| (known, tag));
            for (known, expect) in plain.chain([(compressed.clone(), &compressed)]) {
                let again = asked(file.name, Some(&known));
                assert_eq!(again.status(), StatusCode::NOT_MODIFIED, "{known}");
                assert_eq!(again.headers()[ETAG], *expect, "{known}");
            }
            for other in ["\"other\"", tag.trim_matches('"'), ""] {
                assert_eq!(asked(file.name, Some(other)).status(), StatusCode::OK, "{other}");
            }
        }
    }

    #[test]
    fn the_policy_permits_this_host_only() {
        let policy = asked("index.html", None).headers()[CONTENT_SECURITY_POLICY].to_str().expect("text").to_owned();
        assert!(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'"));
        assert!(!policy.contains("unsafe") && !policy.contains("http"), "{policy}");
    }

    #[test]
    fn the_page_names_files_that_there_are_and_no_outside_host() {
        let mut named = std::collections::BTreeSet::from(["index.html".to_owned()]);
        for (file, _) in FILES.iter() {
            let text = std::str::from_utf8(file.bytes).expect("UTF-8").replace("http://www.w3.org/2000/svg", "");
            assert!(!text.contains("http://") && !text.contains("https://"), "{}", file.name);
            for bad in ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", " style=\""] {
                assert!(!text.contains(bad), "{bad} in {}", file.name);
            }
            for start in ["\"/assets/", "from \"./"] {
                named.extend(text.split(start).skip(1).filter_map(|rest| rest.split('"').next()).map(str::to_owned));
            }
        }
        assert_eq!(named, FILES.iter().map(|(file, _)| file.name.to_owned()).collect());
    }
}
