"""Reads the public data sets and splits them by the rule that the predictor's own training uses."""

import csv
import hashlib
import sys
from pathlib import Path

FOLDS = 5
TEST_FOLD = 0
TEXT_FILES = ("imdb_labelled.txt", "amazon_cells_labelled.txt", "yelp_labelled.txt")
HOUSING_NUMBERS = (
    "longitude",
    "latitude",
    "housing_median_age",
    "total_rooms",
    "total_bedrooms",
    "population",
    "households",
    "median_income",
)
OCEAN_PROXIMITY = ("<1H OCEAN", "INLAND", "ISLAND", "NEAR BAY", "NEAR OCEAN")


def fold_of(key: bytes) -> int:
    """Fold of a row: the text without white space around it, or the raw CSV line without its end."""
    return int.from_bytes(hashlib.sha256(key).digest()[:8], "big") % FOLDS


def split(rows):
    """(key, features, label) rows as training features and labels, test features and labels."""
    training = [row for row in rows if fold_of(row[0]) != TEST_FOLD]
    test = [row for row in rows if fold_of(row[0]) == TEST_FOLD]
    parts = ([row[1] for row in training], [row[2] for row in training])
    return (*parts, [row[1] for row in test], [row[2] for row in test])


def existing(path: Path) -> Path:
    if not path.exists():
        sys.exit(f"{path} is missing: give the folder of the public data sets with --data (see README.md)")
    return path


def sentences(paths):
    """Rows of `sentence TAB 0|1` files."""
    rows = []
    for path in paths:
        # Only \n ends a line: some sentences hold other characters that Python takes for line ends.
        for line in existing(path).read_bytes().split(b"\n"):
            text, tab, label = line.rpartition(b"\t")
            if tab:
                text = text.strip(b" \t\r\x0b\x0c")
                rows.append((text, text.decode(), int(label)))
    return rows


def uci(data: Path):
    return sentences(data / "uci_sentiment" / name for name in TEXT_FILES)


def housing(data: Path):
    """Rows of the California housing file; nothing for a missing number, the category as a position."""
    path = existing(data / "california" / "housing.csv")
    lines = path.read_bytes().splitlines()[1:]
    rows = []
    for line in lines:
        *numbers, target, proximity = next(csv.reader([line.decode()]))
        rows.append((line, housing_features(numbers, proximity), float(target)))
    return rows


def housing_features(numbers, proximity):
    """The numbers in the order of HOUSING_NUMBERS, the category's position, and three helpful ratios."""
    values = [float(number) if number not in ("", None) else float("nan") for number in numbers]
    rooms, bedrooms, people, households = values[3:7]
    ratios = [rooms / households, bedrooms / rooms, people / households]
    return [*values, float(OCEAN_PROXIMITY.index(proximity)), *ratios]
