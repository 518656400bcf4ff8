import type { Abortable, Events, LogListener } from "./types.js";

type Listener<E extends keyof Events> = (details: Events[E]) => void;

/** Tells listeners what happens. One that throws is logged and hurts nobody else. */
export class Emitter {
  readonly #listeners = new Map<keyof Events, Set<Listener<keyof Events>>>();
  readonly #log: LogListener;

  constructor(log: LogListener) {
    this.#log = log;
  }

  on<E extends keyof Events>(event: E, listener: Listener<E>, options: Abortable = {}): () => void {
    let listeners = this.#listeners.get(event);
    if (!listeners) this.#listeners.set(event, (listeners = new Set()));
    const added = listener as Listener<keyof Events>;
    listeners.add(added);
    const off = (): void => void listeners.delete(added);
    options.signal?.addEventListener("abort", off, { once: true });
    return off;
  }

  has(event: keyof Events): boolean {
    return (this.#listeners.get(event)?.size ?? 0) > 0;
  }

  emit<E extends keyof Events>(event: E, details: Events[E]): void {
    for (const listener of this.#listeners.get(event) ?? []) {
      try {
        listener(details);
      } catch (error) {
        this.#log("error", `a listener of "${event}" threw`, { error });
      }
    }
  }
}
