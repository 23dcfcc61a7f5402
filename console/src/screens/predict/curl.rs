//! A request as a `curl` command: quoted for a POSIX shell, without secrets.

use crate::deploy::is_secret_header;
use crate::model::PredictionRequest;

use super::route::without_user;

/// The command. Values of secret headers, and user names in the URL, are left out.
pub(super) fn curl(request: &PredictionRequest) -> String {
    let mut words = vec!["curl -sS -i".to_owned()];
    if request.method != "GET" || !request.body.is_empty() {
        words.push(format!("-X {}", quoted(&request.method)));
    }
    for (name, value) in &request.headers {
        let value = if is_secret_header(name) { "HIDDEN" } else { value };
        words.push(format!("-H {}", quoted(&format!("{name}: {value}"))));
    }
    if !request.body.is_empty() {
        words.push(format!("--data-raw {}", quoted(&request.body)));
    }
    words.push(quoted(&without_user(&request.url)));
    words.join(" ")
}

/// One word of a POSIX shell.
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@%+,".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shell_gets_what_was_sent_and_no_secret() {
        let request = PredictionRequest {
            method: "POST".into(),
            url: "http://me:pw@h/predict?a=b&c".into(),
            headers: vec![("content-type".into(), "application/json".into()), ("Authorization".into(), "abc".into())],
            body: "{\"text\":\"it's $HOME\\n\"}".into(),
        };
        assert_eq!(
            curl(&request),
            "curl -sS -i -X POST -H 'content-type: application/json' -H 'Authorization: HIDDEN' \
             --data-raw '{\"text\":\"it'\\''s $HOME\\n\"}' 'http://h/predict?a=b&c'"
        );
        let get = PredictionRequest { method: "GET".into(), url: "http://h/predict".into(), ..request };
        let get = PredictionRequest { body: String::new(), headers: Vec::new(), ..get };
        assert_eq!(curl(&get), "curl -sS -i http://h/predict");
    }
}
