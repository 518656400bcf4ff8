/** The public door of package `peyk`: everything of the client, and the broker. */
export * from "@peyk/client";
export { startBroker } from "./embedding.js";
export type { Broker } from "./embedding.js";
export type { BrokerOptions, LogLevel, LogListener } from "./options.js";
export { DirectoryInUse, DirectoryUnusable } from "./engines/embedded/disk.js";
export { JournalDamaged, JournalFailed, JournalFormatUnknown } from "./engines/embedded/errors.js";
