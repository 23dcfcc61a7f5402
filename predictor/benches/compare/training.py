"""Trains sentiment models with the predictor and with scikit-learn on the same rows; prints time, memory, accuracy.

scikit-learn learns once with settings given; `--search` lets it choose its penalty by cross-validation too, as the
predictor always does.
"""

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path

from compare import ROOT, cargo_build
from rows import TEXT_FILES, existing, sentences, split

PENALTIES = (0.1, 0.3, 1.0, 3.0, 10.0, 30.0)


def scikit_learn(files, search):
    """Runs in a process of its own, so that its memory is its own."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GridSearchCV
    from sklearn.pipeline import make_pipeline

    texts, labels, test, expected = split(sentences(files))
    model = make_pipeline(TfidfVectorizer(ngram_range=(1, 2)), LogisticRegression(C=10.0, max_iter=1000))
    if search:
        model = GridSearchCV(model, {"logisticregression__C": PENALTIES}, cv=5, scoring="neg_log_loss", n_jobs=2)
    model.fit(texts, labels)
    print(f"  accuracy on the test fold {model.score(test, expected):.4f}, {len(texts)} rows learnt from")


def predictor(program, files, out):
    shutil.rmtree(out, ignore_errors=True)
    command = [program, "train", "sentiment", "--out", str(out), "--data", *map(str, files)]
    subprocess.run(command, check=True, capture_output=True)
    command = [program, "evaluate", "sentiment", "--json", "--model", str(out), "--data", *map(str, files)]
    figures = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)["metrics"]
    print(f"  accuracy on the test fold {figures['accuracy']:.4f}")


def weighed(name, work):
    """Runs `work` in a child and prints the time it took and the most memory that one of its processes had."""
    print(f"{name}: ", flush=True)
    started = time.monotonic()
    child = os.fork()
    if child == 0:
        work()
        sys.stdout.flush()
        peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        print(f"  {time.monotonic() - started:.1f} s, at most {peak // 1024} MB", flush=True)
        os._exit(0)
    if os.waitpid(child, 0)[1] != 0:
        sys.exit(f"{name} failed")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data", help="public data sets")
    parser.add_argument("--out", type=Path, default=ROOT / "target" / "compare", help="for made reviews and models")
    parser.add_argument("--reviews", type=int, default=25_000, help="to make up; 0 for none")
    parser.add_argument("--search", action="store_true", help="scikit-learn chooses its penalty (takes minutes)")
    settings = parser.parse_args()
    program, generator = cargo_build("training")
    sets = {"UCI sentences": [existing(settings.data / "uci_sentiment" / name) for name in TEXT_FILES]}
    if settings.reviews:
        made = settings.out / "reviews.txt"
        subprocess.run([generator, "--write", str(made), str(settings.reviews)], check=True)
        sets[f"{settings.reviews} made reviews"] = [made]
    for name, files in sets.items():
        weighed(f"{name}, predictor", lambda files=files: predictor(program, files, settings.out / "trained"))
        weighed(f"{name}, scikit-learn", lambda files=files: scikit_learn(files, settings.search))


if __name__ == "__main__":
    main()
