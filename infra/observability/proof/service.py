"""A predictor and a Prometheus on this machine, and people who use the predictor, some of them badly."""

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import threading
import time
import urllib.parse
import urllib.request
from pathlib import Path

from expressions import PLACE

PATIENCE_S = 60
TEXTS = ["I loved this movie", "an awful, boring film", "not bad at all", "the worst hour of my life", "a good day"]
HOUSE = {
    "longitude": -122.27, "latitude": 37.81, "housing_median_age": 38.0, "total_rooms": 2000, "total_bedrooms": 400,
    "population": 1000, "households": 380, "median_income": 4.0, "ocean_proximity": "NEAR BAY",
}
# Far from any census district that the model was judged on.
STRANGE_HOUSE = HOUSE | {"median_income": 14.9, "total_rooms": 30000, "population": 20, "housing_median_age": 1.0}


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def eventually(what: str, attempt, seconds: float = PATIENCE_S):
    """The first true answer of an attempt; failures to connect are answers that are not."""
    deadline = time.monotonic() + seconds
    last: object = None
    while time.monotonic() < deadline:
        try:
            last = attempt()
            if last:
                return last
        except OSError as error:
            last = error
        time.sleep(0.2)
    raise AssertionError(f"{what} did not happen within {seconds} s; at last: {last}")


class Predictor:
    """The real program on a port that stays the same."""

    def __init__(self, home: Path):
        self.program, self.port = os.environ["PREDICTOR"], free_port()
        self.log = (home / "predictor.log").open("ab")
        self.start()

    def start(self) -> None:
        settings = {
            "HOST": "127.0.0.1", "PORT": str(self.port), "DEFAULT_MODEL": "sentiment", "MAX_CONCURRENCY": "8",
            "DRIFT_WINDOW": "500", "DRAIN_DELAY_MS": "0", "LOG_LEVEL": "error",
        }
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("MODEL", "AWS_"))}
        self.process = subprocess.Popen([self.program, "serve"], env=clean | settings, stdout=self.log)
        eventually("a ready predictor", lambda: self.ask("GET", "/ready") == 200)

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(PATIENCE_S)

    def ask(self, method: str, path: str, body: object = None) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        try:
            text = None if body is None else json.dumps(body)
            connection.request(method, path, text, {"content-type": "application/json"})
            answer = connection.getresponse()
            answer.read()
            return answer.status
        finally:
            connection.close()


class Users(threading.Thread):
    """Ask until they are told to leave: good cases, bad ones, strange ones, and now and then more than there is room for."""

    def __init__(self, predictor: Predictor):
        super().__init__(daemon=True)
        self.predictor, self.leave, self.seen = predictor, threading.Event(), {}

    def run(self) -> None:
        while not self.leave.is_set():
            try:
                for path, body in self.round():
                    status = self.predictor.ask("POST", path, body)
                    self.seen[status] = self.seen.get(status, 0) + 1
                self.crowd()
            except OSError:
                pass  # It is being started again.
            self.leave.wait(0.2)

    def round(self):
        for text in TEXTS:
            yield "/predict", {"text": text}
        yield "/v1/models/housing/predict", HOUSE
        yield "/v1/models/housing/predict/batch", [STRANGE_HOUSE] * 100
        yield "/predict", {}
        yield "/nowhere", {}

    def crowd(self) -> None:
        """Takes all places with requests that do not finish, so that the next ones are turned away."""
        head = b"POST /predict HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n"
        crowd = [socket.create_connection(("127.0.0.1", self.predictor.port), PATIENCE_S) for _ in range(8)]
        try:
            for one in crowd:
                one.sendall(head)
            for _ in range(5):
                status = self.predictor.ask("POST", "/predict", {"text": "good"})
                self.seen[status] = self.seen.get(status, 0) + 1
        finally:
            for one in crowd:
                one.close()


class Prometheus:
    """The committed configuration with shorter intervals, scraping what it is told to."""

    def __init__(self, home: Path, targets: list[str]):
        (home / "targets").mkdir()
        (home / "targets" / "all.json").write_text(json.dumps([{"targets": targets, "labels": {"environment": "test"}}]))
        shutil.copy(PLACE / "rules.yml", home)
        text = (PLACE / "prometheus.yml").read_text()
        assert text.count("_interval: 15s") == 2, "the intervals are not where they were"
        (home / "prometheus.yml").write_text(text.replace("_interval: 15s", "_interval: 1s"))
        self.port = free_port()
        self.log = (home / "prometheus.log").open("ab")
        self.process = subprocess.Popen(
            [os.environ["PROMETHEUS"], f"--config.file={home}/prometheus.yml", f"--storage.tsdb.path={home}/data",
             f"--web.listen-address=127.0.0.1:{self.port}", "--log.level=warn"],
            stdout=self.log, stderr=self.log,
        )
        eventually("a ready Prometheus", lambda: self.get("/-/ready"))

    def get(self, path: str) -> bytes:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=PATIENCE_S) as answer:
            return answer.read()

    def ask(self, path: str, **parameters: str) -> object:
        answer = json.loads(self.get(f"/api/v1/{path}?{urllib.parse.urlencode(parameters)}"))
        assert answer["status"] == "success", answer
        return answer["data"]

    def values(self, expression: str) -> list[float]:
        """Its samples now that are numbers."""
        samples = self.ask("query", query=expression)["result"]
        values = [float(sample["value"][1]) for sample in samples]
        return [value for value in values if value == value]

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(PATIENCE_S)
