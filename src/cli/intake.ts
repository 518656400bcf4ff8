import type { Consumer, Delivery, Peyk, SubscriptionName } from "@peyk/client";

/** What is taken, and until when. */
export interface IntakeOptions {
  readonly subscriptions: readonly SubscriptionName[];
  readonly concurrency: number;
  /** Ends after exactly so many. */
  readonly count: number | undefined;
  /** Ends when nothing came for so long, in ms. */
  readonly idleMs: number | undefined;
  readonly ackOnDelivery: boolean;
  /** Ends in peace: nothing more is taken, what runs may finish. */
  readonly signal: AbortSignal;
  /** Told once it takes part. */
  readonly onReady?: (consumer: Consumer) => void;
}

/** What becomes of a delivery; a handler that throws anything ends the intake, and gives the delivery back. */
export type Verdict =
  | { readonly kind: "ack" }
  | { readonly kind: "nack" | "reject"; readonly reason: string }
  | { readonly kind: "release" };

export interface IntakeResult {
  /** Messages that were settled for good or for another try, released ones not counted. */
  readonly handled: number;
  readonly end: "count" | "idle" | "stopped";
}

/** Takes messages from subscriptions until there were enough, none came, somebody wants an end, or a handler throws. */
export async function takeMessages(
  client: Peyk,
  options: IntakeOptions,
  handle: (delivery: Delivery) => Promise<Verdict>,
): Promise<IntakeResult> {
  const intake = new Intake(options, handle);
  const { count, concurrency, ackOnDelivery } = options;
  const consumer = await client.subscribe(
    options.subscriptions,
    (delivery) => intake.take(delivery),
    {
      concurrency: Math.min(concurrency, count ?? Infinity),
      ...(count !== undefined && { buffer: { messages: 0 } }),
      ...(ackOnDelivery && { ack: "on-delivery" }),
    },
  );
  intake.begin();
  options.onReady?.(consumer);
  try {
    return await intake.finished;
  } finally {
    await consumer.close();
    await intake.settled();
  }
}

class Intake {
  readonly finished: Promise<IntakeResult>;
  readonly #options: IntakeOptions;
  readonly #handle: (delivery: Delivery) => Promise<Verdict>;
  readonly #settling = new Set<Promise<unknown>>();
  #finish: (end: IntakeResult["end"]) => void = () => {};
  #fail: (error: unknown) => void = () => {};
  #taken = 0;
  #handled = 0;
  #isOver = false;
  #idle: NodeJS.Timeout | undefined;

  constructor(options: IntakeOptions, handle: (delivery: Delivery) => Promise<Verdict>) {
    this.#options = options;
    this.#handle = handle;
    this.finished = new Promise((resolve, reject) => {
      this.#finish = (end) => resolve({ handled: this.#handled, end });
      this.#fail = reject;
    });
    const { signal } = options;
    if (signal.aborted) this.#end("stopped");
    signal.addEventListener("abort", () => this.#end("stopped"), { once: true });
  }

  /** It takes part: from now on nothing may come. */
  begin(): void {
    if (this.#taken === this.#handled) this.#wait();
  }

  /** Never throws: the verdict is settled here. */
  async take(delivery: Delivery): Promise<void> {
    const { count = Infinity } = this.#options;
    if (this.#isOver || this.#taken >= count) return this.#settle(delivery, { kind: "release" });
    this.#taken += 1;
    clearTimeout(this.#idle);
    try {
      const verdict = await this.#handle(delivery);
      if (verdict.kind === "release") this.#taken -= 1;
      else this.#handled += 1;
      this.#settle(delivery, verdict);
    } catch (error) {
      this.#settle(delivery, { kind: "release" });
      this.#isOver = true;
      this.#fail(error);
    }
    if (this.#handled >= count) this.#end("count");
    else if (this.#taken === this.#handled) this.#wait();
  }

  /** Resolves when the broker knows of everything. */
  async settled(): Promise<void> {
    clearTimeout(this.#idle);
    await Promise.allSettled(this.#settling);
  }

  #wait(): void {
    const { idleMs } = this.#options;
    clearTimeout(this.#idle);
    if (idleMs !== undefined) this.#idle = setTimeout(() => this.#end("idle"), idleMs);
  }

  #end(end: IntakeResult["end"]): void {
    this.#isOver = true;
    this.#finish(end);
  }

  /** A lease that was lost is told by the client's log. */
  #settle(delivery: Delivery, verdict: Verdict): void {
    const settling = say(delivery, verdict).catch(() => {});
    this.#settling.add(settling);
    void settling.then(() => this.#settling.delete(settling));
  }
}

function say(delivery: Delivery, verdict: Verdict): Promise<void> {
  switch (verdict.kind) {
    case "ack":
      return delivery.ack();
    case "nack":
      return delivery.nack({ reason: verdict.reason });
    case "reject":
      return delivery.reject(verdict.reason);
    case "release":
      return delivery.release();
  }
}
