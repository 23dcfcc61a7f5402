"""Clients whose every successful answer is held against botocore's service model, and what all tests share."""

import os
import time
import uuid

import boto3
import botocore.session
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from shapes import problems_of

ENDPOINT = os.environ["QUARTERDECK_ENDPOINT"]
# What was answered with success: (signing name, operation, protocol).
ANSWERED = set()


def make_client(service, protocol=None, **config):
    """A boto3 client of the stack; `protocol` forces one that botocore would not choose by itself."""
    core = botocore.session.Session()
    if protocol:
        model = core.get_component("data_loader").load_service_model(service, "service-2")
        assert protocol in model["metadata"]["protocols"]
        model["metadata"].update(protocol=protocol, protocols=[protocol])
    client = boto3.Session(botocore_session=core).client(
        service,
        endpoint_url=ENDPOINT,
        config=Config(inject_host_prefix=False, retries={"total_max_attempts": 1}, **config),
    )
    if protocol:
        assert client.meta.service_model.resolved_protocol == protocol
    client.meta.events.register("before-parse", hold_against_model)
    return client


def hold_against_model(operation_model, response_dict, **_):
    if response_dict["status_code"] != 200:
        return
    assert response_dict["headers"].get("x-amzn-requestid"), "x-amzn-requestid is missing"
    problems = problems_of(operation_model, response_dict)
    assert not problems, f"{operation_model.name}: {problems}"
    service = operation_model.service_model
    ANSWERED.add((service.signing_name, operation_model.name, service.resolved_protocol))


def error_of(call, **arguments):
    """The code and message with which a call fails."""
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def eventually(ask, seconds=60):
    """Asks until the answer is true, and returns it."""
    deadline = time.monotonic() + seconds
    while True:
        answer = ask()
        if answer:
            return answer
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.1)


def unique(prefix):
    """A name that no other test uses."""
    return f"{prefix}-{uuid.uuid4().hex[:10]}"


@pytest.fixture(scope="session")
def logs():
    return make_client("logs")


@pytest.fixture(scope="session")
def ecr():
    return make_client("ecr")


@pytest.fixture(scope="session", params=["json", "smithy-rpc-v2-cbor", "query"])
def cloudwatch(request):
    return make_client("cloudwatch", request.param)
