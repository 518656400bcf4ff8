import { DiskError, type DiskFile } from "../../src/engines/embedded/disk.js";
import type { DiskOperation } from "./disk-faults.js";
import type { SimulatedFile } from "./simulated-file.js";

/** What a call does to the disk once it is complete; until then a crash may find it done, half done or not done. */
export type FileEffect =
  | { readonly kind: "none" }
  | {
      readonly kind: "write";
      readonly file: SimulatedFile;
      readonly position: number;
      /** Not copied: who changes them while the call is under way has changed what is written. */
      readonly chunks: readonly Uint8Array[];
    }
  | { readonly kind: "truncate"; readonly file: SimulatedFile; readonly length: number }
  | { readonly kind: "sync"; readonly file: SimulatedFile; readonly end: number };

/** Given by the disk: makes a call with this effect, and checks that the machine still runs. */
export interface HandleHost {
  call(operation: DiskOperation, detail: string, effect: FileEffect): Promise<void>;
  checkAlive(operation: string): void;
}

export class SimulatedHandle implements DiskFile {
  readonly name: string;
  readonly #file: SimulatedFile;
  readonly #host: HandleHost;
  #isClosed = false;

  constructor(name: string, file: SimulatedFile, host: HandleHost) {
    this.name = name;
    this.#file = file;
    this.#host = host;
  }

  async size(): Promise<number> {
    this.#checkOpen("size");
    this.#host.checkAlive("size");
    return this.#file.length;
  }

  async read(position: number, length: number): Promise<Uint8Array> {
    this.#checkOpen("read");
    await this.#host.call("read", `${position}+${length}`, { kind: "none" });
    return this.#file.read(position, length);
  }

  async write(chunks: readonly Uint8Array[], position: number): Promise<void> {
    this.#checkOpen("write");
    const byteCount = chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0);
    const effect = { kind: "write", file: this.#file, position, chunks } as const;
    await this.#host.call("write", `${position}+${byteCount}`, effect);
  }

  async sync(): Promise<void> {
    this.#checkOpen("sync");
    await this.#host.call("sync", "", {
      kind: "sync",
      file: this.#file,
      end: this.#file.nextChange,
    });
  }

  async truncate(length: number): Promise<void> {
    this.#checkOpen("truncate");
    await this.#host.call("truncate", `${length}`, { kind: "truncate", file: this.#file, length });
  }

  async close(): Promise<void> {
    this.#host.checkAlive("close");
    this.#isClosed = true;
  }

  #checkOpen(operation: string): void {
    if (!this.#isClosed) return;
    throw new DiskError("io", operation, this.name, { cause: new Error("the file is closed") });
  }
}
