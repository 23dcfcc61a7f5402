// Runs a workflow on this machine as far as ours need it: jobs with needs, conditions, outputs, environments and called workflows; no matrix, no
// services, no containers, no concurrency (one run at a time). What it does not know is an error, never skipped.
//
// node run.mjs SPECIFICATION.json: see `specification` in stage.py. Prints what became of each job as JSON.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

import { fill, fillAll, holds } from "./expressions.mjs";
import { identity } from "./identity.mjs";
import { runSteps } from "./steps.mjs";

const WORKFLOW = new Set(["name", "on", "permissions", "concurrency", "jobs", "env"]);
const JOB = new Set([
  "name", "runs-on", "timeout-minutes", "needs", "if", "permissions", "environment", "concurrency", "outputs", "steps", "env", "uses", "with",
]);

const specification = JSON.parse(readFileSync(process.argv[2], "utf8"));
const { root, directory, event, environments, standIns, base } = specification;
const tokens = await identity(event);
const reports = {};
const result = await workflow(specification.workflow, event.inputs ?? {}, "");
tokens.close();
process.stdout.write(`${JSON.stringify({ result, jobs: reports })}\n`);

/** Runs a workflow file; `prefix` tells the jobs of called workflows apart. */
async function workflow(file, inputs, prefix) {
  const document = parse(readFileSync(join(root, file), "utf8"));
  known(document, WORKFLOW, file);
  const done = {};
  for (const name of ordered(document.jobs)) {
    const job = document.jobs[name];
    known(job, JOB, `job ${name}`);
    done[name] = await runJob(prefix + name, job, document, inputs, done);
    done[name].ancestors = new Set([].concat(job.needs ?? []).flatMap((need) => [need, ...done[need].ancestors]));
  }
  return Object.values(done).some((job) => job.result === "failure") ? "failure" : "success";
}

async function runJob(name, job, document, inputs, done) {
  const direct = [].concat(job.needs ?? []);
  const ancestors = [...new Set(direct.flatMap((need) => [need, ...done[need].ancestors]))];
  const results = (wanted) => ancestors.filter((need) => done[need].result === wanted).length;
  const status = (wanted) => ({ success: direct.every((need) => done[need].result === "success") && !results("failure"),
    failure: results("failure") > 0, cancelled: false, always: true })[wanted];
  const needs = Object.fromEntries(direct.map((need) => [need, { result: done[need].result, outputs: done[need].outputs }]));
  const contexts = { github: github(), inputs, needs, vars: specification.vars ?? {} };
  const report = { result: "skipped", environment: null, outputs: {}, steps: [], summary: "" };
  reports[name] = report;
  if (!holds(job.if, contexts, status)) return report;
  if (job.uses) {
    report.result = await workflow(job.uses, fillAll(job.with, contexts), `${name} / `);
    return report;
  }
  await runSingle(name, job, document, contexts, report);
  return report;
}

async function runSingle(name, job, document, contexts, report) {
  report.environment = job.environment ? fill(job.environment, contexts) : null;
  const environment = environments[report.environment] ?? {};
  if (report.environment && !environments[report.environment]) throw new Error(`there is no environment ${report.environment}`);
  contexts.vars = { ...contexts.vars, ...environment };
  const place = join(directory, name.replaceAll(" / ", "-"));
  const [workspace, temporary] = [join(place, "workspace"), join(place, "temporary")];
  [workspace, temporary].forEach((folder) => mkdirSync(folder, { recursive: true }));
  const summary = join(temporary, "summary.md");
  writeFileSync(summary, "");
  contexts.runner = { temp: temporary, os: "Linux", arch: "X64" };
  const may = { ...document.permissions, ...job.permissions };
  const identityVariables = may["id-token"] === "write" ? tokens.variables(report.environment) : {};
  const state = { workspace, temporary, standIns, report, count: 0, added: {}, base: {
    ...base, ...identityVariables, GITHUB_ACTIONS: "true", GITHUB_WORKSPACE: workspace, GITHUB_STEP_SUMMARY: summary, RUNNER_TEMP: temporary,
    GITHUB_SHA: event.sha, GITHUB_REF: event.ref, GITHUB_REPOSITORY: event.repository, GITHUB_ACTOR: "octocat", HOME: temporary,
  } };
  const ownEnvironment = { ...fillAll(document.env, contexts), ...fillAll(job.env, contexts) };
  const { result, steps } = await runSteps(job.steps, state, { ...contexts, env: ownEnvironment }, ownEnvironment);
  report.result = result;
  report.outputs = fillAll(job.outputs, { ...contexts, steps });
  report.summary = readFileSync(summary, "utf8");
}

function github() {
  const { name, ref, sha, repository, payload } = event;
  return { event_name: name, ref, ref_name: ref.split("/").slice(2).join("/"), sha, repository, run_id: "1", run_attempt: "1",
    server_url: "https://github.com", workflow: specification.workflow, actor: "octocat", event: payload ?? {} };
}

/** Names of jobs, each after those it needs. */
function ordered(jobs) {
  const order = [];
  const visit = (name, path) => {
    if (path.includes(name)) throw new Error(`jobs need each other: ${path.join(", ")}`);
    if (!jobs[name]) throw new Error(`there is no job ${name}`);
    [].concat(jobs[name].needs ?? []).forEach((need) => visit(need, [...path, name]));
    if (!order.includes(name)) order.push(name);
  };
  Object.keys(jobs).forEach((name) => visit(name, []));
  return order;
}

function known(mapping, keys, where) {
  const odd = Object.keys(mapping).find((key) => !keys.has(key));
  if (odd) throw new Error(`the runner does not know ${odd} of ${where}`);
}
