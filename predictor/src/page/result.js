// One answer, shown: the prediction, how sure it is, what moved it, and how it was come by.

import { interval, shareBar, signedBar } from "./charts.js";
import { byId, fill, make, place } from "./dom.js";
import { duration, inColumn, measured, number, outcome, percent, short, signed } from "./wording.js";

/** Classes that are listed one by one. */
const CLASSES_SHOWN = 8;

/** Longest text that is shown with its words marked, in characters. */
const LONGEST_MARKED = 1500;

/** Shows an answer to `input`; `before` is the previous answer of the same model, or null. */
export function showAnswer(model, input, told, before) {
  const answer = told.body;
  fill(byId("answered"), provenance(answer, told));
  const sure = typeof answer.prediction === "number" ? regression(answer, before) : classification(model, answer);
  fill(byId("result-body"), sure, explanation(answer, model, input), details(told));
}

/** Shows that there is no answer yet. */
export function showNothing() {
  fill(byId("answered"));
  fill(
    byId("result-body"),
    make(
      "p",
      { class: "muted empty" },
      "Nothing asked yet. The form holds the model’s own example: press ",
      make("b", {}, "Predict"),
      ".",
    ),
  );
}

/** The answer in one sentence. */
export function spoken(answer, took) {
  const sure =
    typeof answer.confidence === "number"
      ? `, confidence ${percent(answer.confidence)}`
      : answer.interval
        ? `, ${percentLevel(answer)} interval ${number(answer.interval.low)} to ${number(answer.interval.high)}`
        : "";
  return `Prediction: ${outcome(answer)}${sure}. Answered in ${duration(took)}.`;
}

function provenance(answer, told) {
  const took =
    told.judged === null
      ? duration(told.took)
      : `${duration(told.took)}, ${duration(told.judged)} of it in the model`;
  return [make("code", {}, `${answer.model ?? ""}@${answer.version ?? told.version ?? "?"}`), ` · ${took}`];
}

function classification(model, answer) {
  const shares = Object.entries(answer.probabilities ?? {});
  const order = model.target?.labels ?? [];
  const many = shares.length > CLASSES_SHOWN;
  shares.sort((a, b) => (many ? b[1] - a[1] : order.indexOf(a[0]) - order.indexOf(b[0])));
  const rows = shares.slice(0, CLASSES_SHOWN).map(([label, share]) => {
    const chosen = label === String(answer.prediction);
    return make(
      "li",
      { class: chosen ? "chosen" : null },
      make("span", { class: "share-name" }, label),
      shareBar(share, chosen ? "strong" : "weak"),
      make("span", { class: "share-value" }, percent(share)),
    );
  });
  if (many) rows.push(make("li", { class: "muted" }, `and ${shares.length - CLASSES_SHOWN} less probable`));
  return [
    make(
      "p",
      { class: "answer" },
      make("strong", {}, String(answer.prediction)),
      typeof answer.confidence === "number" &&
        make("span", { class: "sure" }, `${percent(answer.confidence)} confident`),
    ),
    rows.length > 0 && make("ul", { class: "shares", "aria-label": "Probability of each class" }, rows),
  ];
}

const percentLevel = (answer) => `${number((answer.interval.level ?? 0.9) * 100)} %`;

function regression(answer, before) {
  const change = before && typeof before.prediction === "number" ? answer.prediction - before.prediction : null;
  const base = answer.explanation;
  const marks =
    base && base.unit === answer.unit && typeof base.baseline === "number"
      ? [{ at: base.baseline, words: `the average prediction, ${number(base.baseline)}` }]
      : [];
  const range = answer.interval;
  return [
    make(
      "p",
      { class: "answer" },
      make("strong", {}, number(answer.prediction)),
      answer.unit && make("span", { class: "answer-unit" }, answer.unit),
      change !== null &&
        make("span", { class: "sure" }, change === 0 ? "as before" : `${signed(change)} since the previous`),
    ),
    range &&
      make(
        "p",
        { class: "interval-words" },
        make("b", {}, percentLevel(answer)),
        " of such cases lie between ",
        make("b", {}, number(range.low)),
        " and ",
        make("b", {}, measured(range.high, answer.unit)),
      ),
    range && interval(range.low, answer.prediction, range.high, marks),
    range &&
      marks.length > 0 &&
      make(
        "p",
        { class: "muted small legend" },
        make("span", { class: "legend-mark", "aria-hidden": "true" }),
        marks[0].words,
      ),
  ];
}

