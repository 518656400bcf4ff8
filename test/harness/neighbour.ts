import { RawClient } from "./raw-client.js";

/** No hostile peer guesses it. */
const TOPIC = "neighbour.f3a9c2d817e6";
const SUBSCRIPTION = `${TOPIC}/own`;

const FILLING_TOPIC = "filling";
const FILLING = `${FILLING_TOPIC}/own`;
const FILLING_BYTES = 512 * 1024;

/** A client that behaves while others do not: gets what it publishes, all of it, in order and once. */
export class Neighbour {
  readonly client: RawClient;
  #published = 0;

  private constructor(client: RawClient) {
    this.client = client;
  }

  static async connect(url: string): Promise<Neighbour> {
    const client = await RawClient.connect(url, { clientName: "neighbour" });
    await client.subscribe(SUBSCRIPTION);
    return new Neighbour(client);
  }

  /** Publishes some messages, gets exactly these, and settles them. */
  async work(count = 3): Promise<void> {
    const first = this.#published + 1;
    const texts = Array.from({ length: count }, (_, index) => `message ${first + index}`);
    this.#published += count;
    const { ranges } = await this.client.publish(TOPIC, texts);
    const stored = ranges.reduce((sum, range) => sum + (range.error ? 0 : range.count), 0);
    const deliveries = await this.client.deliveries(count);
    const settled = await this.client.settle([{ firstDelivery: first, count }]);
    const isExact = deliveries.every(
      ({ text, delivery }, index) => text === texts[index] && delivery === first + index,
    );
    const isSettled = settled.every(({ outcome }) => outcome === "ok");
    if (stored === count && isExact && isSettled && this.client.undelivered.length === 0) return;
    const got = deliveries.map(({ text, delivery }) => `${delivery}: ${text}`).join(", ");
    throw new Error(`${texts.join(", ")} were published, ${stored} stored; got ${got}`);
  }

  /** Publishes so many bytes and deletes them again: what the broker keeps of the last messages is full then. */
  async fill(bytes: number): Promise<void> {
    const payload = new Uint8Array(FILLING_BYTES);
    await this.client.request("createSubscription", { name: FILLING });
    for (let left = bytes; left > 0; left -= payload.byteLength) {
      await this.client.publish(FILLING_TOPIC, [{ payload }]);
    }
    await this.tidyUp();
  }

  /** Deletes every topic and subscription but its own, and returns how many there were. */
  async tidyUp(): Promise<number> {
    let count = 0;
    for (;;) {
      const { topics } = await this.client.ask("listTopics", {}, "topics");
      const { subscriptions } = await this.client.ask("listSubscriptions", {}, "subscriptions");
      const others = topics.filter(({ name }) => name !== TOPIC);
      const foreign = subscriptions.filter(({ name }) => name !== SUBSCRIPTION);
      if (others.length + foreign.length === 0) return count;
      count += others.length + foreign.length;
      for (const { name } of foreign) {
        await this.client.request("deleteSubscription", { name, force: true });
      }
      for (const { name } of others)
        await this.client.request("deleteTopic", { name, force: true });
    }
  }
}
