export { PeykError } from "./protocol/index.js";
