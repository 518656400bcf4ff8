/** Durations, sizes and times as people write and read them. What cannot be read throws an Error with a sentence. */

const DURATION_UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

const KIB = 1024;
const SIZE_UNITS: Readonly<Record<string, number>> = {
  B: 1,
  KiB: KIB,
  MiB: KIB ** 2,
  GiB: KIB ** 3,
  TiB: KIB ** 4,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
};

/** "30s", "1.5h", "1h30m" or "0", in ms. */
export function parseDuration(text: string): number {
  if (text === "0") return 0;
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)];
  if (parts.length === 0 || parts.map(([part]) => part).join("") !== text) {
    throw new Error(`"${text}" is no duration; write it like 500ms, 30s, 5m, 2h or 7d`);
  }
  const ms = parts.reduce(
    (sum, [, number = "", unit = ""]) => sum + Number(number) * (DURATION_UNITS[unit] ?? 0),
    0,
  );
  return checkSafe(Math.round(ms), text);
}

/** "64MiB", "1.5GiB", "10MB", or a number of bytes. */
export function parseSize(text: string): number {
  const [, number, unit = "B"] = /^(\d+(?:\.\d+)?)([KMGT]i?B|B)?$/.exec(text) ?? [];
  if (number === undefined) {
    throw new Error(`"${text}" is no size; write it like 512B, 64KiB, 64MiB or 1GiB`);
  }
  return checkSafe(Math.round(Number(number) * (SIZE_UNITS[unit] ?? 1)), text);
}

/** A whole number from `min` to `max`. */
export function parseWhole(text: string, min = 0, max = Number.MAX_SAFE_INTEGER): number {
  const value = Number(text.replace(/(?<=\d)k$/, "000"));
  if (/^\d+k?$/.test(text) && value >= min && value <= max) return value;
  const bounds = max === Number.MAX_SAFE_INTEGER ? `at least ${min}` : `from ${min} to ${max}`;
  throw new Error(`"${text}" is no whole number ${bounds}`);
}

/** A moment: "2026-01-31T12:00:00Z", "2026-01-31 12:00", or "-2h" for two hours ago. */
export function parseTime(text: string, nowMs: number): Date {
  const relative = /^([+-])(.+)$/.exec(text);
  if (relative?.[2] !== undefined) {
    const ms = parseDuration(relative[2]);
    return new Date(relative[1] === "-" ? nowMs - ms : nowMs + ms);
  }
  const ms = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(ms)) return new Date(ms);
  throw new Error(`"${text}" is no time; write it like 2026-01-31T12:00:00Z, +30m or -2h`);
}

/** Two units at most: "1h 5m", "2.4s", "80ms". */
export function formatDuration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)}ms`;
  if (ms < 60_000) return `${trim(ms / 1_000)}s`;
  const [large, small]: readonly [number, number] =
    ms < 3_600_000
      ? [60_000, 1_000]
      : ms < 86_400_000
        ? [3_600_000, 60_000]
        : [86_400_000, 3_600_000];
  const names = new Map([
    [60_000, ["m", "s"]],
    [3_600_000, ["h", "m"]],
    [86_400_000, ["d", "h"]],
  ]).get(large) ?? ["", ""];
  const whole = Math.floor(ms / large);
  const rest = Math.floor((ms - whole * large) / small);
  return rest === 0 ? `${whole}${names[0]}` : `${whole}${names[0]} ${rest}${names[1]}`;
}

/** "512 B", "1.5 MiB". */
export function formatBytes(bytes: number): string {
  let unit = "B";
  for (const next of ["B", "KiB", "MiB", "GiB", "TiB"]) {
    unit = next;
    if (bytes < (SIZE_UNITS[next] ?? 1) * KIB) break;
  }
  return `${trim(bytes / (SIZE_UNITS[unit] ?? 1))} ${unit}`;
}

/** "12,401". */
export const formatCount = (count: number): string => count.toLocaleString("en-US");

/** "1 message", "2 messages". */
export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${formatCount(count)} ${count === 1 ? one : many}`;

const CONTROL = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** What came from elsewhere, as a terminal may show it: nothing moves the cursor, turns the writing or ends the line. */
export const escapeControls = (text: string): string =>
  text.replace(CONTROL, (character) => {
    const simple = { "\n": "\\n", "\r": "\\r", "\t": "\\t" }[character];
    return simple ?? `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
  });

/**
 * JSON on one line that a terminal may show, too: what `JSON.stringify` leaves as it is, though it moves a cursor or ends a
 * line for somebody (U+0085, U+2028), is escaped.
 */
export const jsonLine = (value: unknown): string => escapeInJson(JSON.stringify(value));

/** The same for text that is JSON. */
export const escapeInJson = (json: string): string =>
  json.replace(CONTROL, (character) => {
    const units = Array.from({ length: character.length }, (_, at) => character.charCodeAt(at));
    return units.map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`).join("");
  });

const trim = (value: number): string => String(Math.round(value * 10) / 10);

function checkSafe(value: number, text: string): number {
  if (Number.isSafeInteger(value)) return value;
  throw new Error(`"${text}" is too large`);
}
