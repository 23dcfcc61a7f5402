"""Clicking through the page, as people with a mouse, a keyboard, a small screen or dark windows do."""

import json
import os
import re
import subprocess

import pytest
from playwright.sync_api import expect

from conftest import ALL, MODELS, VERSIONS, barriers

NAMES = list(dict.fromkeys(model["name"] for model in MODELS))
TABLES = [model for model in MODELS if model["inputs"][0]["type"] != "text"]
TEXTS = [model for model in MODELS if model["inputs"][0]["type"] == "text"]


def served(name):
    """The version that answers for a name: the last of the list."""
    return [model for model in MODELS if model["name"] == name][-1]


def choose(page, name):
    page.locator(f'input[name="model"][value="{name}"]').check()
    expect(page.locator("#about-title")).to_have_text(served(name)["title"])


def predict(page):
    rows = page.locator("#history-rows tr")
    before = min(rows.count(), 9)
    page.get_by_role("button", name="Predict", exact=True).click()
    expect(rows).to_have_count(before + 1)


def expect_answer(page, model):
    if model["task"] == "regression":
        expect(page.locator(".answer-unit")).to_have_text(model["target"]["unit"])
        expect(page.locator(".interval-words")).to_contain_text("90 %")
        expect(page.locator(".range-band")).to_have_count(1)
    else:
        assert page.locator(".answer strong").inner_text() in model["target"]["labels"]
        expect(page.locator(".answer .sure")).to_contain_text("% confident")
        assert page.locator(".share-name").all_inner_texts() == model["target"]["labels"]
    assert page.locator(".moves tbody tr").count() > 0
    expect(page.locator("#answered")).to_contain_text(f"{model['name']}@{model['version']}")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_model_answers_its_example(open_page, scheme):
    page = open_page(color_scheme=scheme)
    assert page.locator('input[name="model"]').count() == len(NAMES)
    for name in NAMES:
        model = served(name)
        choose(page, name)
        expect(page.locator(".field")).to_have_count(len(model["inputs"]))
        predict(page)
        expect_answer(page, model)
        expect(page.locator("#said")).to_contain_text("Prediction: ")
        assert barriers(page) == []
    shown = page.locator("#history-rows code").all_inner_texts()
    assert shown == [f"{name}@{served(name)['version']}" for name in reversed(NAMES)]


def test_the_answer_is_the_services(open_page):
    page = open_page()
    for name in NAMES:
        choose(page, name)
        with page.expect_response(lambda answer: "/predict" in answer.url) as answered:
            predict(page)
        body = answered.value.json()
        page.get_by_text("The answer as JSON").click()
        assert json.loads(page.locator(".result pre").inner_text()) == body
        assert [part["feature"] for part in body["explanation"]["contributions"]] == [
            text.replace("\u200b", "") for text in page.locator(".moves tbody th").all_inner_texts()]
        expect(page.locator(".result .more code")).to_have_text(answered.value.headers["x-request-id"])
        ms = float(re.fullmatch(r"predict;dur=(\d+\.\d{3})", answered.value.headers["server-timing"])[1])
        shown = re.search(r", ([\d.]+) (µs|ms|s) of it in the model$", page.locator("#answered").inner_text())
        unit = {"µs": 0.001, "ms": 1, "s": 1000}[shown[2]]
        last_digit = unit / 10 if "." in shown[1] else unit
        assert float(shown[1]) * unit == pytest.approx(ms, abs=last_digit)


def test_a_link_leads_to_a_model_and_back_to_the_one_before(open_page):
    for name in NAMES:
        page = open_page(f"/#model={name}")
        expect(page.locator("#about-title")).to_have_text(served(name)["title"])
    page = open_page("/#model=nothing-of-that-name")
    first = page.locator("#about-title").inner_text()
    others = [name for name in NAMES if served(name)["title"] != first]
    if others:
        choose(page, others[0])
        page.go_back()
        expect(page.locator("#about-title")).to_have_text(first)