function explanation(answer, model, input) {
  const parts = answer.explanation;
  if (!parts?.contributions) return null;
  const largest = Math.max(0, ...parts.contributions.map((part) => Math.abs(part.contribution)));
  const all = [...parts.contributions.map((part) => part.contribution), parts.rest, parts.baseline];
  const aligned = inColumn(all.filter(Number.isFinite));
  const valued = parts.contributions.some((part) => isGiven(part.value));
  const rows = parts.contributions.map((part) =>
    make(
      "tr",
      {},
      make("th", { scope: "row", class: /[^_\s]{19}/.test(part.feature) && "break" }, breakable(part.feature)),
      valued && make("td", { class: "value" }, isGiven(part.value) && valueOf(part.value)),
      make("td", { class: "bar-cell" }, signedBar(part.contribution, largest)),
      make("td", { class: "right" }, aligned(part.contribution)),
    ),
  );
  return make(
    "section",
    { class: "why", "aria-labelledby": "why-title" },
    make("h3", { id: "why-title" }, "What moved it", parts.unit && make("span", { class: "unit" }, parts.unit)),
    markedText(model, input, parts.contributions),
    make(
      "table",
      { class: "moves" },
      make("caption", { class: "unseen" }, "Features by the size of their contribution"),
      make(
        "thead",
        { class: "unseen" },
        make(
          "tr",
          {},
          make("th", { scope: "col" }, "Feature"),
          valued && make("th", { scope: "col" }, "Value"),
          make("td", {}),
          make("th", { scope: "col" }, "Contribution"),
        ),
      ),
      make("tbody", {}, rows),
      make(
        "tfoot",
        {},
        total("everything else", parts.rest, valued, aligned),
        total("starting point", parts.baseline, valued, aligned),
      ),
    ),
  );
}

function total(words, value, valued, aligned) {
  if (typeof value !== "number") return null;
  return make(
    "tr",
    {},
    make("th", { scope: "row", colspan: valued ? 3 : 2 }, words),
    make("td", { class: "right" }, aligned(value)),
  );
}

/** A name that may be broken after its underscores. */
const breakable = (name) =>
  String(name)
    .split(/(?<=_)/)
    .flatMap((part, index) => (index ? [make("wbr"), part] : [part]));

const isGiven = (value) => value !== undefined && value !== null;

const valueOf = (value) => short(typeof value === "number" ? number(value) : String(value), 24);

/** The text that was judged, its weighty words marked; null when none of the features stands in it as written. */
function markedText(model, input, contributions) {
  const field = (model.inputs ?? []).find((one) => one.type === "text");
  const text = field && input[field.name];
  if (typeof text !== "string" || text.length > LONGEST_MARKED) return null;
  const words = [...text.matchAll(/[\p{L}\p{N}'’]+/gu)].map((word) => ({
    from: word.index,
    to: word.index + word[0].length,
    weight: 0,
  }));
  for (const part of contributions) weigh(words, text, part);
  const largest = Math.max(0, ...words.map((word) => Math.abs(word.weight)));
  if (largest === 0) return null;
  const nodes = words.flatMap((word, index) => [
    text.slice(words[index - 1]?.to ?? 0, word.from),
    word.weight === 0 ? text.slice(word.from, word.to) : marked(text.slice(word.from, word.to), word.weight / largest),
  ]);
  return make("p", { class: "marked", dir: "auto" }, nodes, text.slice(words.at(-1).to));
}

/** Spreads what a feature contributed evenly over the words of the text that make it up. */
function weigh(words, text, part) {
  const pieces = String(part.feature)
    .split(/\s+/)
    .filter(Boolean)
    .map((piece) => piece.replace(/[\\^$.*+?()[\]{}|/]/gu, "\\$&"));
  if (pieces.length === 0) return;
  const pattern = new RegExp(`(?<![\\p{L}\\p{N}])${pieces.join("[^\\p{L}\\p{N}]+")}(?![\\p{L}\\p{N}])`, "giu");
  const places = [...text.matchAll(pattern)];
  const covered = words.filter((word) =>
    places.some((found) => word.from < found.index + found[0].length && word.to > found.index),
  );
  for (const word of covered) word.weight += part.contribution / covered.length;
}

function marked(word, share) {
  const mark = make("mark", { class: share < 0 ? "down" : "up" }, word);
  return place(mark, { "--weight": `${Math.round(Math.abs(share) * 100)}%` });
}

function details(told) {
  return make(
    "details",
    { class: "more" },
    make("summary", {}, "The answer as JSON"),
    told.id && make("p", { class: "muted small" }, "request ", make("code", { class: "break" }, told.id)),
    make("pre", { tabindex: 0 }, JSON.stringify(told.body, null, 2)),
  );
}
