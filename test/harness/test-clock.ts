export { TestClock } from "../../src/runtime/test-clock.js";
export type { TestClockOptions } from "../../src/runtime/test-clock.js";
