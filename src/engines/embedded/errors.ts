/** Errors of a data directory. They never go over the wire: they end the start, or the process. */

/** The journal holds bytes that no crash leaves behind. Exit code 65. */
export class JournalDamaged extends Error {
  override readonly name = "JournalDamaged";
  readonly file: string;
  readonly offset: number;

  /** `advice`: what to do about it. */
  constructor(
    location: string,
    file: string,
    offset: number,
    detail: string,
    advice = damageAdvice(location),
  ) {
    super(`${location}: ${file} is damaged at byte ${offset}: ${detail}. ${advice}`);
    this.file = file;
    this.offset = offset;
  }
}

function damageAdvice(location: string): string {
  const directory = quoteForShell(location);
  return (
    `Nothing was changed. See what is lost: peyk journal verify ${directory}. ` +
    `Then restore a copy, or save what can be read: peyk journal repair ${directory}`
  );
}

/** A path that can be pasted into a command line. */
export const quoteForShell = (path: string): string =>
  /^[\w./~-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;

/** A file is of a format that this version does not know. Exit code 78. */
export class JournalFormatUnknown extends Error {
  override readonly name = "JournalFormatUnknown";

  constructor(location: string, file: string, version: number, supported: number) {
    super(
      `${location}: ${file} has format version ${version}; this version of Peyk reads up to ${supported}. ` +
        "Start the newer Peyk that wrote it",
    );
  }
}

/** The disk failed while the journal was open: nothing more can be confirmed. Exit code 74. */
export class JournalFailed extends Error {
  override readonly name = "JournalFailed";
}
