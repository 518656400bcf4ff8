import { connect, type ConnectOptions, type Peyk } from "@peyk/client";
import { startBroker, type Broker } from "../../src/embedding.js";
import type { BrokerOptions } from "../../src/options.js";
import { Proxy } from "./proxy.js";

interface Closable {
  close(options?: { readonly timeoutMs?: number }): Promise<void>;
}

/** A broker that listens, a proxy in front of it, and clients; all of it is closed at once. */
export class SdkWorld {
  readonly log: string[] = [];
  readonly #closables: Closable[] = [];

  async broker(options: Partial<BrokerOptions> = {}): Promise<Broker & { readonly url: string }> {
    const place = options.dataDir === undefined ? { memory: true } : {};
    const broker = await startBroker({ listen: "127.0.0.1:0", ...place, ...options });
    this.#closables.push({ close: () => broker.close({ timeoutMs: 100 }) });
    return broker as Broker & { readonly url: string };
  }

  async proxy(broker: { readonly url: string }): Promise<Proxy> {
    const proxy = await Proxy.start(broker.url);
    this.#closables.push(proxy);
    return proxy;
  }

  /** A client whose log goes to `log`. */
  async client(url: string | readonly string[], options: ConnectOptions = {}): Promise<Peyk> {
    const client = await connect(url, { log: (level, text) => this.note(level, text), ...options });
    this.#closables.push({ close: () => client.close({ timeoutMs: 100 }) });
    return client;
  }

  note(level: string, text: string): void {
    this.log.push(`${level}: ${text}`);
  }

  async close(): Promise<void> {
    for (const closable of this.#closables.splice(0).reverse()) await closable.close();
  }
}

/** Resolves with the next `count` details of an event. */
export function next<E extends "state" | "resumed" | "failed" | "lease_lost" | "gap">(
  client: Peyk,
  event: E,
): Promise<Parameters<Parameters<typeof client.on<E>>[1]>[0]> {
  return new Promise((resolve) => {
    const off = client.on(event, (details) => {
      off();
      resolve(details);
    });
  });
}

/** A list that can be waited for. */
export class Arrivals<Item> {
  readonly items: Item[] = [];
  readonly #waiting: { readonly count: number; readonly resolve: () => void }[] = [];

  readonly add = (item: Item): void => {
    this.items.push(item);
    for (const { count, resolve } of this.#waiting) if (this.items.length >= count) resolve();
  };

  /** Resolves once so many are there. */
  async reach(count: number): Promise<readonly Item[]> {
    if (this.items.length < count) {
      await new Promise<void>((resolve) => this.#waiting.push({ count, resolve }));
    }
    return this.items;
  }
}

/** A promise and what settles it. */
export function deferred<Value = void>(): {
  readonly promise: Promise<Value>;
  readonly resolve: (value: Value) => void;
} {
  let resolve: (value: Value) => void = () => {};
  const promise = new Promise<Value>((settle) => (resolve = settle));
  return { promise, resolve };
}

/** Everything that an iterable gives. */
export async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const list: Item[] = [];
  for await (const item of items) list.push(item);
  return list;
}
