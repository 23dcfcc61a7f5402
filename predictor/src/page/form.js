// The form of a model: controls made from its schema, the input read from them, and problems shown at them.
// It checks only what JSON cannot carry; every other judgement is the service's, so that there is one.

import { byId, fill, make } from "./dom.js";
import { limits, number } from "./wording.js";

/** The ways to fill in a model: its own fields, then its alternatives. */
export function formsOf(model) {
  const main = {
    name: "",
    title: "all columns",
    inputs: model.inputs ?? [],
    example: exampleOf(model.inputs, model.example),
  };
  const others = (model.alternatives ?? []).map((form) => ({
    ...form,
    title: form.name,
    inputs: form.inputs ?? [],
    example: exampleOf(form.inputs, form.example),
  }));
  return [main, ...others];
}

function exampleOf(inputs = [], given = {}) {
  const values = inputs.map((field) => [field.name, given[field.name] ?? field.example]);
  return Object.fromEntries(values.filter(([, value]) => value !== undefined && value !== null));
}

/** Shows the choice between forms; `choose` gets the name. */
export function showForms(forms, chosen, choose) {
  const place = byId("forms");
  const legend = place.querySelector("legend");
  place.hidden = forms.length < 2;
  fill(
    place,
    legend,
    forms.length < 2
      ? []
      : forms.map((form) =>
          make(
            "label",
            { class: "segment" },
            make("input", { type: "radio", name: "form", value: form.name, on: { change: () => choose(form.name) } }),
            make("span", {}, form.title),
          ),
        ),
  );
  for (const input of place.querySelectorAll("input")) input.checked = input.value === chosen.name;
  const words = byId("forms-words");
  words.textContent = chosen.description ?? "";
  words.hidden = !chosen.description;
}

/** Makes the controls of a form. */
export function showFields(form) {
  fill(byId("fields"), form.inputs.map(fieldNode));
  const long = form.inputs.some((field) => field.type === "text");
  fill(
    byId("keys"),
    long ? [make("kbd", {}, "Ctrl"), "+", make("kbd", {}, "Enter")] : make("kbd", {}, "Enter"),
    " predicts",
    form.inputs.some((field) => field.required) && [" · ", make("span", { class: "star" }, "*"), " required"],
  );
  clearProblem();
}

function fieldNode(field, index) {
  const id = `field-${index}`;
  const hint = [field.description, limits(field)].filter(Boolean).join(" · ");
  const control = controlOf(field, {
    id,
    name: field.name,
    required: field.required,
    "aria-describedby": `${id}-error ${id}-hint`,
  });
  return make(
    "div",
    { class: field.type === "text" ? "field wide" : "field" },
    make(
      "label",
      { for: id },
      make("span", { class: "name" }, field.name),
      field.required && make("span", { class: "star", "aria-hidden": "true" }, "*"),
      field.unit && make("span", { class: "unit" }, field.unit),
    ),
    control,
    make("p", { class: "error", id: `${id}-error`, hidden: true }),
    make("p", { class: "hint", id: `${id}-hint` }, hint),
  );
}

function controlOf(field, shared) {
  const placeholder = isGiven(field.default) ? `default ${field.default}` : null;
  if (field.type === "category" && field.choices?.length) return select(field, shared);
  if (field.type === "text") return make("textarea", { ...shared, rows: 6, dir: "auto", placeholder });
  if (field.type === "number" || field.type === "integer") {
    const [min, max] = [field.minimum, field.maximum];
    return make("input", {
      ...shared,
      type: "number",
      step: field.type === "integer" ? 1 : "any",
      min,
      max,
      placeholder,
      inputmode: min >= 0 ? "decimal" : null,
      autocomplete: "off",
    });
  }
  return make("input", { ...shared, type: "text", placeholder, autocomplete: "off" });
}

/** Options carry the index of their choice, so that a choice that is no text stays what it is. */
function select(field, shared) {
  const none = isGiven(field.default) ? `not given (${field.default})` : field.required ? "choose…" : "not given";
  const options = field.choices.map((choice, index) => make("option", { value: index }, String(choice)));
  return make("select", shared, make("option", { value: "" }, none), options);
}

/** Puts values into the controls; a field without a value is emptied. */
export function setInput(form, values) {
  form.inputs.forEach((field, index) => {
    const control = byId(`field-${index}`);
    const value = values[field.name];
    const choice = field.type === "category" && field.choices?.length ? field.choices.indexOf(value) : null;
    control.value = choice === null ? (isGiven(value) ? value : "") : choice < 0 ? "" : String(choice);
  });
  clearProblem();
}

/** What the controls hold: `{input, errors}`; errors as the service words them. */
export function readInput(form) {
  const input = {};
  const errors = [];
  form.inputs.forEach((field, index) => {
    const control = byId(`field-${index}`);
    if (control.validity.badInput) errors.push({ pointer: pointerTo(field.name), detail: "must be a number" });
    const value = valueOf(field, control.value);
    if (typeof value === "number" && !Number.isFinite(value)) {
      errors.push({ pointer: pointerTo(field.name), detail: "must be a number that fits 64 bits" });
    }
    if (value !== undefined) input[field.name] = value;
  });
  return { input, errors };
}

function valueOf(field, text) {
  if (field.type === "text") return text;
  if (text === "") return undefined;
  if (field.type === "category") return field.choices?.length ? field.choices[Number(text)] : text;
  return Number(text);
}

/** Shows a problem: at its fields, with the focus on the first of them, and in words above the form. */
export function showProblem(form, problem) {
  clearProblem();
  const elsewhere = [];
  let first = null;
  for (const { pointer, detail } of problem.errors) {
    const index = form.inputs.findIndex((field) => pointerTo(field.name) === pointer);
    if (index < 0) {
      elsewhere.push([pointer, detail].filter(Boolean).join(" "));
      continue;
    }
    const control = byId(`field-${index}`);
    const place = byId(`field-${index}-error`);
    control.setAttribute("aria-invalid", "true");
    place.textContent = [place.textContent, detail].filter(Boolean).join("; ");
    place.hidden = false;
    if (first === null || control.compareDocumentPosition(first) & Node.DOCUMENT_POSITION_FOLLOWING) first = control;
  }
  const placed = problem.errors.length - elsewhere.length;
  const words =
    placed === 0
      ? problem.detail
      : placed === 1
        ? "One field needs another value."
        : `${number(placed)} fields need other values.`;
  fill(
    byId("problem"),
    make("p", {}, make("b", {}, problem.title), " ", words),
    placed > 0 &&
      elsewhere.length > 0 &&
      make(
        "ul",
        {},
        elsewhere.map((line) => make("li", {}, line)),
      ),
  ).hidden = false;
  first?.focus();
}

/** Takes every problem away. */
export function clearProblem() {
  byId("problem").hidden = true;
  fill(byId("problem"));
  for (const control of byId("fields").querySelectorAll("[aria-invalid]")) clearField(control);
}

/** Takes the problem of one control away, as soon as it is edited. */
export function clearField(control) {
  const place = byId(`${control.id}-error`);
  if (!place) return;
  control.removeAttribute("aria-invalid");
  place.textContent = "";
  place.hidden = true;
}

/** RFC 6901. */
function pointerTo(name) {
  return `/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;
}

const isGiven = (value) => value !== undefined && value !== null;
