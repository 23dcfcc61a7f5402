"""Measures the predictor beside Flask, FastAPI and the ONNX runtime, one after the other on this machine.

Makes the other servers' models if they are missing. `--help` tells the settings, ../README.md what the figures mean.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
from pathlib import Path

from running import Running

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
TEXT = "We waited for the second course far too long but the waiter was kind and the dessert was truly lovely"
BLOCK = {
    "longitude": -121.46,
    "latitude": 38.52,
    "housing_median_age": 29.0,
    "total_rooms": 3873.0,
    "total_bedrooms": 797.0,
    "population": 2237.0,
    "households": 706.0,
    "median_income": 2.1736,
    "ocean_proximity": "INLAND",
}
REQUESTS = {
    "sentiment": ("/predict", json.dumps({"text": TEXT})),
    "housing": ("/v1/models/housing/predict", json.dumps(BLOCK)),
}
GUNICORN = ["gunicorn", "--workers", "2", "--bind", "127.0.0.1:{port}", "--log-level", "error"]
UVICORN = ["uvicorn", "--workers", "2", "--port", "{port}", "--no-access-log", "--log-level", "error"]
FLASK, FASTAPI, ONNX = "Flask", "FastAPI", "FastAPI + ONNX"
PREDICTOR, PINNED = "predictor", "predictor, pinned"
PYTHON = {FLASK: [*GUNICORN, "flask_app:app"], FASTAPI: [*UVICORN, "fastapi_app:app"], ONNX: [*UVICORN, "onnx_app:app"]}


def cargo_build(bench):
    """Paths of the predictor as it is shipped and of one of its benchmarks, which holds more tools."""
    command = ["cargo", "build", "--profile", "dist", "--package", "predictor", "--bin", "predictor", "--bench", bench]
    done = subprocess.run([*command, "--message-format=json"], cwd=ROOT, stdout=subprocess.PIPE, check=True)
    built = [json.loads(line) for line in done.stdout.splitlines()]
    paths = {part["target"]["name"]: part["executable"] for part in built if part.get("executable")}
    return paths["predictor"], paths[bench]


def wrk(settings, port, path, body):
    """As many requests as are answered."""
    command = ["wrk", "-t1", f"-c{settings.connections}", f"-d{settings.seconds}s", "-s", str(HERE / "report.lua")]
    done = subprocess.run(
        [*command, f"http://127.0.0.1:{port}{path}", "--", body], capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout.rpartition("REPORT ")[2])


def at_half_load(settings, generator, port, path, body, rate):
    """Requests at half the rate, each latency counted from the time at which it was due."""
    command = [
        generator,
        "load",
        str(port),
        path,
        body,
        str(rate / 2),
        str(settings.seconds),
        str(settings.connections),
    ]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def measure(settings, generator, port, path, body):
    wrk(argparse.Namespace(connections=settings.connections, seconds=1), port, path, body)
    full = wrk(settings, port, path, body)
    half = at_half_load(settings, generator, port, path, body, full["requests_s"])
    failed = full["failed"] + half["failed"]
    return {**full, "half_p50_us": half["p50_us"], "half_p99_us": half["p99_us"], "failed": failed}


def measure_server(settings, generator, command, environment, kind, starts):
    path, body = REQUESTS[kind]
    start_times = []
    for _ in range(starts - 1):
        server = Running(command, environment, settings.log)
        start_times.append(server.wait_for_answer(path, body))
        server.end()
    server = Running(command, environment, settings.log)
    try:
        start_times.append(server.wait_for_answer(path, body))
        figures = measure(settings, generator, server.port, path, body)
        resident, proportional = server.memory_mb()
    finally:
        server.end()
    return {
        **figures,
        "start_ms": statistics.median(start_times) * 1e3,
        "rss_mb": resident,
        "pss_mb": proportional,
    }


def measure_floor(settings, generator):
    """Constant answer and echo, from the predictor's server and from bare warp."""
    path, body = REQUESTS["sentiment"]
    with subprocess.Popen([generator, "servers"], stdout=subprocess.PIPE, text=True) as process:
        ports = dict(zip(("", "bare warp: "), process.stdout.readline().split(), strict=True))
        try:
            return {
                f"{name}{route}": measure(settings, generator, port, f"/{route}", body)
                for name, port in ports.items()
                for route in ("echo", "constant")
            }
        finally:
            process.terminate()


def one_round(settings, predictor, generator, kind):
    service = [predictor, "serve", "--port", "{port}", "--drain-delay-ms", "0"]
    # Without a thread each, the learners of several workers wait for one another: 13 answers a second in place of hundreds.
    environment = {"MODELS": str(settings.out / "models"), "PYTHONPATH": str(HERE), "OMP_NUM_THREADS": "1"}
    found = {}
    for name, command in {PREDICTOR: service, PINNED: [*service, "--pin-threads"], **PYTHON}.items():
        starts = settings.starts if name == PREDICTOR else min(settings.starts, 3)
        found[name] = measure_server(settings, generator, command, environment, kind, starts)
    if kind == "sentiment":
        found |= measure_floor(settings, generator)
    return found


def median_of(rounds):
    """Of each figure of each server."""
    return {
        name: {figure: statistics.median(part[name][figure] for part in rounds) for figure in rounds[0][name]}
        for name in rounds[0]
    }


def print_table(kind, found):
    columns = ("requests_s", "p50_us", "p99_us", "p999_us", "half_p99_us", "failed", "rss_mb", "pss_mb", "start_ms")
    print(f"\n{kind:<22}" + "".join(f"{column:>13}" for column in columns))
    for name, figures in found.items():
        cells = (f"{figures[column]:>13,.1f}" if column in figures else " " * 13 for column in columns)
        print(f"{name:<22}" + "".join(cells))
    for ours in (PREDICTOR, PINNED):
        rate = found[ours]["requests_s"]
        others = ((name, figures) for name, figures in found.items() if name not in (PREDICTOR, PINNED))
        shares = (f"{rate / figures['requests_s']:.2f} × {name}" for name, figures in others)
        print(f"requests a second of the {ours}: " + ", ".join(shares))


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data", help="public data sets")
    parser.add_argument("--out", type=Path, default=ROOT / "target" / "compare", help="for models and results")
    parser.add_argument("--kinds", nargs="+", choices=REQUESTS, default=list(REQUESTS))
    parser.add_argument("--seconds", type=int, default=5, help="of each measurement")
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--rounds", type=int, default=1, help="the table has the medians")
    parser.add_argument("--starts", type=int, default=21, help="of the predictor; at most 3 of the others")
    parser.add_argument("--log", default=os.devnull, help="file for what the servers log")
    return parser.parse_args()


def main():
    settings = arguments()
    if not shutil.which("wrk"):
        sys.exit("wrk is missing: apt-get install wrk")
    if not (settings.out / "models" / "figures.json").exists():
        learn = [sys.executable, str(HERE / "learn.py"), str(settings.data), str(settings.out / "models")]
        subprocess.run(learn, check=True)
    predictor, generator = cargo_build("serving")
    results = {"models": json.loads((settings.out / "models" / "figures.json").read_text())}
    for kind in settings.kinds:
        rounds = [one_round(settings, predictor, generator, kind) for _ in range(settings.rounds)]
        results[kind] = median_of(rounds)
        print_table(kind, results[kind])
    (settings.out / "results.json").write_text(json.dumps(results, indent=2))
    print(f"\nwritten: {settings.out / 'results.json'}")


if __name__ == "__main__":
    main()
