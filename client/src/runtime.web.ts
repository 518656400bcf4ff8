import type { Runtime } from "./runtime.js";
import { VERSION } from "./version.js";

/** What is told of this page or runtime. */
export function describeRuntime(): Runtime {
  return {
    name: "browser",
    software: `peyk-client/${VERSION} browser`,
    onSignals:
      (_close: () => void): (() => void) =>
      () => {},
  };
}
