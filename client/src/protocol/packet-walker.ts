import { PeykError } from "./errors.js";
import { CLIENT_FRAMES, SERVER_FRAMES } from "./frame-kinds.js";
import type { ClientFrameKind, ServerFrameKind } from "./frame-kinds.js";
import { MAX_PACKET_FRAMES } from "./limits.js";
import { WireReader, malformed } from "./wire-reader.js";

const FRAMES = (1 << 3) | 2;
const REQUEST_ID = 1 << 3;

/**
 * Goes through the frames of packets without decoding them:
 *
 *     walker.reset(packet);
 *     while (walker.next()) handle(walker.kind, packet, walker.start, walker.end);
 *
 * `next` throws `invalid_argument` for what cannot be read; nothing after that place can be trusted then.
 */
export class PacketWalker<Kind extends string> {
  /** 0 if the frame has none. */
  requestId = 0;
  /** Undefined: a frame that this version does not know (`field` has its number), or one without a body (0). */
  kind: Kind | undefined = undefined;
  field = 0;
  /** Where the body begins and ends in the packet. */
  start = 0;
  end = 0;

  #frames = 0;
  readonly #reader = new WireReader();
  readonly #kinds: readonly (Kind | undefined)[];

  constructor(kinds: readonly (Kind | undefined)[]) {
    this.#kinds = kinds;
  }

  reset(packet: Uint8Array): void {
    if (packet.length === 0) throw new PeykError("invalid_argument", "the packet is empty");
    this.#reader.reset(packet, 0, packet.length);
    this.#frames = 0;
  }

  /** Whether bytes are left that may hold frames. */
  get hasMore(): boolean {
    return this.#reader.at < this.#reader.end;
  }

  /** Goes to the next frame; false at the end of the packet. */
  next(): boolean {
    const reader = this.#reader;
    while (reader.at < reader.end) {
      const tag = reader.tag();
      if (tag === FRAMES) {
        const outer = reader.enter();
        this.#readFrame();
        reader.leave(outer);
        return true;
      }
      reader.skip(tag);
    }
    return false;
  }

  #readFrame(): void {
    this.#frames += 1;
    if (this.#frames > MAX_PACKET_FRAMES) throw tooManyFrames();
    const reader = this.#reader;
    this.requestId = 0;
    this.kind = undefined;
    this.field = 0;
    this.start = this.end = reader.at;
    while (reader.at < reader.end) {
      const tag = reader.tag();
      if (tag === REQUEST_ID) this.requestId = reader.varint();
      else if ((tag & 7) === 2) this.#readBody(tag >>> 3);
      else reader.skip(tag);
    }
  }

  #readBody(field: number): void {
    const reader = this.#reader;
    const end = reader.delimited();
    const kind = this.#kinds[field];
    if (kind !== undefined && this.kind !== undefined) {
      throw malformed(`it holds both ${this.kind} and ${kind}`);
    }
    if (kind !== undefined || this.kind === undefined) {
      this.kind = kind;
      this.field = field;
      this.start = reader.at;
      this.end = end;
    }
    reader.at = end;
  }
}

function tooManyFrames(): PeykError {
  const text = `the packet has more than ${MAX_PACKET_FRAMES} frames`;
  return new PeykError("invalid_argument", text, { limit: MAX_PACKET_FRAMES });
}

const CLIENT_KINDS = byNumber<ClientFrameKind>(CLIENT_FRAMES);
const SERVER_KINDS = byNumber<ServerFrameKind>(SERVER_FRAMES);

/** Reads what clients send. */
export function clientPacketWalker(): PacketWalker<ClientFrameKind> {
  return new PacketWalker(CLIENT_KINDS);
}

/** Reads what a broker sends. */
export function serverPacketWalker(): PacketWalker<ServerFrameKind> {
  return new PacketWalker(SERVER_KINDS);
}

function byNumber<Kind extends string>(
  frames: Readonly<Record<Kind, number>>,
): readonly (Kind | undefined)[] {
  const kinds: (Kind | undefined)[] = [];
  for (const kind of Object.keys(frames) as Kind[]) kinds[frames[kind]] = kind;
  return Array.from(kinds);
}
