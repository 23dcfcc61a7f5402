"""What the document cannot say to schemathesis: how lines of JSON are sent, and when tensors belong together."""

import json

import schemathesis


@schemathesis.serializer("application/x-ndjson")
def lines(_context, value):
    if isinstance(value, bytes):
        return value
    text = value if isinstance(value, str) else json.dumps(value)
    return text.encode("utf-8", "surrogatepass")


@schemathesis.deserializer("application/octet-stream")
def head(_context, response):
    """The JSON before the bytes of tensors."""
    [length] = response.headers["inference-header-content-length"]
    return json.loads(response.content[: int(length)])


@schemathesis.hook
def before_call(_context, case, _kwargs):
    """Makes a good inference request whole: no schema can say that tensors are equally long, that each is given once,
    and which belong to a form. After this a model must answer it."""
    model = case.operation.definition.raw["operationId"].removeprefix("infer")
    if case.operation.path != f"/v2/models/{model.lower()}/infer" or case.meta.generation.mode.is_negative:
        return
    content = case.operation.definition.raw["requestBody"]["content"]["application/json"]
    example = next(iter(content["examples"].values()))["value"]
    given = {tensor["name"]: tensor for tensor in case.body["inputs"]}
    rows = min(len(flat(next(iter(given.values()))["data"])), 5)
    missing = [tensor for tensor in example["inputs"] if tensor["name"] not in given]
    inputs = [fitting(tensor, rows, example) for tensor in [*given.values(), *missing]]
    whole = {**case.body, "inputs": [tensor for tensor in inputs if tensor["shape"][0] == rows]}
    if case.body.get("outputs"):
        whole["outputs"] = list({output["name"]: output for output in case.body["outputs"]}.values())
    case.body = whole


def fitting(tensor, rows, example):
    """The tensor with so many rows, in numbers that its type has."""
    cells = flat(tensor["data"]) or [cell for other in example["inputs"] if other["name"] == tensor["name"]
                                     for cell in other["data"]]
    cells = [cells[row % len(cells)] for row in range(rows if cells else 0)]
    whole = all(isinstance(cell, int) and abs(cell) < 2**31 for cell in cells)
    datatype = tensor["datatype"] if whole or not tensor["datatype"].startswith("INT") else "FP64"
    columns = tensor["shape"][1:]
    return {**tensor, "datatype": datatype, "shape": [len(cells), *columns],
            "data": [[cell] for cell in cells] if columns else cells}


def flat(data):
    return [cell for part in data for cell in (part if isinstance(part, list) else [part])]
