import * as protocol from "../../client/src/protocol/index.js";

type Body = readonly [packet: Uint8Array, start: number, end: number];
type Rewrite = (requestId: number, ...body: Body) => void;

const writer = new protocol.PacketWriter();
const publish = new protocol.PublishWalker();
const runReader = new protocol.RunReader();
const walkers = {
  client: protocol.clientPacketWalker(),
  server: protocol.serverPacketWalker(),
};

/** Reads every frame of a packet as its receiver does, and writes what was read as its sender does. */
export function rewrite(from: "client" | "server", packet: Uint8Array): Uint8Array {
  const walker: protocol.PacketWalker<string> = walkers[from];
  const rewriters: Readonly<Record<string, Rewrite | undefined>> =
    from === "client" ? CLIENT : SERVER;
  writer.clear();
  walker.reset(packet);
  while (walker.next()) {
    const { requestId, kind, start, end } = walker;
    if (kind === undefined) continue;
    const one = rewriters[kind] ?? plain(from, kind);
    one(requestId, packet, start, end);
  }
  return writer.take();
}

const CLIENT: Readonly<Partial<Record<protocol.ClientFrameKind, Rewrite>>> = {
  publish(requestId, ...body) {
    publish.read(...body);
    protocol.beginPublish(writer, requestId, publish);
    for (const { batch } of publish.runs()) writeBatch(batch);
    protocol.endFrame(writer);
  },
  settle: (requestId, ...body) => {
    protocol.writeSettle(writer, requestId, protocol.readSettle(...body));
  },
  credit: (_, ...body) => {
    protocol.writeCredit(writer, protocol.readCredit(...body));
  },
};

const SERVER: Readonly<Partial<Record<protocol.ServerFrameKind, Rewrite>>> = {
  error: (requestId, ...body) => {
    protocol.writeErrorFrame(writer, requestId, protocol.readErrorFrame(...body));
  },
  published: (requestId, ...body) => {
    protocol.writePublished(writer, requestId, protocol.readPublished(...body));
  },
  settled: (requestId, ...body) => {
    protocol.writeSettled(writer, requestId, protocol.readSettled(...body));
  },
  deliver(_, ...body) {
    const deliver = protocol.readDeliver(...body, runReader);
    protocol.beginDeliver(writer, deliver);
    for (const detail of deliver.details) protocol.writeDetail(writer, detail);
    writeRuns(deliver.runs);
    protocol.endFrame(writer);
  },
  liveMessages(_, ...body) {
    const live = protocol.readLiveMessages(...body, runReader);
    protocol.beginLiveMessages(writer, live);
    writeRuns(live.runs);
    protocol.endFrame(writer);
  },
};

function plain(from: "client" | "server", kind: string): Rewrite {
  return (requestId, ...body) => {
    if (from === "client") {
      const known = kind as protocol.PlainClientKind;
      protocol.writeClientFrame(writer, requestId, known, protocol.readClientFrame(known, ...body));
    } else {
      const known = kind as protocol.PlainServerKind;
      protocol.writeServerFrame(writer, requestId, known, protocol.readServerFrame(known, ...body));
    }
  };
}

function writeRuns(runs: readonly protocol.DeliveredRun[]): void {
  for (const run of runs) {
    const messages = new protocol.PacketWriter();
    for (let index = 0; index < run.batch.count; index += 1) {
      protocol.writeMessage(messages, new protocol.DecodedMessage(run.batch.message(index)));
    }
    protocol.writeRun(writer, run, messages.view());
  }
}

function writeBatch(batch: protocol.MessageBatch): void {
  for (let index = 0; index < batch.count; index += 1) {
    const [start, end] = [batch.bodyStart(index), batch.bodyEnd(index)];
    protocol.writeMessage(writer, new protocol.DecodedMessage(batch.bytes, start, end));
  }
}
