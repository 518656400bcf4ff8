import { describe, expect, test } from "vitest";
import { Emitter } from "../../../client/src/emitter.js";

describe("events", () => {
  test("end with their signal, or when the listener is taken away", () => {
    const emitter = new Emitter(() => {});
    const heard: string[] = [];
    const controller = new AbortController();
    emitter.on("resumed", () => heard.push("signal"), { signal: controller.signal });
    const off = emitter.on("resumed", () => heard.push("off"));
    emitter.on("resumed", () => heard.push("never"), { signal: AbortSignal.abort() });
    emitter.emit("resumed", { leasesLost: 0 });
    controller.abort();
    off();
    emitter.emit("resumed", { leasesLost: 0 });
    expect(heard).toEqual(["signal", "off"]);
  });
});
