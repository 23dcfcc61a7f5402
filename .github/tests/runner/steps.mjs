// Steps of a job or of a composite action: scripts are run, foreign actions have stand-ins, local actions are opened.

import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

import { fill, fillAll, holds } from "./expressions.mjs";

const KEYS = new Set(["name", "id", "if", "uses", "with", "run", "env", "shell", "working-directory"]);
const SHELLS = { undefined: ["bash", "-e"], bash: ["bash", "--noprofile", "--norc", "-eo", "pipefail"] };
const LONGEST = 10 * 60 * 1000;

/** Runs steps one after the other. Gives the steps context, and whether all went well. */
export async function runSteps(steps, job, contexts, environment) {
  const known = {};
  const all = { ...contexts, steps: known };
  let result = "success";
  for (const [index, step] of steps.entries()) {
    const odd = Object.keys(step).find((key) => !KEYS.has(key));
    if (odd) throw new Error(`the runner does not know ${odd} of step ${step.name}`);
    const name = fill(step.name ?? step.uses ?? step.run, all);
    const status = (wanted) => ({ success: result === "success", failure: result === "failure", cancelled: false, always: true })[wanted];
    const done = holds(step.if, all, status) ? await one(step, job, all, environment) : { outcome: "skipped", outputs: {}, log: "" };
    if (done.outcome === "failure") result = "failure";
    known[step.id ?? `__${index}`] = { outcome: done.outcome, conclusion: done.outcome, outputs: done.outputs };
    job.report.steps.push({ name, outcome: done.outcome, code: done.code, outputs: done.outputs, log: done.log });
  }
  return { result, steps: known };
}

async function one(step, job, contexts, environment) {
  const own = { ...environment, ...fillAll(step.env, contexts) };
  const given = fillAll(step.with, contexts);
  if (step.run !== undefined) {
    const file = join(job.temporary, `script-${job.count++}.sh`);
    writeFileSync(file, fill(step.run, contexts));
    const shell = SHELLS[step.shell];
    if (!shell) throw new Error(`the runner does not know the shell ${step.shell}`);
    return run([...shell, file], own, job, fill(step["working-directory"] ?? "", contexts));
  }
  if (step.uses.startsWith("./")) return composite(step, given, job, contexts, own);
  const standIn = job.standIns[step.uses.split("@")[0]];
  if (!standIn) throw new Error(`there is no stand-in for ${step.uses}`);
  const inputs = Object.entries(given).map(([key, value]) => [`INPUT_${key.toUpperCase()}`, value]);
  return run(standIn, { ...own, ...Object.fromEntries(inputs) }, job, "");
}

async function composite(step, given, job, contexts, environment) {
  const file = join(job.workspace, step.uses, "action.yml");
  if (!existsSync(file)) return { outcome: "failure", outputs: {}, log: `${step.uses} is not in the workspace` };
  const action = parse(readFileSync(file, "utf8"));
  const declared = Object.entries(action.inputs ?? {});
  const inputs = Object.fromEntries(declared.map(([name, input]) => [name, given[name] ?? fill(input.default ?? "", contexts)]));
  // An action sees neither the variables nor the needs of the workflow.
  const { github, runner } = contexts;
  const inside = { github, runner, inputs, env: environment };
  const { result, steps } = await runSteps(action.runs.steps, job, inside, environment);
  const outputs = Object.entries(action.outputs ?? {});
  const filled = outputs.map(([name, output]) => [name, fill(output.value, { ...inside, steps })]);
  return { outcome: result, outputs: Object.fromEntries(filled), log: "" };
}

/** Runs a command in the job's workspace; what it writes to GITHUB_OUTPUT, _ENV and _PATH counts. */
async function run(command, environment, job, directory) {
  const files = Object.fromEntries(["OUTPUT", "ENV", "PATH", "STATE"].map((name) => {
    const file = join(job.temporary, `${name}-${job.count++}`);
    writeFileSync(file, "");
    return [`GITHUB_${name}`, file];
  }));
  const all = { ...job.base, ...job.added, ...environment, ...files };
  const where = join(job.workspace, directory);
  mkdirSync(where, { recursive: true });
  const { code, log } = await spawned(command, all, where);
  const text = (name) => readFileSync(files[`GITHUB_${name}`], "utf8");
  Object.assign(job.added, pairs(text("ENV")));
  const paths = text("PATH").split("\n").filter(Boolean);
  if (paths.length) job.added.PATH = [...paths, all.PATH].join(":");
  return { outcome: code === 0 ? "success" : "failure", code, outputs: pairs(text("OUTPUT")), log };
}

function spawned(command, environment, where) {
  return new Promise((resolve) => {
    const child = spawn(command[0], command.slice(1), { cwd: where, env: environment, stdio: ["ignore", "pipe", "pipe"] });
    const timer = setTimeout(() => child.kill("SIGKILL"), LONGEST);
    let log = "";
    child.stdout.on("data", (chunk) => { log += chunk; });
    child.stderr.on("data", (chunk) => { log += chunk; });
    child.on("error", (error) => { log += `${error}\n`; });
    child.on("close", (code) => { clearTimeout(timer); resolve({ code: code ?? 137, log }); });
  });
}

/** `NAME=VALUE` lines, and values of several lines between `NAME<<WORD` and `WORD`. */
export function pairs(text) {
  const found = {};
  const lines = text.split("\n");
  while (lines.length) {
    const line = lines.shift();
    const several = /^([^=<]+)<<(.+)$/.exec(line);
    if (several) {
      const end = lines.indexOf(several[2]);
      if (end < 0) throw new Error(`${several[1]} has no end ${several[2]}`);
      found[several[1]] = lines.splice(0, end + 1).slice(0, -1).join("\n");
    } else if (line.includes("=")) {
      found[line.slice(0, line.indexOf("="))] = line.slice(line.indexOf("=") + 1);
    } else if (line.trim()) {
      throw new Error(`${line} is not NAME=VALUE`);
    }
  }
  return found;
}
