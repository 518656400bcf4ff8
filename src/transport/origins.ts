import { PeykError, quoteInput } from "@peyk/client/protocol";

/** So many different origins are told when they are refused; whoever makes them up must not fill a log. */
const MAX_TOLD = 100;

/** Which web pages may connect. Programs send no Origin and are not concerned. */
export interface OriginPolicy {
  allows(origin: string | undefined): boolean;
}

/**
 * Pages of loopback origins, and those that are named: "https://app.example.com", port included where it is not the
 * scheme's own. A page elsewhere could otherwise use the broker of whoever visits it. Throws `invalid_argument` for a name
 * that is no origin. `onRefused` hears of each origin once.
 */
export function createOriginPolicy(
  allowed: readonly string[],
  onRefused: (origin: string) => void = () => {},
): OriginPolicy {
  const told = new Set<string>();
  const refuse = (origin: string): false => {
    if (told.has(origin) || told.size >= MAX_TOLD) return false;
    told.add(origin);
    onRefused(origin);
    return false;
  };
  const named = new Set(allowed.map((origin) => normalise(origin) ?? noOrigin(origin)));
  return {
    allows(origin) {
      if (origin === undefined) return true;
      const normal = normalise(origin);
      if (normal === undefined) return refuse(origin);
      return named.has(normal) || isLoopback(normal) || refuse(normal);
    },
  };
}

/** Scheme, host and port as browsers send them; `undefined` for what is no such thing ("null", paths, user names). */
function normalise(origin: string): string | undefined {
  if (!URL.canParse(origin)) return undefined;
  const url = new URL(origin);
  if (url.protocol !== "http:" && url.protocol !== "https:") return undefined;
  const isBare = url.pathname === "/" && !url.search && !url.hash && !url.username && !url.password;
  return isBare ? url.origin : undefined;
}

function noOrigin(text: string): never {
  const detail = `${quoteInput(text)} is no origin; it must be like https://app.example.com`;
  throw new PeykError("invalid_argument", detail, { field: "allowOrigin" });
}

function isLoopback(origin: string): boolean {
  const { hostname } = new URL(origin);
  return (
    hostname === "localhost" ||
    hostname.endsWith(".localhost") ||
    hostname === "[::1]" ||
    /^127\.\d+\.\d+\.\d+$/.test(hostname)
  );
}
