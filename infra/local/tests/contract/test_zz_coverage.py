"""Runs last: every operation that the stack says it answers was driven, CloudWatch's over each protocol."""

import json
import urllib.request

from conftest import ANSWERED, ENDPOINT

PROTOCOLS = {"monitoring": ["json", "query", "smithy-rpc-v2-cbor"], "sts": ["query"]}


def test_every_operation_was_driven():
    with urllib.request.urlopen(ENDPOINT + "/_local/operations") as answer:
        operations = json.load(answer)
    wanted = {
        (service, operation, protocol)
        for service, names in operations.items()
        for operation in names
        for protocol in PROTOCOLS.get(service, ["json"])
    }
    assert len(wanted) > 50
    assert not wanted - ANSWERED, sorted(wanted - ANSWERED)
