"""A server of its own process group: started, asked, weighed, ended."""

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import time
from pathlib import Path

PATIENCE_S = 60


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def ask(port: int, path: str, body: str):
    """Status of a POST, or None without an answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
    try:
        connection.request("POST", path, body, {"content-type": "application/json"})
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


class Running:
    """`command` may hold {port}; what it logs goes to `log`."""

    def __init__(self, command, environment, log=os.devnull):
        self.port = free_port()
        self.started = time.monotonic()
        with open(log, "ab") as out:
            self.process = subprocess.Popen(
                [word.format(port=self.port) for word in command],
                env={**os.environ, **environment},
                stdout=out,
                stderr=out,
                process_group=0,
            )

    def wait_for_answer(self, path: str, body: str) -> float:
        """Seconds from exec to the first 200."""
        while time.monotonic() - self.started < PATIENCE_S:
            if ask(self.port, path, body) == 200:
                return time.monotonic() - self.started
            if self.process.poll() is not None:
                break
            time.sleep(0.0005)
        raise SystemExit(f"{self.process.args[0]} gave no answer on {path}")

    def memory_mb(self):
        """Resident and proportional memory of all processes of the server."""
        resident = proportional = 0
        for process in Path("/proc").iterdir():
            with contextlib.suppress(OSError, ValueError):
                if os.getpgid(int(process.name)) == self.process.pid:
                    lines = (process / "smaps_rollup").read_text().splitlines()[1:]
                    sizes = {name: int(size) for name, size, _ in map(str.split, lines)}
                    resident += sizes["Rss:"]
                    proportional += sizes["Pss:"]
        return resident / 1024, proportional / 1024

    def end(self):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
