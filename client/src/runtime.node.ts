import { hostname } from "node:os";
import process from "node:process";
import { VERSION } from "./version.js";

/** What is told of this process, and how it learns that it shall end. */
export function describeRuntime() {
  return {
    name: `${hostname()}:${process.pid}`,
    software: `peyk-client/${VERSION} node/${process.versions.node}`,
    onSignals: (close: () => Promise<void>): void => {
      for (const signal of ["SIGINT", "SIGTERM"] as const) {
        process.once(signal, () => void close());
      }
    },
  };
}
