const DOT = 0x2e;
const STAR = 0x2a;
const REST = 0x3e;
const DOLLAR = 0x24;

/**
 * Whether `topic` is one that `pattern` stands for: `*` is one level, `>` at the end one or more. Both must be legal.
 * Wildcards at the front leave out reserved topics, which begin with `$`. Allocates nothing.
 */
export function matches(pattern: string, topic: string): boolean {
  if (topic.charCodeAt(0) === DOLLAR && pattern.charCodeAt(0) !== DOLLAR) return false;
  let at = 0;
  let inTopic = 0;
  for (;;) {
    const first = pattern.charCodeAt(at);
    if (first === REST) return true;
    if (first === STAR) {
      at += 1;
      inTopic = levelEnd(topic, inTopic);
    } else {
      const size = levelEnd(pattern, at) - at;
      if (levelEnd(topic, inTopic) !== inTopic + size) return false;
      if (!hasAt(topic, inTopic, pattern, at, size)) return false;
      at += size;
      inTopic += size;
    }
    const isPatternDone = at === pattern.length;
    const isTopicDone = inTopic === topic.length;
    if (isPatternDone || isTopicDone) return isPatternDone && isTopicDone;
    at += 1;
    inTopic += 1;
  }
}

/** Whether some topic matches both patterns, so that two subscriptions of it would both get its messages. */
export function patternsOverlap(one: string, other: string): boolean {
  if ((one.charCodeAt(0) === DOLLAR) !== (other.charCodeAt(0) === DOLLAR)) return false;
  const levels = one.split(".");
  const others = other.split(".");
  for (let index = 0; index < levels.length && index < others.length; index += 1) {
    const level = levels[index];
    const against = others[index];
    if (level === ">" || against === ">") return true;
    if (level !== against && level !== "*" && against !== "*") return false;
  }
  return levels.length === others.length;
}

function levelEnd(name: string, start: number): number {
  let end = start;
  while (end < name.length && name.charCodeAt(end) !== DOT) end += 1;
  return end;
}

function hasAt(text: string, at: number, other: string, otherAt: number, size: number): boolean {
  for (let index = 0; index < size; index += 1) {
    if (text.charCodeAt(at + index) !== other.charCodeAt(otherAt + index)) return false;
  }
  return true;
}
