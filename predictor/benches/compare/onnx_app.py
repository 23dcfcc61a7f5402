"""FastAPI in front of the ONNX runtime: `uvicorn onnx_app:app`, models in $MODELS."""

import os
from pathlib import Path

import numpy
import onnxruntime
from fastapi import FastAPI

from forms import Block, Text


def session(name):
    options = onnxruntime.SessionOptions()
    # One row has nothing to share between threads, and each worker is a process of its own.
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(str(Path(os.environ["MODELS"]) / name), options)


app = FastAPI()
sentiment = session("sentiment.onnx")
prices = session("housing.onnx")


@app.post("/predict")
async def predict(body: Text):
    text = numpy.array([[body.text.lower()]], dtype=object)
    score = float(sentiment.run(["probabilities"], {"text": text})[0][0, 1])
    return {"sentiment": "positive" if score >= 0.5 else "negative", "score": score}


@app.post("/v1/models/housing/predict")
async def price(block: Block):
    row = numpy.array([block.features()], dtype=numpy.float32)
    return {"prediction": float(prices.run(None, {"rows": row})[0][0, 0])}
