/** The entries of the journal (proto/peyk/journal/v1/journal.proto) as bytes. */
import { NumberReader } from "@peyk/client/protocol";
import protobuf from "protobufjs/minimal.js";
import { peyk } from "./generated/journal.js";

export const journal = peyk.journal.v1;
export type Entry = peyk.journal.v1.IEntry;
export type Piece = peyk.journal.v1.IPiece;

const ENTRIES_TAG = (1 << 3) | 2;

/** Collects entries as the body of an ENTRIES record. */
export class EntryWriter {
  #writer: protobuf.Writer | undefined;

  add(entry: Entry): void {
    this.#writer ??= protobuf.Writer.create();
    journal.Entry.encode(entry, this.#writer.uint32(ENTRIES_TAG).fork()).ldelim();
  }

  /** What was added, and begins anew; `undefined` if nothing was. */
  take(): Uint8Array | undefined {
    const bytes = this.#writer?.finish();
    this.#writer = undefined;
    return bytes;
  }
}

/** Entries of a body whose checksum fitted, in order. */
export function decodeEntries(body: Uint8Array): readonly peyk.journal.v1.Entry[] {
  return journal.Entries.decode(new NumberReader(body)).entries as peyk.journal.v1.Entry[];
}