def test_other_forms_of_a_model(open_page):
    page = open_page()
    for model in MODELS:
        for form in model.get("alternatives", []):
            choose(page, model["name"])
            page.locator(f'input[name="form"][value="{form["name"]}"]').check()
            expect(page.locator(".field .name")).to_have_text([field["name"] for field in form["inputs"]])
            predict(page)
            expect_answer(page, model)


def test_wrong_input_is_said_at_its_field(open_page, watched):
    watched.expect_status(422)
    page = open_page()
    for model in TABLES:
        choose(page, model["name"])
        fields = [field for field in model["inputs"] if field["required"]]
        for field in fields[:2]:
            control = page.locator(f'[name="{field["name"]}"]')
            control.select_option("") if field["type"] == "category" and field.get("choices") else control.fill("")
        page.get_by_role("button", name="Predict", exact=True).click()
        first = page.locator(f'[name="{fields[0]["name"]}"]')
        expect(first).to_be_focused()
        for field in fields[:2]:
            control = page.locator(f'[name="{field["name"]}"]')
            expect(control).to_have_attribute("aria-invalid", "true")
            described = control.get_attribute("aria-describedby").split()[0]
            expect(page.locator(f"#{described}")).to_contain_text("required")
        expect(page.get_by_role("alert").filter(visible=True)).to_contain_text("2 fields")
        assert barriers(page) == []
        page.get_by_role("button", name="Fill the example").click()
        expect(page.locator("[aria-invalid]")).to_have_count(0)
        predict(page)


def test_a_number_out_of_range_is_said_at_its_field(open_page, watched):
    watched.expect_status(422)
    page = open_page()
    bounded = [(model, field) for model in TABLES for field in model["inputs"] if field.get("maximum") is not None]
    for model, field in bounded[:6]:
        choose(page, model["name"])
        page.get_by_role("button", name="Fill the example").click()
        control = page.locator(f'[name="{field["name"]}"]')
        control.fill(str(field["maximum"] + 1))
        control.press("Enter")
        expect(control).to_have_attribute("aria-invalid", "true")
        expect(control).to_be_focused()
        control.fill(str(field["example"]))
        expect(control).not_to_have_attribute("aria-invalid", "true")


def test_with_the_keyboard_alone(open_page):
    page = open_page()
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#inputs")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    while page.evaluate("document.activeElement.name") != "model":
        assert page.evaluate("document.activeElement.tagName") != "BODY", "the models cannot be reached by Tab"
        page.keyboard.press("Shift+Tab")
    seen = {page.evaluate("document.activeElement.value")}
    for _ in NAMES[1:]:
        page.keyboard.press("ArrowRight")
        name = page.evaluate("document.activeElement.value")
        expect(page.locator("#about-title")).to_have_text(served(name)["title"])
        expect(page.locator(f'input[name="model"][value="{name}"]')).to_be_focused()
        seen.add(name)
    assert seen == set(NAMES)
    for count, name in enumerate(NAMES, start=1):
        page.goto(f"{ALL}/#model={name}")
        expect(page.locator("#about-title")).to_have_text(served(name)["title"])
        page.locator("#clear").focus()
        while not page.evaluate("document.activeElement.closest('.field') !== null"):
            page.keyboard.press("Tab")
        page.keyboard.press("Control+Enter" if page.evaluate("document.activeElement.tagName") != "INPUT" else "Enter")
        expect(page.locator("#history-rows tr")).to_have_count(count)


@pytest.mark.parametrize("width", [360, 768, 1920])
def test_nothing_is_wider_than_the_window(open_page, width):
    page = open_page(viewport={"width": width, "height": 800})
    for name in NAMES:
        choose(page, name)
        predict(page)
        assert page.evaluate("document.documentElement.scrollWidth") == width
    assert barriers(page) == []


