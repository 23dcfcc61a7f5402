"""Flask in front of scikit-learn: `gunicorn flask_app:app`, models in $MODELS."""

import os
from pathlib import Path

import joblib
from flask import Flask, request

from rows import HOUSING_NUMBERS, housing_features

MODELS = Path(os.environ["MODELS"])
app = Flask(__name__)
sentiment = joblib.load(MODELS / "sentiment.joblib")
prices = joblib.load(MODELS / "housing.joblib")


@app.post("/predict")
def predict():
    text = request.get_json()["text"]
    score = float(sentiment.predict_proba([text])[0, 1])
    return {"sentiment": "positive" if score >= 0.5 else "negative", "score": score}


@app.post("/v1/models/housing/predict")
def price():
    block = request.get_json()
    features = housing_features([block.get(name) for name in HOUSING_NUMBERS], block["ocean_proximity"])
    return {"prediction": float(prices.predict([features])[0])}
