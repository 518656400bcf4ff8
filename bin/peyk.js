#!/usr/bin/env node
import { main } from "../dist/cli/program.js";
process.exit(await main(process.argv.slice(2)));
