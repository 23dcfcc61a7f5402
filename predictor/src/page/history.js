// The last predictions of this page. They live in memory only: what was typed may be nobody else's business.

import { sparkline } from "./charts.js";
import { byId, fill, make } from "./dom.js";
import { certainty, clock, duration, outcome, short } from "./wording.js";

/** Predictions that are kept. */
const KEPT = 10;

const entries = [];

/** Keeps an answer: `{shown, input, told}`. */
export function remember(entry) {
  entries.unshift({ ...entry, at: new Date() });
  entries.length = Math.min(entries.length, KEPT);
}

/** The newest answer of a model, or null. */
export function latest(name) {
  return entries.find((entry) => entry.shown.model.name === name)?.told.body ?? null;
}

/** Shows what is kept; `name` is the model whose sparklines are drawn, `again` gets an entry to fill in. */
export function showHistory(name, again) {
  byId("history").hidden = entries.length === 0;
  fill(
    byId("history-rows"),
    entries.map((entry) => row(entry, again)),
  );
  const own = entries.filter((entry) => entry.shown.model.name === name).reverse();
  fill(byId("sparks"), own.length < 2 ? [] : sparks(own));
}

function row(entry, again) {
  const answer = entry.told.body;
  return make(
    "tr",
    {},
    make("td", {}, make("time", { datetime: entry.at.toISOString() }, clock(entry.at))),
    make("td", {}, make("code", {}, `${answer.model ?? entry.shown.model.name}@${answer.version ?? "?"}`)),
    make("td", { class: "input-cell" }, summary(entry.input)),
    make("td", { class: "right strong" }, outcome(answer)),
    make("td", { class: "right" }, certainty(answer)),
    make("td", { class: "right" }, duration(entry.told.took)),
    make(
      "td",
      { class: "right" },
      make(
        "button",
        {
          type: "button",
          class: "quiet small",
          on: { click: () => again(entry) },
          "aria-label": `Use the input of ${clock(entry.at)} again`,
        },
        "Use again",
      ),
    ),
  );
}

function summary(input) {
  const values = Object.values(input).map((value) => (typeof value === "string" ? short(value, 60) : String(value)));
  return short(values.join(", "), 72);
}

function sparks(own) {
  const answers = own.map((entry) => entry.told.body);
  const isNumber = typeof answers[0].prediction === "number";
  const values = answers.map((answer) => (isNumber ? answer.prediction : answer.confidence)).filter(Number.isFinite);
  const words = isNumber ? "prediction" : "confidence";
  return [
    values.length > 1 && make("span", { class: "spark-place" }, words, sparkline(values, words)),
    make(
      "span",
      { class: "spark-place" },
      "response time",
      sparkline(
        own.map((entry) => entry.told.took),
        "response time in ms",
      ),
    ),
  ];
}
