import { readKey } from "@peyk/client/protocol";
import type { Core } from "./core.js";
import type { SubscriptionState } from "./state.js";
import { readReferences } from "./references.js";
import type { RecentRecord } from "./recent.js";

/** Keys of the messages of a subscription that failed and wait: later ones of these keys must not overtake them. */
export async function blockedKeys(core: Core, owner: SubscriptionState): Promise<Uint8Array[]> {
  const keys = new Set<string>();
  for (const cursor of owner.cursors.values()) {
    // By position: many are in one record.
    const failed = [...cursor.retries].sort(([a], [b]) => a - b);
    let record: RecentRecord | undefined;
    for (const [position, { log }] of failed) {
      const place = await originOf(core, log, position);
      if (!place) continue;
      const isIn =
        record?.log === place.log &&
        place.position >= record.first &&
        place.position < record.first + record.count;
      if (!isIn) record = await core.reader.message(place.log, place.position);
      if (!record) continue;
      const index = place.position - record.first;
      const { batch } = record;
      const key = readKey(batch.bytes, batch.bodyStart(index), batch.bodyEnd(index));
      if (key !== "") keys.add(key);
    }
  }
  return [...keys].map((key) => Buffer.from(key));
}

/** Where the message is that is known by a position of a log. */
async function originOf(core: Core, log: number, position: number) {
  const { kind } = core.state.logs.get(log) ?? {};
  // Its topic was deleted while others were looked up; what is on disk is not to be taken for references.
  if (kind === undefined) return undefined;
  if (kind === "messages") return { log, position };
  const { references } = await readReferences(core.reader, log, position);
  const reference = references.find((each) => each.position === position);
  return reference && { log: reference.originLog, position: reference.originPosition };
}
