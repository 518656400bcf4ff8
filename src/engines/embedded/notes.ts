import type { RecordReader } from "./reader.js";

/** A note, if it could be read. */
export interface FoundNote {
  readonly text: string | undefined;
}

/** Reads the notes that failed messages carry: each is a record of its own in the subscription's log of notes. */
export class NoteReader {
  readonly #reader: RecordReader;
  /** The log of notes; it may be made later. */
  readonly #log: () => number | undefined;
  readonly #loaded: (error?: unknown) => void;
  #last: { readonly position: number; note: FoundNote | undefined } | undefined;

  /** `loaded` is called when a note was read, or could not be for an error of the disk. */
  constructor(
    reader: RecordReader,
    log: () => number | undefined,
    loaded: (error?: unknown) => void,
  ) {
    this.#reader = reader;
    this.#log = log;
    this.#loaded = loaded;
  }

  /** The note at `position`, 0 being none; `undefined`: the disk was asked, and `loaded` will be called. */
  find(position: number): FoundNote | undefined {
    const log = this.#log();
    if (position === 0 || log === undefined) return { text: undefined };
    if (this.#last?.position !== position) this.#load(log, position);
    return this.#last?.note;
  }

  async read(position: number): Promise<string | undefined> {
    const log = this.#log();
    if (position === 0 || log === undefined) return undefined;
    const [read] = await this.#reader.read(log, position, 1);
    if (!read?.record || read.first !== position) return undefined;
    return Buffer.from(read.record.body).toString();
  }

  #load(log: number, position: number): void {
    const asked: { readonly position: number; note: FoundNote | undefined } = {
      position,
      note: undefined,
    };
    this.#last = asked;
    this.read(position).then(
      (text) => {
        asked.note = { text };
        this.#loaded();
      },
      (error: unknown) => this.#loaded(error),
    );
  }
}
