// Publishes every earthquake of quakes.ndjson to quakes.<magnitude type>, such as quakes.ml.
// Usage: node publish.mjs [ws://127.0.0.1:7070]
import { readFileSync } from "node:fs";
import { connect } from "@peyk/client";

const file = new URL("quakes.ndjson", import.meta.url);
const quakes = readFileSync(file, "utf8").trim().split("\n").map(JSON.parse);

const peyk = await connect(process.argv[2]);
// Each is confirmed once it is on disk. The key says which seismic network it comes from.
const published = await Promise.all(
  quakes.map((quake) =>
    peyk.publish(`quakes.${quake.magnitudeType}`, quake, { key: quake.network }),
  ),
);
await peyk.close();

console.log(`published ${published.length} earthquakes`);
process.send?.({ stored: published.length });
