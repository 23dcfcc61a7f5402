//! S3 as moto speaks it: a foreign server in a process of its own, from a pinned virtual environment under the target
//! folder, which is made anew when `requirements.txt` changes. Making it needs python3 and a package index; without
//! them the tests fail and say so.

use crate::program::Place;
use crate::python;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// How long anything may take to happen.
const PATIENCE: Duration = Duration::from_secs(120);

/// A running server; ended when dropped.
pub(crate) struct Moto {
    child: Child,
    port: u16,
}

impl Moto {
    pub(crate) fn start() -> Self {
        let program = environment().join("bin/moto_server");
        let started = Instant::now();
        loop {
            let port = free_port();
            let mut child = Command::new(&program)
                .args(["-H", "127.0.0.1", "-p", &port.to_string()])
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .expect("moto starts");
            // Somebody else may have taken the port meanwhile: then it ends at once, and another is tried.
            while child.try_wait().expect("it can be asked").is_none() {
                if status(port, "GET", "/moto-api/data.json").is_some() {
                    return Self { child, port };
                }
                assert!(started.elapsed() < PATIENCE, "moto does not answer");
                std::thread::sleep(Duration::from_millis(20));
            }
            assert!(started.elapsed() < PATIENCE, "moto does not start");
        }
    }

    /// A store in a new bucket, with the settings for it.
    pub(crate) fn store(&self, bucket: &str) -> Place {
        assert_eq!(status(self.port, "PUT", &format!("/{bucket}")), Some(200), "the bucket is made");
        self.without_bucket(bucket)
    }

    pub(crate) fn without_bucket(&self, bucket: &str) -> Place {
        let environment = vec![
            ("AWS_ENDPOINT_URL_S3", format!("http://127.0.0.1:{}", self.port)),
            ("AWS_ACCESS_KEY_ID", "testing".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "testing".to_owned()),
        ];
        Place::elsewhere(format!("s3://{bucket}/some/prefix"), environment)
    }

    /// From now on requests must be signed by somebody whom moto knows: nobody.
    pub(crate) fn demand_known_credentials(&self) {
        assert_eq!(status(self.port, "POST", "/moto-api/reset-auth"), Some(200));
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port()
}

/// Status of an answer, or `None` if there was none. A POST has the body `0`.
fn status(port: u16, method: &str, path: &str) -> Option<u16> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    let body = if method == "POST" { "0" } else { "" };
    let head = format!(
        "{method} {path} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\ncontent-type: text/plain\r\ncontent-length: {}\r\n\
         connection: close\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(head.as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    answer.split(' ').nth(1)?.parse().ok()
}

fn environment() -> PathBuf {
    static MADE: Mutex<()> = Mutex::new(());
    let _one_at_a_time = MADE.lock();
    let requirements = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/registry/requirements.txt");
    python::environment("moto", &requirements).expect("moto")
}
