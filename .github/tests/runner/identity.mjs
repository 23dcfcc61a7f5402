// GitHub's identity service for a job that may ask: tokens whose subject names repository and environment. Loopback only.

import { createServer } from "node:http";
import { randomUUID } from "node:crypto";

const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");

/** Starts it; `environment()` is that of the job which asks, or undefined. */
export async function identity(event, secret = randomUUID()) {
  let environment;
  const server = createServer((request, response) => {
    if (request.headers.authorization !== `bearer ${secret}`) {
      response.writeHead(401).end();
      return;
    }
    const audience = new URL(request.url, "http://localhost").searchParams.get("audience");
    const suffix = environment ? `environment:${environment}` : `ref:${event.ref}`;
    const claims = {
      iss: "https://token.actions.githubusercontent.com", aud: audience, sub: `repo:${event.repository}:${suffix}`,
      repository: event.repository, ref: event.ref, ...(environment && { environment }),
    };
    // Nobody here looks at the signature; the emulator says so too.
    response.end(JSON.stringify({ value: [part({ alg: "none" }), part(claims), "unsigned"].join(".") }));
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  return {
    close: () => server.close(),
    variables(job) {
      environment = job;
      const { port } = server.address();
      return { ACTIONS_ID_TOKEN_REQUEST_URL: `http://127.0.0.1:${port}/token?version=1`, ACTIONS_ID_TOKEN_REQUEST_TOKEN: secret };
    },
  };
}
