/** What differs between runtimes beside their sockets. */
export interface Runtime {
  /** Default name of a client. */
  readonly name: string;
  /** "peyk-client/0.1.0 node/20.19.0" */
  readonly software: string;
  /** Calls back at the first SIGINT or SIGTERM; a second one ends the process as always. Returns what takes that back. */
  readonly onSignals: (close: () => void) => () => void;
}