def test_dark_windows_get_a_dark_page(open_page):
    shades = {}
    for scheme in ("light", "dark"):
        page = open_page(color_scheme=scheme)
        colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
        shades[scheme] = sum(int(part) for part in colour.removeprefix("rgb(").removesuffix(")").split(","))
    assert shades["dark"] < 150 < 600 < shades["light"]


def test_versions_are_chosen_and_answer(open_page):
    page = open_page(address=VERSIONS)
    expect(page.locator("#version option")).to_have_text(["1", "2 · default"])
    expect(page.locator("#version")).to_have_value("2")
    predict(page)
    expect(page.locator("#answered")).to_contain_text("sentiment@2")
    page.locator("#version").select_option("1")
    expect(page.locator("#version")).to_have_value("1")
    predict(page)
    expect(page.locator("#answered")).to_contain_text("sentiment@1")
    expect(page.locator('input[name="model"]')).to_have_count(1)
    assert page.locator(".spark").count() == 2


def test_an_earlier_input_is_used_again(open_page):
    page = open_page()
    model = TEXTS[0]
    choose(page, model["name"])
    text = page.locator("textarea")
    for words in ("a dull and lifeless hour", "what a <b>splendid</b> & \"joyous\" day"):
        text.fill(words)
        text.press("Control+Enter")
        expect(page.locator("#history-rows tr").first).to_contain_text(words)
    choose(page, NAMES[-1])
    page.get_by_role("button", name="Use the input of").last.click()
    expect(text).to_have_value("a dull and lifeless hour")


def test_ten_predictions_are_kept(open_page):
    page = open_page()
    for count in range(12):
        page.get_by_role("button", name="Predict", exact=True).click()
        expect(page.locator("#history-rows tr")).to_have_count(min(count + 1, 10))
        expect(page.locator("#result")).to_have_attribute("aria-busy", "false")


def test_the_curl_command_works(open_page):
    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    choose(page, TEXTS[0]["name"])
    page.locator("textarea").fill("it's \"quoted\" $(nothing) `here` \\ 😀\nand goes on")
    page.get_by_role("button", name="Copy as curl").click()
    expect(page.locator("#copy")).to_have_text("Copied")
    command = page.evaluate("navigator.clipboard.readText()")
    done = subprocess.run(["sh", "-c", command], capture_output=True, check=True)
    predict(page)
    page.get_by_text("The answer as JSON").click()
    assert json.loads(done.stdout) == json.loads(page.locator(".result pre").inner_text())


def test_a_busy_service_is_waited_for(open_page, watched):
    watched.expect_status(503)
    page = open_page()
    answers = iter([True])

    def refuse_once(route):
        if next(answers, False):
            problem = {"title": "Too busy", "status": 503, "detail": "Ask again later."}
            route.fulfill(status=503, headers={"retry-after": "2"}, json=problem)
        else:
            route.continue_()

    page.route("**/predict?*", refuse_once)
    page.locator("#predict").click()
    expect(page.locator("#problem")).to_contain_text("Ask again later.")
    expect(page.locator("#predict")).to_have_text("Predict in 1 s")
    expect(page.locator("#predict")).to_have_text("Predict")
    predict(page)
    expect(page.locator("#problem")).to_be_hidden()


def test_a_lost_service_is_said(open_page, watched):
    watched.expect_status("lost")
    page = open_page()
    page.route("**/predict?*", lambda route: route.abort("connectionrefused"))
    page.locator("#predict").click()
    expect(page.locator("#problem")).to_contain_text("could not be reached")
    page.unroute("**/predict?*")
    predict(page)
    page = open_page(
        before=lambda page: page.route("**/v1/models", lambda route: route.abort("connectionrefused")), waits=False)
    expect(page.locator("#broken")).to_contain_text("could not be reached")
    page.unroute("**/v1/models")
    page.get_by_role("button", name="Ask again").click()
    expect(page.locator("#bench")).to_be_visible()


