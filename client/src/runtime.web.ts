import { VERSION } from "./version.js";

/** What is told of this page or runtime. */
export function describeRuntime() {
  return {
    name: "browser",
    software: `peyk-client/${VERSION} browser`,
    onSignals: (_close: () => Promise<void>): void => {},
  };
}
