"""Validates the document of a running service, and writes it with answers that may have no names beyond those it lists.

usage: strict.py ADDRESS FILE
"""

import json
import sys
import urllib.request

from openapi_spec_validator import OpenAPIV31SpecValidator

# Answers are read by name, so that a name which is not in the document is a hole in it.
REQUESTS = ("Input", "InputMain", "Case", "InferenceRequest", "RepositoryRequest", "RepositoryParameters", "Description")


def main(address: str, place: str) -> None:
    with urllib.request.urlopen(f"{address}/openapi.json") as answer:
        document = json.load(answer)
    faults = [f"{list(fault.path)}: {fault.message}" for fault in OpenAPIV31SpecValidator(document).iter_errors()]
    assert not faults, "\n".join(faults)
    schemas = document["components"]["schemas"]
    closed = 0
    for name, schema in schemas.items():
        if name in REQUESTS or "Input" in name or "allOf" in schema or "properties" not in schema:
            continue
        # Parts of an allOf cannot be closed one by one.
        if any({"$ref": f"#/components/schemas/{name}"} in other.get("allOf", []) for other in schemas.values()):
            continue
        schema["additionalProperties"] = False
        closed += 1
    assert closed > 15, f"only {closed} answers"
    with open(place, "w", encoding="utf-8") as file:
        json.dump(document, file)
    print(f"{len(document['paths'])} paths, {len(schemas)} schemas, {closed} of them closed")


main(*sys.argv[1:])
