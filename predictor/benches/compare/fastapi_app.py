"""FastAPI in front of scikit-learn: `uvicorn fastapi_app:app`, models in $MODELS.

The handlers are `async`, which blocks the loop but is a half faster here than FastAPI's thread pool.
"""

import os
from pathlib import Path

import joblib
from fastapi import FastAPI

from forms import Block, Text

MODELS = Path(os.environ["MODELS"])
app = FastAPI()
sentiment = joblib.load(MODELS / "sentiment.joblib")
prices = joblib.load(MODELS / "housing.joblib")


@app.post("/predict")
async def predict(body: Text):
    score = float(sentiment.predict_proba([body.text])[0, 1])
    return {"sentiment": "positive" if score >= 0.5 else "negative", "score": score}


@app.post("/v1/models/housing/predict")
async def price(block: Block):
    return {"prediction": float(prices.predict([block.features()])[0])}
