/** Time as the SDK sees it. Injected, so that a test broker can move its clients' clocks too. */
export interface Clock {
  /** Whole ms since 1970. */
  now(): number;
  /** ms since some start; never goes back. */
  monotonic(): number;
  /** Calls back once, `delayMs` from now or later. */
  setTimer(delayMs: number, callback: () => void): Timer;
  /** Calls back once the events of this turn have been handled, so that what they bring is taken together. */
  defer(callback: () => void): void;
}

export interface Timer {
  cancel(): void;
}

/** Node has it; browsers do not. */
declare const setImmediate: ((callback: () => void) => unknown) | undefined;

/** The time of this runtime. Timers do not keep a Node process alive: its socket does. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimer(delayMs, callback) {
    const handle = setTimeout(callback, delayMs) as unknown as number & { unref?(): void };
    handle.unref?.();
    return { cancel: () => clearTimeout(handle) };
  },
  defer: createDefer(),
};

/** setImmediate where it exists; else a message to ourselves, because timers are held up to 4 ms and more. */
function createDefer(): (callback: () => void) => void {
  if (typeof setImmediate === "function") return setImmediate;
  const callbacks: (() => void)[] = [];
  const channel = new MessageChannel();
  channel.port1.onmessage = () => callbacks.shift()?.();
  return (callback) => {
    callbacks.push(callback);
    channel.port2.postMessage(undefined);
  };
}
