import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";

/** What the pages tell. */
export interface PageSource {
  status(): {
    readonly version?: string | undefined;
    readonly state?: string | undefined;
    readonly topics?: number | undefined;
    readonly subscriptions?: number | undefined;
    readonly connections?: number | undefined;
  };
}

const HEADERS = {
  "Cache-Control": "no-store",
  "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
  "X-Content-Type-Options": "nosniff",
};

/** States in which clients are served; on a full disk they still settle and consume. */
const SERVING: ReadonlySet<string | undefined> = new Set(["serving", "full"]);

/** `/`: what this is, for people. `/healthz`: the state, for machines; 503 while it does not serve. */
export function createRequestListener(source: PageSource): RequestListener {
  return (request, response) => {
    const path = (request.url ?? "").split("?", 1)[0];
    if (request.method !== "GET" && request.method !== "HEAD") {
      return answer(request, response, 405, "text/plain", "Method not allowed\n", {
        Allow: "GET, HEAD",
      });
    }
    if (path === "/healthz") return answerHealth(request, response, source);
    if (path === "/") return answer(request, response, 200, "text/html", page(source));
    return answer(request, response, 404, "text/plain", "Not found\n");
  };
}

function answerHealth(
  request: IncomingMessage,
  response: ServerResponse,
  source: PageSource,
): void {
  const { state, version } = source.status();
  const body = `${JSON.stringify({ state, version })}\n`;
  answer(request, response, SERVING.has(state) ? 200 : 503, "application/json", body);
}

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  type: string,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, {
    ...HEADERS,
    ...headers,
    "Content-Type": `${type}; charset=utf-8`,
    "Content-Length": Buffer.byteLength(body),
  });
  response.end(request.method === "HEAD" ? undefined : body);
}

/** How the page begins. */
const STATES: Readonly<Record<string, string>> = {
  serving: "A message broker is serving here",
  draining: "A message broker is about to stop here",
  full: "A message broker is here, and its disk is full",
  failed: "A message broker is here that cannot write its journal any more",
};

function page(source: PageSource): string {
  const status = source.status();
  const { version = "", state = "", topics = 0, subscriptions = 0, connections = 0 } = status;
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Peyk ${version}</title>
<style>
  body { font: 16px/1.6 system-ui, sans-serif; max-width: 40rem; margin: 4rem auto; padding: 0 1rem; }
  code { background: #8882; padding: .1em .4em; border-radius: 4px; }
  :root { color-scheme: light dark; }
</style>
<h1>Peyk ${version}</h1>
<p>${STATES[state] ?? "A message broker is here"}: ${count(topics, "topic")}, ${count(subscriptions, "subscription")},
${count(connections, "connection")}.</p>
<p>This address speaks the WebSocket subprotocols <code>peyk.v1</code> and <code>peyk.v1.json</code>.
Connect with <code>@peyk/client</code> or the <code>peyk</code> command; <a href="/healthz">/healthz</a> has the state
for machines.</p>
</html>
`;
}

const count = (number: number, what: string): string =>
  `${number} ${what}${number === 1 ? "" : "s"}`;
