// GitHub's own expression language: `${{ }}` inside texts, and conditions.

import { Evaluator, Lexer, Parser, data } from "@actions/expressions";

const ANYWHERE = /\$\{\{(.*?)\}\}/gs;
const STATUS = ["success", "failure", "cancelled", "always"];

function expressionData(value) {
  if (value === null || value === undefined) return new data.Null();
  if (typeof value === "string") return new data.StringData(value);
  if (typeof value === "number") return new data.NumberData(value);
  if (typeof value === "boolean") return new data.BooleanData(value);
  if (Array.isArray(value)) return new data.Array(...value.map(expressionData));
  return new data.Dictionary(...Object.entries(value).map(([key, one]) => ({ key, value: expressionData(one) })));
}

function evaluate(text, contexts, status) {
  const functions = STATUS.map((name) => ({
    name, minArgs: 0, maxArgs: 0, call: () => new data.BooleanData(status ? status(name) : unavailable(name)),
  }));
  const tree = new Parser(new Lexer(text).lex().tokens, Object.keys(contexts), functions).parse();
  const known = new Map(functions.map((one) => [one.name, one]));
  return new Evaluator(tree, expressionData(contexts), known).evaluate();
}

function unavailable(name) {
  throw new Error(`${name}() is not available here`);
}

/** A text with its expressions replaced. */
export function fill(text, contexts) {
  if (typeof text !== "string") return text === null || text === undefined ? "" : String(text);
  return text.replace(ANYWHERE, (_, inner) => evaluate(inner, contexts).coerceString());
}

/** All values of a mapping, filled. */
export function fillAll(mapping, contexts) {
  return Object.fromEntries(Object.entries(mapping ?? {}).map(([name, value]) => [name, fill(value, contexts)]));
}

/** Whether an `if` holds; one that does not speak of the status holds only after success. */
export function holds(condition, contexts, status) {
  if (condition === undefined) return status("success");
  const text = String(condition).trim().replace(/^\$\{\{(.*)\}\}$/s, "$1");
  const speaks = new RegExp(`\\b(${STATUS.join("|")})\\s*\\(`).test(text);
  const result = evaluate(text, contexts, status);
  const truth = !["", "false", "0"].includes(result.coerceString()) || result.kind === data.Kind.Dictionary;
  return truth && (speaks || status("success"));
}
