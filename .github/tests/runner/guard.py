"""In front of the local stack: looks at who signed a call and at what the role may do, as IAM would. Loopback only.

It judges actions, by moto's reading of the role's policies; resources, conditions and signatures it does not judge. Calls signed with
the local stack's own key are let through.
"""

import json
import re
import threading
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from moto.core import DEFAULT_ACCOUNT_ID
from moto.iam.access_control import IAMPolicy, PermissionResult
from moto.iam.models import iam_backends
from moto.sts.models import sts_backends

PREFIXES = {
    "AmazonEC2ContainerServiceV20141113": "ecs", "AmazonEC2ContainerRegistry_V20150921": "ecr", "Logs_20140328": "logs",
    "GraniteServiceVersion20100801": "cloudwatch",
}
OWN_KEYS = {"local"}


def action_of(path: str, target: str, body: bytes) -> str:
    if target:
        prefix, operation = target.rsplit(".", 1)
        return f"{PREFIXES[prefix]}:{operation}"
    rpc = re.fullmatch(r"/service/(\w+)/operation/(\w+)", path)
    if rpc:
        return f"{PREFIXES[rpc[1]]}:{rpc[2]}"
    query = re.search(rb"(?:^|&)Action=(\w+)", body)
    operation = query[1].decode() if query else "?"
    return f"{'sts' if operation == 'GetCallerIdentity' else 'cloudwatch'}:{operation}"


def actions_of(policy: str) -> IAMPolicy:
    """The policy as if it held for every resource under every condition."""
    document = json.loads(policy) if isinstance(policy, str) else policy
    kept = [{"Effect": one["Effect"], "Action": one["Action"], "Resource": "*"} for one in document["Statement"]]
    return IAMPolicy(json.dumps({"Version": "2012-10-17", "Statement": kept}))


def refusal(key: str, action: str) -> str | None:
    """Why the call is refused; None if it is not."""
    if key in OWN_KEYS or action == "sts:GetCallerIdentity":
        return None
    session = sts_backends[DEFAULT_ACCOUNT_ID]["aws"].get_assumed_role_from_access_key(key)
    if session is None:
        return f"the security token of {key} is invalid"
    iam = iam_backends[DEFAULT_ACCOUNT_ID]["aws"]
    role = iam.get_role_by_arn(session.role_arn)
    policies = [iam.get_role_policy(role.name, name)[1] for name in iam.list_role_policies(role.name)]
    allowed = any(actions_of(policy).is_action_permitted(action, "*") == PermissionResult.PERMITTED for policy in policies)
    return None if allowed else f"User: {session.arn} is not authorized to perform: {action}"


class Guard:
    """Forwards to `endpoint` what is allowed. `calls` has every action, `refused` those that were not let through."""

    def __init__(self, endpoint: str):
        guard, self.calls, self.refused = self, [], []

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                action = action_of(self.path, self.headers.get("x-amz-target", ""), body)
                signed = re.search(r"Credential=([^/]+)/", self.headers.get("authorization", ""))
                guard.calls.append(action)
                words = refusal(signed[1] if signed else "nobody", action)
                if words:
                    guard.refused.append(action)
                    answer = f'{{"__type":"AccessDeniedException","message":"{words}"}}'.encode()
                    return self.answer(400, {"content-type": "application/x-amz-json-1.1"}, answer)
                return self.forward(body)

            def forward(self, body):
                kept = {name: value for name, value in self.headers.items() if name.lower() not in ("host", "connection")}
                request = urllib.request.Request(endpoint + self.path, body, kept, method="POST")
                try:
                    with urllib.request.urlopen(request, timeout=60) as answer:
                        self.answer(answer.status, answer.headers, answer.read())
                except urllib.error.HTTPError as error:
                    self.answer(error.code, error.headers, error.read())

            def answer(self, status, headers, body):
                self.send_response(status)
                for name, value in headers.items():
                    if name.lower() not in ("content-length", "transfer-encoding", "connection", "date"):
                        self.send_header(name, value)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def port(self) -> int:
        return self.server.server_address[1]

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
