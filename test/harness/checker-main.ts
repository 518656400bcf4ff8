/**
 * The checker: a process of its own that keeps the ledger, so that nothing which is killed takes the truth with it. Clients
 * send events over a local socket, one JSON text a line. What was read is judged, appended to the log, synced, and then
 * answered: who waits for the answer to an intent has it on disk before it acts.
 *
 * Arguments: the path of the socket, the path of the log, the options as JSON.
 */
import { fdatasync, openSync, writeSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { applyEvent, judgementOf, type LedgerEvent } from "./ledger-events.js";
import { Ledger, type LedgerOptions } from "./ledger.js";

/** Asked for once all events before it were judged. */
export interface JudgementRequest {
  readonly kind: "judge";
}

export interface CheckerAnswer {
  /** Of this connection: its own numbers follow from it. */
  readonly connection?: number;
  /** How many events of this connection are judged and synced. */
  readonly synced: number;
  /** Messages at each subscription, and dead letters: what loads go by. */
  readonly counts: Readonly<Record<string, readonly [live: number, dead: number]>>;
  readonly judgement?: ReturnType<typeof judgementOf>;
}

interface Peer {
  readonly socket: Socket;
  readonly connection: number;
  events: number;
  isAsking: boolean;
}

const [socketPath = "", logPath = "", optionsText = "{}"] = process.argv.slice(2);
const ledger = new Ledger(JSON.parse(optionsText) as LedgerOptions);
const log = openSync(logPath, "wx");
let connections = 0;
let isSyncing = false;
const waiting = new Set<Peer>();

writeSync(log, `${optionsText}\n`);

createServer((socket) => {
  const peer: Peer = { socket, connection: connections++, events: 0, isAsking: false };
  let rest = "";
  socket.setEncoding("utf8");
  socket.on("error", () => {}); // a load that was killed
  socket.on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    take(peer, lines);
  });
  answer(peer, { connection: peer.connection });
}).listen(socketPath, () => process.stdout.write("ready\n"));

// The test is gone: nobody wants to know any more.
process.stdin.on("end", () => process.exit(0)).resume();

function take(peer: Peer, lines: readonly string[]): void {
  const kept: string[] = [];
  for (const line of lines) {
    const event = JSON.parse(line) as LedgerEvent | JudgementRequest;
    if (event.kind === "judge") {
      peer.isAsking = true;
      continue;
    }
    peer.events += 1;
    kept.push(line);
    applyEvent(ledger, event);
  }
  if (kept.length > 0) writeSync(log, `${kept.join("\n")}\n`);
  waiting.add(peer);
  sync();
}

/** One sync is under way at a time; what arrives meanwhile is in the next one. */
function sync(): void {
  if (isSyncing || waiting.size === 0) return;
  isSyncing = true;
  const covered = [...waiting].map((peer) => ({ peer, synced: peer.events }));
  waiting.clear();
  fdatasync(log, (error) => {
    if (error) throw error;
    isSyncing = false;
    for (const { peer, synced } of covered) {
      const isAsking = peer.isAsking && synced === peer.events;
      if (isAsking) peer.isAsking = false;
      answer(peer, { synced, ...(isAsking && { judgement: judgementOf(ledger) }) });
    }
    sync();
  });
}

function answer(peer: Peer, parts: Partial<CheckerAnswer>): void {
  const counts = Object.fromEntries(
    ledger.subscriptions.map((subscription) => [
      subscription,
      [ledger.count({ subscription, isDead: false }), ledger.count({ subscription, isDead: true })],
    ]),
  );
  peer.socket.write(`${JSON.stringify({ synced: 0, counts, ...parts })}\n`);
}
