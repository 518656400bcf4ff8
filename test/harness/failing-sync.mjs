/** Loaded before the program by `node --import`: from the FAILING_SYNC-th on, every fdatasync fails with EIO. */
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";

const firstToFail = Number(process.env.FAILING_SYNC);
const { fdatasync } = fs;
let calls = 0;
fs.fdatasync = (descriptor, done) => {
  calls += 1;
  if (calls < firstToFail) return fdatasync(descriptor, done);
  const error = Object.assign(new Error("EIO: i/o error, fdatasync"), { code: "EIO" });
  return process.nextTick(done, error);
};
syncBuiltinESMExports();
