import type { ConnectOptions, LogListener } from "./types.js";

/** The listener that was given, which cannot hurt its caller; by default warnings and errors as lines on the console. */
export function createLog(log: ConnectOptions["log"]): LogListener {
  if (log === false) return () => {};
  const listener = log ?? logToConsole;
  return (level, text, fields) => {
    try {
      listener(level, text, fields);
    } catch {
      // Nobody is left who could be told.
    }
  };
}

const logToConsole: LogListener = (level, text) => {
  if (level !== "info") console[level](`peyk: ${text}`); // eslint-disable-line no-console -- the documented default of `log`
};
