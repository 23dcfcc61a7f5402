"""Validates the document of a running service, and writes it with answers that may have no names beyond those it lists.

usage: strict.py ADDRESS FILE
"""

import json
import sys
import urllib.request

from openapi_spec_validator import OpenAPIV31SpecValidator

# The document itself, of which only the beginning is described.
OPEN = {"#/components/schemas/Description"}
# How long the JSON is that has a tensor's bytes behind it, and what these bytes are, is told by other parts of the same
# request: no generator of requests can know. tests/service/oip sends such requests.
BINARY = ("application/octet-stream", {"$ref": "#/components/parameters/inference-header-content-length"})
APPLICATORS = ("allOf", "anyOf", "oneOf")


def close(schema):
    """Forbids names that are not listed, wherever an answer is used; parts of an allOf cannot be closed one by one.

    What is pointed at is closed where it is pointed at."""
    for name in APPLICATORS:
        for part in schema.get(name, []):
            close_parts(part)
    close_parts(schema)
    if any(name in schema for name in ("$ref", "properties", *APPLICATORS)) and schema.get("$ref") not in OPEN:
        schema["unevaluatedProperties"] = False


def close_parts(schema):
    for part in schema.get("properties", {}).values():
        close(part)
    for name in ("items", "additionalProperties"):
        if isinstance(schema.get(name), dict):
            close(schema[name])


def answers(value, found):
    """All schemas that answers lead to, by reference, and those in the answers themselves."""
    if isinstance(value, list):
        for part in value:
            answers(part, found)
    elif isinstance(value, dict):
        for name, part in value.items():
            if name == "$ref" and part.startswith("#/components/schemas/"):
                name = part.split("/")[3]
                if name not in found:
                    found.add(name)
                    answers(schemas[name], found)
            else:
                answers(part, found)


def main(address: str, place: str) -> None:
    global schemas
    with urllib.request.urlopen(f"{address}/openapi.json") as answer:
        document = json.load(answer)
    faults = [f"{list(fault.path)}: {fault.message}" for fault in OpenAPIV31SpecValidator(document).iter_errors()]
    assert not faults, "\n".join(faults)
    schemas = document["components"]["schemas"]
    operations = [operation for path in document["paths"].values() for operation in path.values()
                  if isinstance(operation, dict)]
    responses = [*document["components"]["responses"].values()]
    responses += [response for operation in operations for response in operation["responses"].values()]
    found = set()
    answers(responses, found)
    for name in found:
        for part in [part for kind in APPLICATORS for part in schemas[name].get(kind, [])]:
            close_parts(part)
        close_parts(schemas[name])
    contents = [content for response in responses for content in response.get("content", {}).values()]
    for content in contents:
        close(content["schema"])
    for operation in operations:
        content = operation["responses"].get("200", {}).get("content", {})
        if BINARY[0] in content:
            # The tool is taught to read this part of it.
            content[BINARY[0]]["schema"] = content["application/json"]["schema"]
    binary = 0
    for operation in operations:
        content = operation.get("requestBody", {}).get("content", {})
        if content.pop(BINARY[0], None):
            operation["parameters"].remove(BINARY[1])
            binary += 1
    assert len(found) > 25 and len(contents) > 50, "where are the answers?"
    assert binary > 2, "where are the requests with bytes?"
    with open(place, "w", encoding="utf-8") as file:
        json.dump(document, file)
    print(f"{len(document['paths'])} paths, {len(schemas)} schemas, {len(found)} of them closed")


main(*sys.argv[1:])
