/**
 * Connections that end soon make a client ever more patient, and all of these do. It counts rounds through its list of
 * URLs: with the same one so many times it does not get far.
 */
const URL_COUNT = 10_000;

/** One URL, for clients that are cut off again and again. */
export const manyTimes = (url: string): readonly string[] =>
  Array.from({ length: URL_COUNT }, () => url);
