"""Triton's client against the predictor: metadata, inference in JSON and in bytes, the repository, errors."""

import json
import os
import urllib.request

import numpy as np
import tritonclient.http as triton
from tritonclient.utils import InferenceServerException

ADDRESS = os.environ["QUARTERDECK_ADDRESS"]
ADMIN = {"Authorization": "Bearer " + os.environ["QUARTERDECK_TOKEN"]}
DATATYPES = {"BYTES": np.object_, "FP64": np.float64, "INT64": np.int64}

client = triton.InferenceServerClient(ADDRESS)


def refused(status, words, call, *args, **kwargs):
    """The client raises, with the status and words of the service."""
    try:
        call(*args, **kwargs)
    except InferenceServerException as error:
        assert error.status() == str(status), error
        assert words in error.message(), error
    else:
        raise AssertionError(f"{status} expected")


def tensor(name, values, datatype, binary):
    values = np.array(values, dtype=DATATYPES[datatype])
    given = triton.InferInput(name, list(values.shape), datatype)
    given.set_data_from_numpy(values, binary_data=binary)
    return given


def row_through_rest(model, row):
    request = urllib.request.Request(
        f"http://{ADDRESS}/v1/models/{model}/predict", json.dumps(row).encode(), {"content-type": "application/json"}
    )
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def check_model(model):
    """The model's own example, in every form, answered as it is without the protocol."""
    with urllib.request.urlopen(f"http://{ADDRESS}/v1/models/{model}") as answer:
        about = json.load(answer)
    metadata = client.get_model_metadata(model)
    assert metadata["name"] == model and about["version"] in metadata["versions"], metadata
    fields = [field["name"] for field in about["inputs"]]
    assert [given["name"] for given in metadata["inputs"]] == fields, metadata
    expect = row_through_rest(model, about["example"])
    for binary in (False, True):
        for version in ("", about["version"]):
            given = [
                tensor(one["name"], [about["example"][one["name"]]] * 3, one["datatype"], binary)
                for one in metadata["inputs"]
                if about["example"].get(one["name"]) is not None
            ]
            result = client.infer(model, given, model_version=version, request_id="r1")
            assert result.get_response()["id"] == "r1"
            outputs = [triton.InferRequestedOutput(one["name"], binary_data=False) for one in metadata["outputs"]]
            plain = client.infer(model, given, outputs=outputs)
            for one in metadata["outputs"]:
                there, here = result.as_numpy(one["name"]), plain.as_numpy(one["name"])
                as_text = lambda cell: cell.decode() if isinstance(cell, bytes) else cell
                assert [as_text(cell) for cell in there.flat] == [as_text(cell) for cell in here.flat]
                assert there.shape[0] == 3 and len(there.shape) == len(one["shape"]), one
            compare(result, expect)


def compare(result, expect):
    if "probabilities" in expect:
        assert result.as_numpy("label")[2].decode() == expect["prediction"]
        np.testing.assert_allclose(result.as_numpy("probabilities")[1], list(expect["probabilities"].values()), atol=1e-5)
    else:
        np.testing.assert_allclose(result.as_numpy("prediction")[1], expect["prediction"], rtol=1e-5)
        np.testing.assert_allclose(result.as_numpy("low")[0], expect["interval"]["low"], rtol=1e-5)
        np.testing.assert_allclose(result.as_numpy("high")[2], expect["interval"]["high"], rtol=1e-5)


def texts_of_all_kinds():
    texts = ["I loved this movie", "awful", "Ünïcode 🙂", ""]
    result = client.infer("sentiment", [tensor("text", texts, "BYTES", True)])
    assert result.as_numpy("label")[:2].tolist() == [b"positive", b"negative"]
    result = client.infer("sentiment", [tensor("text", [[text] for text in texts], "BYTES", False)])
    assert result.as_numpy("probabilities").shape == (4, 2)
    result = client.infer(
        "sentiment",
        [tensor("text", texts * 500, "BYTES", True)],
        request_compression_algorithm="gzip",
        response_compression_algorithm="gzip",
    )
    assert result.as_numpy("label").shape == (2000,)


def errors():
    good = tensor("text", ["fine"], "BYTES", True)
    refused(404, "There is no such model here", client.infer, "none", [good])
    refused(422, "must be one of text", client.infer, "sentiment", [tensor("words", ["a"], "BYTES", True)])
    refused(422, "must be one of BYTES", client.infer, "sentiment", [tensor("text", [1.0], "FP64", True)])
    score = [triton.InferRequestedOutput("score")]
    refused(422, "must be one of label, probabilities", client.infer, "sentiment", [good], outputs=score)
    refused(401, "Send the administrators' token", client.unload_model, "sentiment")
    refused(404, "There is no such model here", client.load_model, "none", headers=ADMIN)


def repository():
    index = client.get_model_repository_index()
    states = {(one["name"], one["version"]): one["state"] for one in index}
    assert states[("sentiment", "2")] == "READY" and states[("sentiment", "1")] == "UNAVAILABLE", index
    client.load_model("sentiment", headers=ADMIN)
    assert client.is_model_ready("sentiment", "2") and not client.is_model_ready("sentiment", "9")


assert client.is_server_live() and client.is_server_ready()
assert "binary_tensor_data" in client.get_server_metadata()["extensions"]
models = [one["name"] for one in client.get_model_repository_index() if one["state"] == "READY"]
assert "sentiment" in models, models
for model in models:
    check_model(model)
texts_of_all_kinds()
errors()
repository()
print(f"{len(models)} models: content")
