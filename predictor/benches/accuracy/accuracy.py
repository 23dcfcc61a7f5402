"""Trains and judges every model beside scikit-learn on the identical split; prints the tables of the README.

The split: fold = first eight bytes of SHA-256(key), big endian, modulo 5; fold 0 is the test. The key is a text without
surrounding white space, or a table's line as it stands in its file. scikit-learn's pipeline is chosen as the predictor's
settings are: by cross-validation inside the training folds, without a look at the test fold.
"""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import warnings
from pathlib import Path

import learners

ROOT = Path(__file__).resolve().parents[3]
UCI = [f"uci_sentiment/{name}_labelled.txt" for name in ("amazon_cells", "imdb", "yelp")]
TABLES = {
    "housing": ("california/housing.csv", "median_house_value", ","),
    "shoppers": ("online_shoppers/online_shoppers_intention.csv", "Revenue", ";"),
    "bank": ("bank/bank.csv", "y", ";"),
    "retail": (None, "PRICE_SENSITIVITY", ","),
    "savings": (None, "Desired_Savings", ","),
}
TITLES = {
    "uci": "UCI sentences",
    "rt": "rt-polarity (learnt from its own folds, never shipped)",
    "housing": "California housing",
    "shoppers": "online shoppers",
    "bank": "bank marketing, without `duration`",
    "retail": "retail (generated)",
    "savings": "savings (generated)",
}


def fold(key):
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big") % 5


def sentences(paths):
    """(text, label) of every line `text TAB label`."""
    for path in paths:
        for line in path.read_bytes().split(b"\n"):
            if line.strip(b"\r"):
                text, _, label = line.decode().rpartition("\t")
                yield text.strip(" \t\n\r\f\v"), int(label)


def rt_polarity(data, out):
    """The two files as one of the predictor's form; bytes that are not UTF-8 are Latin-1."""
    path = out / "rt-polarity.txt"
    with path.open("w", encoding="utf-8") as made:
        for name, label in (("rt-polarity.pos", 1), ("rt-polarity.neg", 0)):
            for line in (data / "rt_polarity" / name).read_bytes().decode("latin-1").split("\n"):
                if line.strip():
                    made.write(f"{line.strip()}\t{label}\n")
    return path


def predictor(*arguments):
    done = subprocess.run([os.environ["PREDICTOR"], *map(str, arguments)], capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"predictor {' '.join(map(str, arguments))}: {done.stderr}")
    return done.stdout


def ours(name, files, out):
    """Figures of a fresh model, and the commands that make them."""
    place = out / "models" / name
    shutil.rmtree(place, ignore_errors=True)
    model = "sentiment" if name in ("uci", "rt") else name
    predictor("train", model, "--out", place, "--data", *files)
    figures = json.loads(predictor("evaluate", place, "--json", "--data", *files))["metrics"]
    return figures, f"predictor train {model} --data {' '.join(path.name for path in files)}"


def text_set(name, files, out):
    rows = list(sentences(files))
    parts = [[row for row in rows if (fold(row[0]) == 0) == test] for test in (False, True)]
    return (*ours(name, files, out), *learners.texts(*parts))


def table_set(name, data, out):
    place, target, separator = TABLES[name]
    path = data / place if place else generated(name, out)
    lines = [line for line in path.read_bytes().decode().split("\n")[1:] if line.strip("\r")]
    test = [fold(line.rstrip("\r")) == 0 for line in lines]
    return (*ours(name, [path], out), *learners.table(path, separator, target, test))


def generated(name, out):
    path = out / f"{name}.csv"
    path.unlink(missing_ok=True)
    predictor("generate", name, "--rows", 40000 if name == "retail" else 12000, "--seed", 1, "--out", path)
    return path


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", nargs="*", metavar="SET", help=f"of {' '.join(TITLES)}; all if none is given")
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data", help="public data sets")
    parser.add_argument("--out", type=Path, default=ROOT / "target" / "accuracy", help="for models and made files")
    settings = parser.parse_args()
    warnings.simplefilter("ignore")
    print("| data (test rows) | figure | predictor | scikit-learn | scikit-learn's pipeline | command |", flush=True)
    print("|---|---|---|---|---|---|")
    for name in settings.sets or TITLES:
        if name == "uci":
            found = text_set(name, [settings.data / path for path in UCI], settings.out)
        elif name == "rt":
            found = text_set(name, [rt_polarity(settings.data, settings.out)], settings.out)
        else:
            found = table_set(name, settings.data, settings.out)
        figures, command, theirs, pipeline = found
        for place, (figure, value) in enumerate(theirs.items()):
            title = f"{TITLES[name]} ({figures['rows']:,})" if place == 0 else ""
            mine = f"{figures[figure]:,.0f}" if value > 100 else f"{figures[figure]:.4f}"
            his = f"{value:,.0f}" if value > 100 else f"{value:.4f}"
            rest = f"{pipeline} | `{command}`" if place == 0 else " | "
            print(f"| {title} | {figure} | {mine} | {his} | {rest} |", flush=True)


if __name__ == "__main__":
    main()
