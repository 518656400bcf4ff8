// A broker in a process of its own, from the last build: options as JSON in the first argument. Says its URL on stdout,
// and drains on SIGTERM.
const { Server } = await import(new URL("../../dist/server.js", import.meta.url).href);

const server = await Server.start(JSON.parse(process.argv[2] ?? "{}"));
process.stdout.write(`${server.url}\n`);
server.onFailure(() => process.exit(74));
process.once("SIGTERM", () => {
  void server.close().then(() => process.exit(0));
});
setInterval(() => {}, 60_000); // the broker's own timers do not keep a process alive
