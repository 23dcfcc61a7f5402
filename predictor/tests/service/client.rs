//! A client that sends exactly the bytes it is given.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// How long a test waits for anything before it fails.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// One connection.
pub(crate) struct Connection {
    stream: BufReader<TcpStream>,
}

/// One answer.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Connection {
    pub(crate) fn open(port: u16) -> Self {
        let stream = TcpStream::connect(("127.0.0.1", port)).expect("the server listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        stream.set_nodelay(true).expect("no delay");
        Self { stream: BufReader::new(stream) }
    }

    /// Sends bytes; a server that closed meanwhile is noticed when reading.
    pub(crate) fn send(&mut self, bytes: &[u8]) {
        let _ = self.stream.get_mut().write_all(bytes);
    }

    /// The sending side, for a thread of its own.
    pub(crate) fn sender(&mut self) -> TcpStream {
        self.stream.get_ref().try_clone().expect("a second handle")
    }

    /// Sends the same bytes up to `most` times, until the server takes no more for a while.
    pub(crate) fn send_until_stuck(&mut self, bytes: &[u8], most: usize) {
        let stream = self.stream.get_mut();
        stream.set_write_timeout(Some(Duration::from_millis(500))).expect("a timeout");
        let is_stuck = (0..most).any(|_| stream.write_all(bytes).is_err());
        assert!(is_stuck, "the server took everything without being read");
    }

    /// Reads one answer; `None` if the server closed without one.
    pub(crate) fn read(&mut self, has_body: bool) -> Option<Answer> {
        let status = self.line()?.split(' ').nth(1).expect("a status").parse().expect("a number");
        let mut headers = Vec::new();
        while let Some(line) = self.line().filter(|line| !line.is_empty()) {
            let (name, value) = line.split_once(':').expect("a header");
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        let mut answer = Answer { status, headers, body: Vec::new() };
        if has_body && answer.header("transfer-encoding") == Some("chunked") {
            while let Some(chunk) = self.chunk() {
                answer.body.extend_from_slice(&chunk);
            }
        } else if has_body && answer.status != 304 && answer.status != 204 {
            let length = answer.header("content-length").expect("a length").parse().expect("a number");
            answer.body = vec![0; length];
            self.stream.read_exact(&mut answer.body).expect("a whole body");
        }
        Some(answer)
    }

    /// One chunk of a streamed body; `None` at its end.
    pub(crate) fn chunk(&mut self) -> Option<Vec<u8>> {
        let length = usize::from_str_radix(&self.line().expect("a chunk"), 16).expect("a length");
        let mut chunk = vec![0; length + 2];
        self.stream.read_exact(&mut chunk).expect("a whole chunk");
        chunk.truncate(length);
        (length > 0).then_some(chunk)
    }

    pub(crate) fn exchange(&mut self, request: &[u8]) -> Answer {
        self.send(request);
        self.read(!request.starts_with(b"HEAD ")).expect("an answer")
    }

    /// Whether the server has closed the connection; waits for it.
    pub(crate) fn is_closed(&mut self) -> bool {
        match self.stream.read(&mut [0; 1]) {
            Ok(read) => read == 0,
            Err(error) => error.kind() == std::io::ErrorKind::ConnectionReset,
        }
    }

    fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        let read = self.stream.read_line(&mut line).unwrap_or(0);
        (read > 0).then(|| line.trim_end().to_owned())
    }
}

impl Answer {
    /// The body, expanded if it is compressed.
    pub(crate) fn expanded(&self) -> Vec<u8> {
        assert_eq!(self.header("content-encoding"), Some("gzip"));
        let mut whole = Vec::new();
        flate2::read::MultiGzDecoder::new(&self.body[..]).read_to_end(&mut whole).expect("whole gzip");
        whole
    }

    /// Each line of the body.
    pub(crate) fn json_lines(&self) -> Vec<serde_json::Value> {
        self.text().lines().map(|line| serde_json::from_str(line).expect("each line is JSON")).collect()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).expect("a JSON body")
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("a body in UTF-8")
    }
}

/// The same bytes, smaller.
pub(crate) fn gzip(body: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(body).expect("memory");
    encoder.finish().expect("memory")
}

/// One request on a connection of its own.
pub(crate) fn ask(port: u16, request: &[u8]) -> Answer {
    Connection::open(port).exchange(request)
}

pub(crate) fn get(port: u16, target: &str) -> Answer {
    ask(port, format!("GET {target} HTTP/1.1\r\nhost: test\r\n\r\n").as_bytes())
}

/// A POST to `/predict` with extra header lines.
pub(crate) fn post_request(headers: &str, body: &[u8]) -> Vec<u8> {
    post_request_to("/predict", headers, body)
}

/// A POST to anywhere with extra header lines.
pub(crate) fn post_request_to(target: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!("POST {target} HTTP/1.1\r\nhost: test\r\n{headers}content-length: {length}\r\n\r\n");
    [head.as_bytes(), body].concat()
}

pub(crate) fn post_json_to(port: u16, target: &str, body: &[u8]) -> Answer {
    ask(port, &post_request_to(target, "content-type: application/json\r\n", body))
}

/// A GET with extra header lines.
pub(crate) fn get_with(port: u16, target: &str, headers: &str) -> Answer {
    ask(port, format!("GET {target} HTTP/1.1\r\nhost: test\r\n{headers}\r\n").as_bytes())
}

pub(crate) fn post_json(port: u16, body: &[u8]) -> Answer {
    ask(port, &post_request("content-type: application/json\r\n", body))
}

/// The same without a declared length, in pieces.
pub(crate) fn chunked_request(body: &[u8], piece: usize) -> Vec<u8> {
    chunked_request_to("/predict", "content-type: application/json\r\n", body, piece)
}

/// A POST to anywhere in pieces.
pub(crate) fn chunked_request_to(target: &str, headers: &str, body: &[u8], piece: usize) -> Vec<u8> {
    let head = format!("POST {target} HTTP/1.1\r\nhost: test\r\n{headers}transfer-encoding: chunked\r\n\r\n");
    let mut request = head.into_bytes();
    for piece in body.chunks(piece) {
        request.extend_from_slice(format!("{:x}\r\n", piece.len()).as_bytes());
        request.extend_from_slice(piece);
        request.extend_from_slice(b"\r\n");
    }
    request.extend_from_slice(b"0\r\n\r\n");
    request
}
