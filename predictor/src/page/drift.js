// Whether what is asked lately still looks like what the model was judged on.

import { bins } from "./charts.js";
import { byId, fill, make } from "./dom.js";
import { badge } from "./models.js";
import { number } from "./wording.js";

const STATES = {
  stable: ["input stable", "ok"],
  drifted: ["drifted", "bad"],
  too_few_rows: ["drift: too few rows", "calm"],
};

/** Shows a drift report; null, or one of a model that is not watched, shows nothing. */
export function showDrift(report) {
  const place = byId("drift");
  const known = STATES[report?.state];
  place.hidden = !known;
  byId("badges").querySelector(".drift")?.remove();
  if (!known) return;
  const shown = badge(words(report, known[0]), known[1]);
  shown.classList.add("drift");
  byId("badges").append(shown);
  byId("drift-summary").textContent =
    `Drift: ${number(report.rows)} recent rows against ${number(report.reference_rows)} of the training`;
  fill(byId("drift-body"), make("p", { class: "muted small" }, report.detail), table(report));
}

function words(report, plain) {
  const count = (report.features ?? []).filter((feature) => feature.drifted).length;
  return report.state === "drifted" && count > 0 ? `drifted: ${count} of ${report.features.length}` : plain;
}

function table(report) {
  const output = report.output ? [{ ...report.output, name: "the prediction" }] : [];
  const rows = [...(report.features ?? []), ...output].map(row);
  const head = (words, kind) => make("th", { scope: "col", class: kind }, words);
  return make(
    "div",
    { class: "scroll", role: "region", "aria-label": "Drift of each feature", tabindex: 0 },
    make(
      "table",
      {},
      make(
        "thead",
        {},
        make(
          "tr",
          {},
          head("Feature"),
          head(legend()),
          head("Stability index", "right"),
          head("Threshold", "right"),
          head("Verdict"),
        ),
      ),
      make("tbody", {}, rows),
    ),
  );
}

const legend = () => [make("span", { class: "key then" }), "training ", make("span", { class: "key now" }), "recent"];

function row(feature) {
  const figure = (value) => make("td", { class: "right" }, typeof value === "number" ? number(value) : "–");
  return make(
    "tr",
    {},
    make("th", { scope: "row" }, feature.name),
    make("td", {}, feature.bins?.length ? bins(feature.bins, feature.name) : ""),
    figure(feature.psi),
    figure(feature.threshold),
    make("td", {}, feature.drifted ? badge("drifted", "bad") : typeof feature.psi === "number" ? "stable" : "–"),
  );
}
