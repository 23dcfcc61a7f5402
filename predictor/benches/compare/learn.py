"""Trains the scikit-learn models that the other servers answer with, and prints their figures on the test fold.

usage: learn.py DATA OUT
"""

import json
import resource
import sys
import time
from pathlib import Path

import joblib
import numpy
import onnxruntime
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType, StringTensorType
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, r2_score, root_mean_squared_error
from sklearn.pipeline import make_pipeline

from rows import housing, split, uci


def timed(model, *rows):
    started = time.monotonic()
    model.fit(*rows)
    return round(time.monotonic() - started, 2)


def learn_sentiment(data: Path, out: Path):
    texts, labels, test, expected = split(uci(data))
    model = make_pipeline(TfidfVectorizer(ngram_range=(1, 2)), LogisticRegression(C=10.0, max_iter=1000))
    seconds = timed(model, texts, labels)
    joblib.dump(model, out / "sentiment.joblib")
    # The runtime's own lower-casing needs a locale that many images lack; its server does that itself.
    model[0].lowercase = False
    options = {id(model[-1]): {"zipmap": False}}
    graph = to_onnx(model, initial_types=[("text", StringTensorType([None, 1]))], options=options)
    (out / "sentiment.onnx").write_bytes(graph.SerializeToString())
    test = [text.lower() for text in test]
    found = model.predict(test)
    session = onnxruntime.InferenceSession(graph.SerializeToString())
    other = session.run(["label"], {"text": numpy.array(test, dtype=object).reshape(-1, 1)})[0]
    agree = float(numpy.mean(found == other))
    return {"accuracy": accuracy_score(expected, found), "fit_s": seconds, "onnx_agrees": agree, "rows": len(test)}


def learn_housing(data: Path, out: Path):
    rows, targets, test, expected = split(housing(data))
    model = HistGradientBoostingRegressor(random_state=0)
    seconds = timed(model, numpy.array(rows), targets)
    joblib.dump(model, out / "housing.joblib")
    graph = to_onnx(model, initial_types=[("rows", FloatTensorType([None, len(rows[0])]))])
    (out / "housing.onnx").write_bytes(graph.SerializeToString())
    found = model.predict(numpy.array(test))
    figures = {"rmse": root_mean_squared_error(expected, found), "r2": r2_score(expected, found)}
    return {**figures, "fit_s": seconds, "rows": len(test)}


def main():
    data, out = Path(sys.argv[1]), Path(sys.argv[2])
    out.mkdir(parents=True, exist_ok=True)
    figures = {"sentiment": learn_sentiment(data, out), "housing": learn_housing(data, out)}
    figures["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    (out / "figures.json").write_text(json.dumps(figures, indent=2))
    print(json.dumps(figures))


main()
