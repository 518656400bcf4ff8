import type { Abortable, Events, LogListener } from "./types.js";
import { onAbort, textOf } from "./waiting.js";

type Listener<E extends keyof Events> = (details: Events[E]) => void;

/** Tells listeners what happens. One that throws is logged and hurts nobody else. */
export class Emitter {
  readonly #listeners = new Map<keyof Events, Set<Listener<keyof Events>>>();
  readonly #log: LogListener;

  constructor(log: LogListener) {
    this.#log = log;
  }

  /** Returns what takes the listener away again; `options.signal` does the same. */
  on<E extends keyof Events>(event: E, listener: Listener<E>, options: Abortable = {}): () => void {
    const listeners = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, listeners);
    // A listener that is added twice is called twice, and taken away one by one.
    const added: Listener<keyof Events> = (details) => listener(details as Events[E]);
    listeners.add(added);
    const forget = onAbort(options.signal, () => listeners.delete(added));
    return () => {
      forget();
      listeners.delete(added);
    };
  }

  has(event: keyof Events): boolean {
    return (this.#listeners.get(event)?.size ?? 0) > 0;
  }

  emit<E extends keyof Events>(event: E, details: Events[E]): void {
    for (const listener of [...(this.#listeners.get(event) ?? [])]) {
      try {
        listener(details);
      } catch (error) {
        this.#log("error", `a listener of "${event}" threw: ${textOf(error)}`, { error });
      }
    }
  }
}
