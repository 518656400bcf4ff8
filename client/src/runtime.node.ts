import { hostname } from "node:os";
import process from "node:process";
import type { Runtime } from "./runtime.js";
import { VERSION } from "./version.js";

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/** What is told of this process, and how it learns that it shall end. */
export function describeRuntime(): Runtime {
  return {
    name: `${hostname()}:${process.pid}`,
    software: `peyk-client/${VERSION} node/${process.versions.node}`,
    onSignals: (close) => {
      const stop = (): void => {
        for (const signal of SIGNALS) process.off(signal, onSignal);
      };
      const onSignal = (): void => {
        stop();
        close();
      };
      for (const signal of SIGNALS) process.on(signal, onSignal);
      return stop;
    },
  };
}
