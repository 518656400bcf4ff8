/** For brokers that run in this process: the same client over another kind of socket. */
import "./dispose.js";
export { connectWith } from "./client.js";
export type { ClientParts } from "./client.js";
export { messagesOf } from "./message.js";
export type { OpenSocket, Socket, SocketEvents } from "./socket.js";
export { VERSION } from "./version.js";
