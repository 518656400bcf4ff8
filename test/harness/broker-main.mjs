// A broker in a process of its own, from the last build: options as JSON in the first argument. Says its URL on stdout,
// and drains on SIGTERM.
const { Server } = await import(new URL("../../dist/server.js", import.meta.url).href);

const options = JSON.parse(process.argv[2] ?? "{}");
const server = await Server.start({ ...options, onFailure: () => process.exit(74) });
process.stdout.write(`${server.url}\n`);
process.once("SIGTERM", () => {
  void server.close().then(() => process.exit(0));
});
setInterval(() => {}, 60_000); // the broker's own timers do not keep a process alive
