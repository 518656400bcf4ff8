import type { Clock, Timer } from "./clock.js";
import type { PeykError } from "./protocol/index.js";
import type { Socket } from "./socket.js";

export type LinkState =
  /** `timer`: ends the attempt. */
  | {
      readonly name: "connecting";
      readonly attempt: number;
      readonly socket: Socket | undefined;
      readonly timer: Timer;
    }
  | {
      readonly name: "open";
      readonly attempt: number;
      readonly socket: Socket;
      readonly openedAt: number;
    }
  /** The broker said goodbye: what runs is finished, nothing new is begun. */
  | {
      readonly name: "leaving";
      readonly attempt: number;
      readonly socket: Socket;
      readonly openedAt: number;
    }
  | { readonly name: "waiting"; readonly attempt: number; readonly timer: Timer }
  | { readonly name: "closed"; readonly cause: PeykError | undefined };

/** Legal moves; a timer of the state that is left is cancelled. */
export const NEXT: { readonly [From in LinkState["name"]]: readonly LinkState["name"][] } = {
  connecting: ["open", "waiting", "closed"],
  open: ["leaving", "waiting", "closed"],
  leaving: ["waiting", "closed"],
  waiting: ["connecting", "closed"],
  closed: [],
};

/** How long a timer may be late before it counts as held up, with all that waits in sockets, in ms. */
const LATE_MS = 1_000;

/**
 * Notices that a broker fell silent: it pings, so where nothing came for `longestMs`, nobody is there. After this process
 * itself was held up, what came meanwhile is read first.
 */
export class SilenceWatch {
  readonly #clock: Clock;
  readonly #longestMs: number;
  readonly #onSilent: (silentMs: number) => void;
  #heardAt: number;
  #timer: Timer | undefined;

  constructor(clock: Clock, longestMs: number, onSilent: (silentMs: number) => void) {
    this.#clock = clock;
    this.#longestMs = longestMs;
    this.#onSilent = onSilent;
    this.#heardAt = clock.monotonic();
    this.#wait(longestMs);
  }

  heard(): void {
    this.#heardAt = this.#clock.monotonic();
  }

  stop(): void {
    this.#timer?.cancel();
  }

  #wait(delayMs: number): void {
    const dueAt = this.#clock.monotonic() + delayMs;
    this.#timer = this.#clock.setTimer(delayMs, () => {
      const now = this.#clock.monotonic();
      const silentMs = now - this.#heardAt;
      if (silentMs < this.#longestMs) this.#wait(this.#longestMs - silentMs);
      else if (now - dueAt > LATE_MS) this.#wait(LATE_MS);
      else this.#onSilent(silentMs);
    });
  }
}
