// The page's one course: the address names a model, version and form; that choice is shown; the form asks; the answer is shown.

import { curl, loadDrift, loadModels, loadReadiness, predict } from "./client.js";
import { byId, fill, make, say } from "./dom.js";
import { showDrift } from "./drift.js";
import { clearField, clearProblem, formsOf, readInput, setInput, showFields, showForms, showProblem } from "./form.js";
import { latest, remember, showHistory } from "./history.js";
import { badge, grouped, markCard, showAbout, showAbsent, showCards } from "./models.js";
import { showAnswer, showNothing, spoken } from "./result.js";

/** Time between questions about models that are not ready yet, in milliseconds. */
const AGAIN = 5_000;

/** The drift of a model is asked for at most this often, in milliseconds. */
const DRIFT_REST = 10_000;

let groups = [];
let preferred = null;
/** What is shown: `{group, model, forms, form, key}`. */
let shown = null;
/** What was typed and answered, by the key of what was shown: model, version unless it is the default, form. */
const drafts = new Map();
const answers = new Map();
let busy = false;
let countdown = null;
let driftAsked = { name: null, at: 0 };

start();

function start() {
  byId("ask-again").addEventListener("click", refresh);
  byId("fill").addEventListener("click", () => {
    setInput(shown.form, shown.form.example);
    say("The example is filled in.");
  });
  byId("clear").addEventListener("click", () => {
    setInput(shown.form, {});
    byId("field-0")?.focus();
  });
  byId("copy").addEventListener("click", copy);
  byId("inputs").addEventListener("submit", (event) => {
    event.preventDefault();
    send();
  });
  byId("inputs").addEventListener("input", (event) => clearField(event.target));
  byId("inputs").addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      send();
    }
  });
  addEventListener("hashchange", followAddress);
  refresh();
}

/** Asks for the models and shows the choice among them; what was shown stays if the service is lost meanwhile. */
async function refresh() {
  loadReadiness().then(showService);
  try {
    const { models, absent, chosen } = await loadModels();
    groups = grouped(models);
    preferred = chosen;
    showAbsent(absent);
    if (absent.some((model) => model.state === "loading")) setTimeout(refresh, AGAIN);
    showBroken(
      groups.length > 0
        ? null
        : absent.length > 0
          ? "No model answers yet."
          : "The service holds no model. Set MODEL, then start it again.",
    );
  } catch (error) {
    if (groups.length === 0) showBroken(error.message);
    return;
  }
  withFocusKept(() => showCards(groups, (name) => go({ model: name })));
  followAddress();
}

function showBroken(words) {
  byId("loading").hidden = true;
  byId("broken").hidden = !words;
  byId("broken-words").textContent = words ?? "";
  if (words) byId("bench").hidden = true;
}

function showService(status) {
  const place = byId("service");
  place.hidden = !status;
  fill(place, badge(status ?? "", status === "ready" ? "ok" : "warn"));
}

/** Writes a choice into the address, which shows it. */
function go(choice) {
  const given = Object.entries(choice).filter(([, value]) => value);
  location.hash = given.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("&");
}

/** Shows what the address names, or the default. An anchor of the page, and what is shown already, change nothing. */
function followAddress() {
  const wanted = new URLSearchParams(location.hash.slice(1));
  const name = wanted.get("model") ?? shown?.group.name ?? preferred;
  const group = groups.find((one) => one.name === name) ?? groups.find((one) => one.name === preferred) ?? groups[0];
  if (!group) return;
  const listed = group.versions.find((one) => one.version === wanted.get("version")) ?? group.main;
  const model = { ...listed, pinned: listed !== group.main };
  const forms = formsOf(model);
  const form = forms.find((one) => one.name === wanted.get("form")) ?? forms[0];
  const next = {
    group,
    model,
    forms,
    form,
    key: JSON.stringify([model.name, model.pinned && model.version, form.name]),
  };
  markCard(group.name);
  if (shown && shown.key === next.key && JSON.stringify(shown.model) === JSON.stringify(model)) return;
  withFocusKept(() => show(next));
}

function show(next) {
  if (shown) drafts.set(shown.key, readInput(shown.form).input);
  shown = next;
  const { group, model, forms, form } = next;
  document.title = `${model.title ?? model.name} · Predictor`;
  byId("bench").hidden = false;
  showAbout(group, model, (version) =>
    go({ model: group.name, version: version !== group.main.version && version, form: form.name }),
  );
  showForms(forms, form, (name) => go({ model: group.name, version: model.pinned && model.version, form: name }));
  showFields(form);
  setInput(form, drafts.get(next.key) ?? form.example);
  showLastAnswer();
  showHistory(group.name, useAgain);
  showDrift(null);
  refreshDrift(true);
}

