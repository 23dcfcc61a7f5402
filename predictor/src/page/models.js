// Which models there are, which one is chosen, and what is known about it.

import { byId, fill, make } from "./dom.js";
import { figure, figuresOf, metric, number, sentence } from "./wording.js";

/** Figures that stand in the open; the rest is under "Where it comes from". */
const FIGURES_SHOWN = 6;

/** Models that one figure stands for on their cards, best known first. */
const HEADLINES = ["accuracy", "r2", "roc_auc", "rmse"];

const STATES = { ready: "ok", loading: "warn", failed: "bad", unloaded: "bad" };

/** Versions by model: `[{name, versions: [metadata…], main: metadata}]`, in the service's order. */
export function grouped(models) {
  const groups = new Map();
  for (const model of models) {
    if (!groups.has(model.name)) groups.set(model.name, { name: model.name, versions: [] });
    groups.get(model.name).versions.push(model);
  }
  return [...groups.values()].map((group) => ({ ...group, main: mainOf(group.versions) }));
}

/** The version that answers requests that name none: the service lists it last. */
function mainOf(versions) {
  return versions.find((model) => model.default) ?? versions.at(-1);
}

/** Shows one card for each model; `choose` gets the name. */
export function showCards(groups, choose) {
  const cards = groups.map((group) => card(group, choose));
  fill(byId("models"), cards).hidden = groups.length === 0;
}

/** Shows which models are wanted and do not answer. */
export function showAbsent(absent) {
  fill(
    byId("absent"),
    absent.map((model) =>
      make(
        "li",
        {},
        badge(model.state, STATES[model.state] ?? "warn"),
        " ",
        make("code", {}, model.reference),
        " ",
        model.detail,
      ),
    ),
  );
  byId("absent").hidden = absent.length === 0;
}

/** Marks the chosen card. */
export function markCard(name) {
  for (const input of byId("models").querySelectorAll("input")) input.checked = input.value === name;
}

function card(group, choose) {
  const model = group.main;
  const input = make("input", {
    type: "radio",
    name: "model",
    value: group.name,
    on: { change: () => choose(group.name) },
  });
  const headline = HEADLINES.find((name) => typeof model.metrics?.[name] === "number");
  return make(
    "label",
    { class: "card" },
    input,
    make("span", { class: "card-title" }, model.title ?? sentence(group.name)),
    make(
      "span",
      { class: "card-line" },
      make("code", {}, group.name),
      headline &&
        make("span", { class: "card-figure" }, `${metric(headline)} ${figure(headline, model.metrics[headline])}`),
    ),
    model.state !== "ready" && badge(model.state ?? "unknown", STATES[model.state] ?? "warn"),
  );
}

/** Shows what is known about a version; `choose` gets another version. */
export function showAbout(group, model, choose) {
  byId("about-title").textContent = model.title ?? sentence(model.name);
  byId("about-words").textContent = model.description ?? "";
  fill(
    byId("badges"),
    badge(model.state ?? "unknown", STATES[model.state] ?? "warn"),
    model.task && badge(model.task, "calm"),
  );
  fill(byId("version-place"), versions(group, model, choose));
  const figures = figuresOf(model.metrics);
  fill(
    byId("figures"),
    figures.slice(0, FIGURES_SHOWN).map(([name, value]) => pair(metric(name), figure(name, value))),
  );
  fill(
    byId("facts"),
    facts(model),
    figures.slice(FIGURES_SHOWN).map(([name, value]) => pair(metric(name), figure(name, value))),
  );
}

function versions(group, model, choose) {
  if (group.versions.length < 2) return ["version ", make("code", {}, model.version ?? "?")];
  const options = group.versions.map((other) => {
    const words = [other.version, other === group.main ? "default" : other.state !== "ready" && other.state];
    return make(
      "option",
      { value: other.version, selected: other.version === model.version },
      words.filter(Boolean).join(" · "),
    );
  });
  const select = make("select", { id: "version", on: { change: (event) => choose(event.target.value) } }, options);
  return [make("label", { for: "version" }, "version"), " ", select];
}

function facts(model) {
  const data = (model.data ?? []).map((part) => {
    const rows = typeof part.rows === "number" ? `${number(part.rows)} rows` : null;
    return make(
      "span",
      { class: "line" },
      [part.file, rows, part.sha256 && `sha256 ${part.sha256.slice(0, 12)}`].filter(Boolean).join(" · "),
    );
  });
  const labels = model.target?.labels?.join(", ");
  return [
    pair("Target", [model.target?.name, model.target?.unit ?? labels].filter(Boolean).join(" · ")),
    model.created && pair("Made", date(model.created)),
    model.library && pair("Learnt by", [model.library.name, model.library.version].filter(Boolean).join(" ")),
    model.digest && pair("Digest", make("code", { class: "break" }, model.digest)),
    data.length > 0 && pair("Data", data),
  ];
}

function date(created) {
  const when = new Date(created);
  return Number.isNaN(when.getTime()) ? String(created) : `${when.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

function pair(name, value) {
  return make("div", {}, make("dt", {}, name), make("dd", {}, value));
}

/** A word in a coloured frame; the colour only repeats what the word says. */
export function badge(words, kind) {
  return make("span", { class: `badge ${kind}` }, words);
}
