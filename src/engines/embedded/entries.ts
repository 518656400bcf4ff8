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
  #bytes: Uint8Array | undefined;

  get byteLength(): number {
    return this.#writer?.pos ?? 0;
  }

  add(entry: Entry): void {
    this.#writer ??= protobuf.Writer.create();
    journal.Entry.encode(entry, this.#writer.uint32(ENTRIES_TAG).fork()).ldelim();
  }

  /** What was added, however often it is asked for; `undefined` if nothing was. Nothing can be added after it. */
  finish(): Uint8Array | undefined {
    return (this.#bytes ??= this.#writer?.finish());
  }
}

/** Entries of a body whose checksum fitted, in order. */
export function decodeEntries(body: Uint8Array): readonly Entry[] {
  return journal.Entries.decode(new NumberReader(body)).entries;
}
