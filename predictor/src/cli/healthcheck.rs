//! `predictor healthcheck`: what a container's health check runs; images of the service have no curl.

use super::Failure;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(3);

#[derive(Debug, clap::Args)]
pub(super) struct Healthcheck {
    /// Loopback address to ask
    #[arg(long, default_value = "127.0.0.1")]
    host: String,
    /// Port to ask
    #[arg(long, env = "PORT", default_value_t = 8000)]
    port: u16,
}

impl Healthcheck {
    pub(super) fn run(self) -> Result<(), Failure> {
        let place = format!("{}:{}", self.host, self.port);
        let address = (self.host.as_str(), self.port)
            .to_socket_addrs()?
            .next()
            .ok_or_else(|| format!("{place} has no address"))?;
        let status = ask(address).map_err(|error| format!("no answer from {place}: {error}"))?;
        if status == "200" { Ok(()) } else { Err(format!("{place} answered {status} to GET /health").into()) }
    }
}

/// The status code in the first line of the answer.
fn ask(address: SocketAddr) -> std::io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.write_all(format!("GET /health HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n").as_bytes())?;
    let mut start = [0; 12];
    stream.read_exact(&mut start)?;
    match start.strip_prefix(b"HTTP/1.1 ") {
        Some(status) => Ok(String::from_utf8_lossy(status).into_owned()),
        None => Err(std::io::Error::other("it is not an HTTP server")),
    }
}
