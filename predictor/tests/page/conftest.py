"""A browser for each test; after each, nothing may have gone wrong behind its back."""

import json
import os
import urllib.request
from importlib.resources import files
from shutil import which
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect, sync_playwright

ALL = os.environ["QUARTERDECK_ALL"]
VERSIONS = os.environ["QUARTERDECK_VERSIONS"]
PATIENCE = 30_000


def load_models(address):
    with urllib.request.urlopen(f"{address}/v1/models") as answer:
        return json.load(answer)["models"]


MODELS = load_models(ALL)


@pytest.fixture(scope="session")
def browser():
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as driver:
        # The sandbox refuses to start as root, which is who runs this in a container.
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = driver.chromium.launch(executable_path=which(os.environ["QUARTERDECK_CHROMIUM"]), args=arguments)
        yield browser
        browser.close()


class Watched:
    """What a page did that nobody sees: messages, failures, requests."""

    def __init__(self):
        self.messages, self.requests, self.expected = [], [], set()

    def expect_status(self, *statuses):
        """Chromium reports each answer of these as an error, though the page shows it to its reader."""
        self.expected.update(statuses)

    def watch(self, page):
        page.set_default_timeout(PATIENCE)
        page.on("console", lambda message: self.messages.append((message.type, message.text)))
        page.on("pageerror", lambda error: self.messages.append(("exception", str(error))))
        page.on("request", lambda request: self.requests.append(request.url))

    def unexpected(self):
        known = [f"status of {status}" for status in self.expected] + (["ERR_"] if "lost" in self.expected else [])
        return [text for kind, text in self.messages
                if kind in ("error", "warning", "exception") and not any(part in text for part in known)]

    def outside(self):
        hosts = {urlsplit(ALL).netloc, urlsplit(VERSIONS).netloc}
        return [url for url in self.requests if urlsplit(url).netloc not in hosts and not url.startswith("data:")]


@pytest.fixture
def watched():
    watched = Watched()
    yield watched
    assert watched.requests, "the test asked for nothing"
    assert watched.unexpected() == []
    assert watched.outside() == []


@pytest.fixture
def open_page(browser, watched):
    """Opens the page in a window of its own."""
    contexts = []

    def open_one(path="/", address=ALL, before=None, waits=True, **options) -> Page:
        options = {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light", **options}
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        watched.watch(page)
        if before:
            before(page)
        page.goto(address + path)
        if waits:
            expect(page.locator("#bench")).to_be_visible()
        return page

    yield open_one
    for context in contexts:
        context.close()


AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text()


def barriers(page):
    """What axe-core finds that keeps people out, as `rule: element`. Its script comes through the debugger, past the
    page's policy."""
    page.evaluate(AXE)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    serious = [rule for rule in found["violations"] if rule["impact"] in ("serious", "critical")]
    return [f"{rule['id']}: {node['html'][:120]} {node['failureSummary']}" for rule in serious for node in rule["nodes"]]