def test_markup_in_a_model_stays_text(open_page):
    bad = "<img src=x onerror=alert(1)><b>bold</b>"
    model = json.loads(json.dumps(MODELS[0]))
    model |= {"title": bad, "description": bad, "version": bad}
    model["inputs"][0]["description"] = bad
    absent = [{"reference": bad, "state": "failed", "detail": bad}]
    answer = {"models": [model], "absent": absent, "default_model": model["name"]}
    page = open_page(before=lambda page: page.route("**/v1/models", lambda route: route.fulfill(json=answer)))
    expect(page.locator("#about-title")).to_have_text(bad)
    expect(page.locator("#absent")).to_contain_text(bad)
    assert page.locator("main img, main b:not(.empty b)").count() == 0


def test_links_of_the_service(open_page):
    page = open_page()
    links = page.get_by_role("navigation").get_by_role("link")
    assert [link.get_attribute("href") for link in links.all()] == ["/openapi.json", "/metrics"]


def test_weighty_words_are_marked(open_page):
    page = open_page()
    model = TEXTS[0]
    choose(page, model["name"])
    page.locator("textarea").fill("A wonderful, WONDERFUL evening (no \\ regular [expression] .* here) - awful ending?")
    predict(page)
    marked = [word.lower() for word in page.locator(".marked mark").all_inner_texts()]
    assert marked.count("wonderful") == 2 and "awful" in marked
    assert page.locator(".marked").inner_text() == page.locator("textarea").input_value()


@pytest.mark.parametrize("state, words", [
    ("stable", "input stable"), ("drifted", "drifted: 1 of 1"), ("too_few_rows", "too few rows"), ("unwatched", None)])
def test_drift_is_told(open_page, state, words):
    name = MODELS[0]["name"]
    feature = {"name": "length", "psi": 0.31, "threshold": 0.11, "drifted": state == "drifted",
               "bins": [{"bin": "short", "reference": 0.5, "window": 0.1}, {"bin": "long", "reference": 0.5, "window": 0.9}]}
    report = {"model": name, "version": "1", "state": state, "detail": "In words.", "rows": 1200, "window": 2000,
              "reference_rows": 600, "drifted": state == "drifted", "features": [feature]}
    page = open_page(f"/#model={name}", before=lambda page: page.route(
        f"**/v1/models/{name}/drift", lambda route: route.fulfill(json=report)))
    if words is None:
        expect(page.locator("#drift")).to_be_hidden()
        return
    expect(page.locator(".badge.drift")).to_contain_text(words)
    page.locator("#drift-summary").click()
    expect(page.locator("#drift-body")).to_contain_text("In words.")
    expect(page.get_by_role("img", name="length: most moved is short, 50.0 % of the training, 10.0 %")).to_be_visible()
    assert barriers(page) == []


RENEWED = os.environ.get("QUARTERDECK_PICTURES")


@pytest.mark.skipif(not RENEWED, reason="pictures are kept unless QD_RENEW_PICTURES is set")
@pytest.mark.parametrize("scheme, name", [("light", "housing" if "housing" in NAMES else NAMES[-1]), ("dark", "sentiment")])
def test_pictures_are_renewed(open_page, scheme, name):
    page = open_page(f"/#model={name}", color_scheme=scheme, viewport={"width": 1080, "height": 700})
    reviews = ["It was boring and the sound is awful.", "Worth seeing for the last scene alone.",
               "Slow at first, but the acting is wonderful and I loved the ending."]
    numbers = page.locator(".field input[type=number]")
    for step, review in enumerate(reviews):
        if served(name) in TEXTS:
            page.locator("textarea").fill(review)
        else:
            last = numbers.nth(numbers.count() - 1)
            last.fill(f"{float(last.input_value()) * (1 + 0.05 * step):.4f}")
        predict(page)
    page.mouse.move(0, 0)
    page.evaluate("document.activeElement.blur()")
    page.screenshot(path=f"{RENEWED}/predictor-page-{scheme}.png", full_page=True)