/** Does something that may make the focused control anew, and gives the new one the focus. */
function withFocusKept(act) {
  const { id, name, value } = document.activeElement ?? {};
  act();
  if (document.activeElement && document.activeElement !== document.body) return;
  const named = name && document.querySelector(`input[name="${CSS.escape(name)}"][value="${CSS.escape(value)}"]`);
  ((id && byId(id)) || named)?.focus?.();
}

function showLastAnswer() {
  const last = answers.get(shown.key);
  if (last) showAnswer(shown.model, last.input, last.told, last.before);
  else showNothing();
}

async function refreshDrift(now) {
  const { name } = shown.model;
  if (!now && driftAsked.name === name && performance.now() - driftAsked.at < DRIFT_REST) return;
  driftAsked = { name, at: performance.now() };
  const report = await loadDrift(name);
  if (shown.model.name === name) showDrift(report);
}

async function send() {
  if (busy || countdown) return;
  const asked = shown;
  const { input, errors } = readInput(asked.form);
  if (errors.length > 0) {
    showProblem(asked.form, { title: "Invalid input.", detail: "", errors });
    return;
  }
  setBusy(true);
  const told = await predict(asked.model, input);
  setBusy(false);
  if (told.ok) accept(asked, input, told);
  else if (shown === asked) refuse(asked, told);
}

function setBusy(now) {
  busy = now;
  byId("predict").setAttribute("aria-disabled", String(now));
  byId("result").setAttribute("aria-busy", String(now));
}

function accept(asked, input, told) {
  const before = latest(asked.model.name);
  remember({ shown: asked, input, told });
  answers.set(asked.key, { input, told, before });
  showHistory(shown.group.name, useAgain);
  if (shown !== asked) return;
  clearProblem();
  showAnswer(asked.model, input, told, before);
  say(spoken(told.body, told.took));
  bringIntoView(byId("result"));
  refreshDrift(false);
  if (!asked.model.pinned && told.body.version !== asked.model.version) refresh();
}

function refuse(asked, told) {
  showProblem(asked.form, told.problem);
  if (told.status === 503 && told.wait > 0) countDown(told.wait);
}

/** Holds the button back for as long as the service asked. */
function countDown(seconds) {
  const left = make("span", { "aria-hidden": "true" });
  byId("problem").append(make("p", {}, make("span", { class: "unseen" }, `Try again in ${seconds} seconds.`), left));
  const until = Date.now() + seconds * 1000;
  const button = byId("predict");
  button.setAttribute("aria-disabled", "true");
  const tick = () => {
    const rest = Math.ceil((until - Date.now()) / 1000);
    left.textContent = rest > 0 ? `Try again in ${rest} s.` : "Try again now.";
    button.textContent = rest > 0 ? `Predict in ${rest} s` : "Predict";
    if (rest > 0) return;
    clearInterval(countdown);
    countdown = null;
    button.setAttribute("aria-disabled", "false");
    say("You can try again now.");
  };
  countdown = setInterval(tick, 250);
  tick();
}

function useAgain({ shown: then, input }) {
  go({ model: then.model.name, version: then.model.pinned && then.model.version, form: then.form.name });
  followAddress();
  setInput(shown.form, input);
  byId("inputs").focus();
  say("The input is filled in again.");
}

async function copy() {
  const { input } = readInput(shown.form);
  const command = curl(shown.model, input);
  try {
    await navigator.clipboard.writeText(command);
    byId("copy").textContent = "Copied";
    say("The command is in the clipboard.");
    setTimeout(() => {
      byId("copy").textContent = "Copy as curl";
    }, 2000);
  } catch {
    fill(
      byId("problem"),
      make("p", {}, "The browser keeps its clipboard to itself here; this is the command:"),
      make("pre", { tabindex: 0 }, command),
    ).hidden = false;
  }
}

function bringIntoView(node) {
  const box = node.getBoundingClientRect();
  if (box.top >= 0 && box.top < innerHeight * 0.7) return;
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  node.scrollIntoView({ block: "start", behavior: calm ? "auto" : "smooth" });
}
