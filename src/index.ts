export { PeykError } from "@peyk/client/protocol";
