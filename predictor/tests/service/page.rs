//! The web page's files as a browser gets them; `tests/page.rs` clicks through them.

use crate::client::{Connection, get};
use crate::running::Running;

#[test]
fn the_page_and_its_files_are_served_and_revalidated() {
    let server = Running::start();
    let page = get(server.port, "/");
    assert_eq!((page.status, page.header("content-type")), (200, Some("text/html; charset=utf-8")));
    let text = String::from_utf8(page.body.clone()).expect("UTF-8");
    let named = text.split("\"/assets/").skip(1).filter_map(|rest| rest.split('"').next());
    let targets: Vec<String> = named.map(|name| format!("/assets/{name}")).chain(["/".to_owned()]).collect();
    assert!(targets.len() > 8, "{targets:?}");
    for target in targets {
        let file = get(server.port, &target);
        assert!(file.status == 200 && !file.body.is_empty(), "{target}");
        assert!(file.header("content-security-policy").is_some_and(|policy| policy.starts_with("default-src 'none';")));
        assert_eq!(file.header("x-content-type-options"), Some("nosniff"), "{target}");
        assert_eq!(file.header("cache-control"), Some("no-cache"), "{target}");
        let tag = file.header("etag").expect("a tag");
        let mut connection = Connection::open(server.port);
        let request = format!("HEAD {target} HTTP/1.1\r\nhost: a\r\nif-none-match: {tag}\r\n\r\n");
        assert_eq!(connection.exchange(request.as_bytes()).status, 304, "{target}");
        let changed = connection.exchange(format!("HEAD {target} HTTP/1.1\r\nhost: a\r\n\r\n").as_bytes());
        assert_eq!(
            (changed.status, changed.header("content-length")),
            (200, file.header("content-length")),
            "{target}"
        );
        let refused = connection.exchange(format!("DELETE {target} HTTP/1.1\r\nhost: a\r\n\r\n").as_bytes());
        assert_eq!((refused.status, refused.header("allow")), (405, Some("GET, HEAD")), "{target}");
    }
}
