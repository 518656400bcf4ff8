import {
  FileKind,
  RecordKind,
  SEGMENT_HEADER_BYTES,
  type JournalId,
  type SegmentHeader,
  type SegmentTail,
  type StoredRecord,
} from "../format.js";
import { PositionSet } from "../position-set.js";
import type { RecordPlace } from "../record-index.js";
import { decodeReferences } from "../references.js";
import type { FoundDamage } from "./report.js";

export type LogContentKind = "messages" | "references" | "notes";

/** What a file has of one log, that can be read. */
export interface LogContents {
  readonly kind: LogContentKind;
  readonly positions: PositionSet;
  first: number;
  last: number;
  bytes: number;
}

/** A record that a footer names and that cannot be read. */
export interface UnreadableRecord extends RecordPlace {
  readonly log: number;
}

/** Where a reference is, and what it names. */
export interface FoundReference {
  readonly log: number;
  readonly position: number;
  readonly originLog: number;
  readonly originPosition: number;
}

/** A segment or cold file: what can be read of it, and what not. */
export class SurveyedFile {
  readonly name: string;
  readonly kind: "segment" | "cold";
  readonly number: number;
  readonly size: number;
  readonly journal: JournalId;
  /** As it is, or as it can be made again where it is not readable. */
  header: SegmentHeader;
  readonly isHeaderWhole: boolean;
  tail: SegmentTail | undefined;
  /** The body of a footer that is whole. */
  footer: Uint8Array | undefined;
  /** Where all that can be read ends: a footer belongs here. */
  dataEnd = SEGMENT_HEADER_BYTES;
  /** What a crash left behind there. */
  tornBytes = 0;
  commits: { first: number; last: number } | undefined;
  times: { first: number; last: number } | undefined;
  readonly logs = new Map<number, LogContents>();
  readonly unreadable: UnreadableRecord[] = [];
  readonly references: FoundReference[] = [];
  /** Where commits are not whole. */
  readonly damages: FoundDamage[] = [];

  constructor(parts: {
    readonly name: string;
    readonly kind: "segment" | "cold";
    readonly number: number;
    readonly size: number;
    readonly journal: JournalId;
    readonly header: SegmentHeader | undefined;
    readonly version: number;
  }) {
    this.name = parts.name;
    this.kind = parts.kind;
    this.number = parts.number;
    this.size = parts.size;
    this.journal = parts.journal;
    this.isHeaderWhole = parts.header !== undefined;
    this.header = parts.header ?? {
      version: parts.version,
      kind: parts.kind === "segment" ? FileKind.hot : FileKind.cold,
      journal: parts.journal,
      file: parts.number,
      firstCommit: 0,
      createdAtMs: 0,
    };
  }

  /** Whether a start reads it without reading all of it. */
  get isSealed(): boolean {
    return this.footer !== undefined;
  }

  /** A record can be read. */
  add({ kind, log, firstPosition, count, bodyBytes, body }: StoredRecord): void {
    const name = KINDS.get(kind);
    if (!name || count === 0) return;
    if (name === "references") {
      for (const reference of decodeReferences(body, firstPosition)) {
        const { position, originLog, originPosition } = reference;
        this.references.push({ log, position, originLog, originPosition });
      }
    }
    const last = firstPosition + count - 1;
    const contents = this.logs.get(log);
    if (contents) {
      contents.positions.add(firstPosition, count);
      contents.first = Math.min(contents.first, firstPosition);
      contents.last = Math.max(contents.last, last);
      contents.bytes += bodyBytes;
      return;
    }
    const positions = new PositionSet();
    positions.add(firstPosition, count);
    this.logs.set(log, { kind: name, positions, first: firstPosition, last, bytes: bodyBytes });
  }
}

const KINDS: ReadonlyMap<RecordKind, LogContentKind> = new Map([
  [RecordKind.messages, "messages"],
  [RecordKind.references, "references"],
  [RecordKind.notes, "notes"],
]);

export const contentKindOf = (kind: RecordKind): LogContentKind | undefined => KINDS.get(kind);
