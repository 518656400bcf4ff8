import type { Pending } from "./link.js";
import {
  PeykError,
  readErrorFrame,
  readPublished,
  type PublishedRange,
  type ServerFrameKind,
} from "./protocol/index.js";
import type { Published } from "./types.js";

/** What a batch tells whoever sent it. */
export interface BatchOwner {
  /** All of it is answered, or refused for good. */
  done(batch: Batch): void;
  /** Some of it was stored. */
  stored(): void;
  /** True if the broker refused it only because it stops: then it stays, for the next connection. */
  isHeldBack(batch: Batch, error: PeykError): boolean;
  toNobody(topic: string): void;
}

/** Messages for one topic that travel together: one Publish frame, kept until it is answered. */
export class Batch implements Pending {
  readonly topic: string;
  readonly requireSubscription: boolean;
  /** On the monotonic clock. */
  readonly deadline: number;
  readonly resolve: ((published: Published) => void)[] = [];
  readonly reject: ((error: Error) => void)[] = [];
  /** Set when it is sent for the first time; 0 before. */
  firstSequence = 0;
  /** Sent on a connection, and not refused: it may be stored. */
  wasSent = false;
  /** What was written, once it is complete. */
  messages: Uint8Array = new Uint8Array(0);
  payloadBytes = 0;
  readonly #owner: BatchOwner;
  #isEnded = false;

  constructor(
    owner: BatchOwner,
    parts: {
      readonly topic: string;
      readonly requireSubscription: boolean;
      readonly deadline: number;
    },
  ) {
    this.#owner = owner;
    this.topic = parts.topic;
    this.requireSubscription = parts.requireSubscription;
    this.deadline = parts.deadline;
  }

  get count(): number {
    return this.resolve.length;
  }

  answered(kind: ServerFrameKind, packet: Uint8Array, start: number, end: number): void {
    if (this.#isEnded) return;
    if (kind === "published") {
      const { epoch, ranges } = readPublished(packet, start, end);
      this.#end();
      this.#settle(epoch, ranges);
    } else if (kind === "error") {
      const error = readErrorFrame(packet, start, end);
      if (!this.#owner.isHeldBack(this, error)) this.fail(error);
    } else this.fail(new PeykError("protocol_violation", `a publish was answered by ${kind}`));
  }

  /** It stays where it is, and is sent again. */
  lost(): void {
    // the publisher sends what is not answered once the link is open again
  }

  /** Rejects all of it. */
  fail(error: PeykError): void {
    if (this.#isEnded) return;
    this.#end();
    for (const reject of this.reject) reject(error);
  }

  #end(): void {
    this.#isEnded = true;
    this.#owner.done(this);
  }

  #settle(epoch: number, ranges: readonly PublishedRange[]): void {
    const life = epoch.toString(16);
    let index = 0;
    for (const { count, error, firstPosition, duplicate, subscriptions } of ranges) {
      if (!error) this.#owner.stored();
      if (!error && subscriptions === 0) this.#owner.toNobody(this.topic);
      for (let offset = 0; offset < count; offset += 1, index += 1) {
        if (error) this.reject[index]?.(error);
        else {
          const position = firstPosition + offset;
          this.resolve[index]?.({ id: `${life}-${position}`, position, duplicate, subscriptions });
        }
      }
    }
    if (index >= this.count) return;
    const error = new PeykError("internal", "the broker did not answer for this message");
    for (; index < this.count; index += 1) this.reject[index]?.(error);
  }
}
