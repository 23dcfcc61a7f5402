// Asking the service. Every outcome is a value: an answer, a problem, or that nothing came back.

/** Longest time to wait for an answer, in milliseconds. */
const PATIENCE = 30_000;

/** Features that an explanation names. */
const EXPLAINED = 10;

/** All models: `{models, absent, chosen}`, where `chosen` names the one to show first. Throws an Error whose message can be shown. */
export async function loadModels() {
  const outcome = await ask("/v1/models");
  if (!outcome.ok) throw new Error(outcome.problem.detail);
  const models = Array.isArray(outcome.body?.models) ? outcome.body.models : [];
  const absent = Array.isArray(outcome.body?.absent) ? outcome.body.absent : [];
  return { models, absent, chosen: outcome.body?.default_model ?? null };
}

/** How the model's recent input compares with its training data, or null if that is not known. */
export async function loadDrift(name) {
  const outcome = await ask(`/v1/models/${encodeURIComponent(name)}/drift`);
  return outcome.ok ? outcome.body : null;
}

/** Whether the service takes requests: `ready`, `draining`, … or null. */
export async function loadReadiness() {
  const outcome = await ask("/ready");
  return outcome.body?.status ?? null;
}

/** Path and body of a prediction. */
export function request(model, input) {
  const version = model.pinned ? `/versions/${encodeURIComponent(model.version)}` : "";
  const path = `/v1/models/${encodeURIComponent(model.name)}${version}/predict?explain=${EXPLAINED}`;
  return { path, body: JSON.stringify(input) };
}

/** Asks for a prediction. */
export async function predict(model, input) {
  const { path, body } = request(model, input);
  return ask(path, { method: "POST", headers: { "content-type": "application/json" }, body });
}

/** The same request for a POSIX shell. */
export function curl(model, input) {
  const { path, body } = request(model, input);
  const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;
  return `curl -sS ${quoted(location.origin + path)} -H 'content-type: application/json' -d ${quoted(body)}`;
}

async function ask(path, options = {}) {
  const started = performance.now();
  let response, text;
  try {
    response = await fetch(path, { ...options, signal: AbortSignal.timeout(PATIENCE) });
    text = await response.text();
  } catch (error) {
    return { ok: false, status: 0, problem: lost(error), took: performance.now() - started };
  }
  const took = onTheWire(path) ?? performance.now() - started;
  const body = parsed(text);
  const told = {
    status: response.status,
    took,
    judged: judged(response.headers.get("server-timing")),
    id: response.headers.get("x-request-id"),
    version: response.headers.get("x-model-version"),
    body,
  };
  if (response.ok && body !== undefined) return { ...told, ok: true };
  return { ...told, ok: false, problem: problem(response, body), wait: wait(response.headers.get("retry-after")) };
}

/** What the browser measured for the newest request of a path, without its own waiting before it; or null. */
function onTheWire(path) {
  const entry = performance.getEntriesByName(new URL(path, location).href).at(-1);
  performance.clearResourceTimings();
  return entry?.requestStart > 0 ? entry.responseEnd - entry.requestStart : null;
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function lost(error) {
  if (error.name === "TimeoutError") {
    return { title: "No answer", detail: `The service did not answer within ${PATIENCE / 1000} seconds.`, errors: [] };
  }
  const detail = navigator.onLine
    ? "The service could not be reached. See whether it still runs, then try again."
    : "This computer is offline. Connect it, then try again.";
  return { title: "No connection", detail, errors: [] };
}

/** What an answer says is wrong; answers of proxies in between may not be problem documents. */
function problem(response, body) {
  const known = typeof body === "object" && body !== null ? body : {};
  const detail = known.detail ?? (response.ok ? "The answer is not JSON." : `The service answered ${response.status}.`);
  const errors = Array.isArray(known.errors) ? known.errors : [];
  return { title: known.title ?? "Not answered", detail: String(detail), errors };
}

/** Seconds of a Retry-After header (seconds or a date), or null. */
function wait(header) {
  if (!header) return null;
  const seconds = /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - Date.now()) / 1000;
  return Number.isFinite(seconds) ? Math.min(Math.max(Math.ceil(seconds), 0), 3600) : null;
}

/** Milliseconds that the model took, as the service says (`predict;dur=0.012`), or null. */
function judged(header) {
  const found = /(?:^|,)\s*predict\s*;\s*dur="?([\d.]+)/.exec(header ?? "");
  const ms = found ? Number(found[1]) : NaN;
  return Number.isFinite(ms) ? ms : null;
}
