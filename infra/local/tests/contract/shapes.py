"""Holds a raw answer against the shape that botocore's service model has for it."""

import base64
import datetime
import json
import xml.etree.ElementTree as ElementTree

from botocore.parsers import RpcV2CBORParser


def problems_of(operation_model, response):
    """What is wrong with a raw successful response; an empty list when nothing is."""
    protocol = operation_model.service_model.resolved_protocol
    shape = operation_model.output_shape
    if shape is None or operation_model.has_event_stream_output:
        return []
    body = response["body"]
    if protocol == "json":
        return check(shape, json.loads(body), shape.name, "json")
    if protocol == "smithy-rpc-v2-cbor":
        parser = RpcV2CBORParser()
        tree = parser.parse_data_item(parser.get_peekable_stream_from_bytes(body))
        return check(shape, tree, shape.name, "cbor")
    if protocol == "query":
        return check_query(operation_model, body)
    return [f"no validator for {protocol}"]


def check(shape, value, path, protocol):
    """Compares a value with a shape: unknown members, wrong types, missing required members, unknown enum words."""
    checker = CHECKS.get(shape.type_name)
    if checker is None:
        return [f"{path}: no check for {shape.type_name}"]
    return checker(shape, value, path, protocol)


def structure(shape, value, path, protocol):
    if not isinstance(value, dict):
        return [f"{path}: {value!r} is not a structure"]
    members = {member.serialization.get("name", name): member for name, member in shape.members.items()}
    required = {shape.members[name].serialization.get("name", name) for name in shape.required_members}
    problems = [f"{path}.{name} is not in the model" for name in value.keys() - members.keys()]
    problems += [f"{path}.{name} is required" for name in required - value.keys()]
    for name in value.keys() & members.keys():
        problems += check(members[name], value[name], f"{path}.{name}", protocol)
    return problems


def listing(shape, value, path, protocol):
    if not isinstance(value, list):
        return [f"{path}: {value!r} is not a list"]
    found = (check(shape.member, item, f"{path}[{index}]", protocol) for index, item in enumerate(value))
    return [problem for problems in found for problem in problems]


def mapping(shape, value, path, protocol):
    if not isinstance(value, dict):
        return [f"{path}: {value!r} is not a map"]
    problems = []
    for key, item in value.items():
        problems += check(shape.key, key, f"{path} key", protocol)
        problems += check(shape.value, item, f"{path}[{key}]", protocol)
    return problems


def text(shape, value, path, _protocol):
    if not isinstance(value, str):
        return [f"{path}: {value!r} is not text"]
    words = shape.metadata.get("enum")
    return [f"{path}: {value!r} is not one of {words}"] if words and value not in words else []


def of_type(*types):
    def checker(shape, value, path, _protocol):
        if isinstance(value, bool) != (bool in types) or not isinstance(value, types):
            return [f"{path}: {value!r} is not {shape.type_name}"]
        return []

    return checker


def timestamp(shape, value, path, protocol):
    wanted = (int, float) if protocol == "json" else datetime.datetime
    if isinstance(value, bool) or not isinstance(value, wanted):
        return [f"{path}: {value!r} is not a timestamp of {protocol}"]
    return []


def blob(_shape, value, path, protocol):
    try:
        base64.b64decode(value, validate=True) if protocol == "json" else bytes(value)
    except (ValueError, TypeError) as problem:
        return [f"{path}: {problem}"]
    return []


CHECKS = {
    "structure": structure,
    "list": listing,
    "map": mapping,
    "string": text,
    "character": text,
    "integer": of_type(int),
    "long": of_type(int),
    "double": of_type(int, float),
    "float": of_type(int, float),
    "boolean": of_type(bool),
    "timestamp": timestamp,
    "blob": blob,
}


def check_query(operation_model, body):
    root = ElementTree.fromstring(body)
    if plain(root.tag) != f"{operation_model.name}Response":
        return [f"the root is {root.tag}"]
    children = {plain(child.tag): child for child in root}
    shape = operation_model.output_shape
    wrapper = shape.serialization.get("resultWrapper", f"{operation_model.name}Result")
    if set(children) != {wrapper, "ResponseMetadata"}:
        return [f"the root has {sorted(children)}"]
    problems = []
    tree = from_xml(shape, children[wrapper], shape.name, problems)
    return problems + check(shape, tree, shape.name, "query")


def from_xml(shape, element, path, problems):
    """The value that an element stands for; what cannot be read is noted in `problems`."""
    kind = shape.type_name
    if kind == "structure":
        tree = {}
        for child in element:
            name = plain(child.tag)
            if name in tree:
                problems.append(f"{path}.{name} appears twice")
            member = shape.members.get(name)
            tree[name] = from_xml(member, child, f"{path}.{name}", problems) if member is not None else None
        return tree
    if kind == "list":
        wrong = {plain(child.tag) for child in element} - {"member"}
        problems.extend(f"{path} holds {name}" for name in wrong)
        return [from_xml(shape.member, child, f"{path}[]", problems) for child in element]
    if kind == "map":
        pairs = ({plain(part.tag): part for part in entry} for entry in element)
        return {pair["key"].text: from_xml(shape.value, pair["value"], path, problems) for pair in pairs}
    return leaf(kind, element.text or "", path, problems)


def leaf(kind, word, path, problems):
    readers = {
        "integer": int,
        "long": int,
        "double": float,
        "boolean": {"true": True, "false": False}.__getitem__,
        "timestamp": lambda iso: datetime.datetime.fromisoformat(iso.replace("Z", "+00:00")),
    }
    try:
        return readers.get(kind, str)(word)
    except (ValueError, KeyError):
        problems.append(f"{path}: {word!r} is not {kind}")
        return word


def plain(tag):
    return tag.rsplit("}", 1)[-1]
