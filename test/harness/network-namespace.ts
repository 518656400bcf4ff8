import { execFileSync } from "node:child_process";
import { randomInt } from "node:crypto";

/** Why networks cannot be made here; undefined if they can. */
export function whyNoNamespaces(): string | undefined {
  if (process.platform !== "linux") return "network namespaces are Linux's";
  if (process.getuid?.() !== 0) return "only root may make network namespaces";
  try {
    const namespace = NetworkNamespace.create();
    const [command = "", ...args] = [...namespace.within, "true"];
    try {
      execFileSync(command, args, { stdio: "pipe" });
    } finally {
      namespace.close();
    }
    return undefined;
  } catch (error) {
    return `\`ip netns\` of the package iproute2, or nsenter, does not work: ${String(error)}`;
  }
}

/**
 * A network of its own for other processes, joined to this one's by a virtual cable (veth) that can be pulled out: then
 * nothing arrives at either end any more, and neither is told.
 */
export class NetworkNamespace {
  /** The address of this side. */
  readonly address: string;
  readonly #name: string;
  /** The ends of the cable, here and there. */
  readonly #near: string;
  readonly #far: string;
  readonly #isJoined: boolean = false;

  private constructor() {
    // 198.18.0.0/15 is for tests of networks (RFC 2544); each cable has 4 addresses of it.
    const id = randomInt(1 << 14);
    const net = `198.18.${id >> 6}`;
    const first = (id & 63) << 2;
    this.address = `${net}.${first + 1}`;
    this.#name = `peyk-${id}`;
    this.#near = `peyk${id}n`;
    this.#far = `peyk${id}f`;
    ip("netns", "add", this.#name);
    try {
      ip("link", "add", this.#near, "type", "veth", "peer", "name", this.#far, "netns", this.#name);
      this.#isJoined = true;
      ip("address", "add", `${this.address}/30`, "dev", this.#near);
      ip("link", "set", this.#near, "up");
      this.#inside("address", "add", `${net}.${first + 2}/30`, "dev", this.#far);
      this.plugIn();
    } catch (error) {
      this.close();
      throw error;
    }
  }

  static create(): NetworkNamespace {
    return new NetworkNamespace();
  }

  /**
   * What a command begins with that is to run there. Not `ip netns exec`: that also copies all mounts, and a disk that another
   * test unmounts meanwhile would live on in the copy, shut down, to be found again when it is mounted again.
   */
  get within(): readonly string[] {
    return ["nsenter", `--net=/run/netns/${this.#name}`];
  }

  unplug(): void {
    this.#inside("link", "set", this.#far, "down");
  }

  plugIn(): void {
    this.#inside("link", "set", this.#far, "up");
  }

  /** Processes that run there must have ended. */
  close(): void {
    // The system would take the cable away with the namespace, some time later.
    if (this.#isJoined) ip("link", "delete", this.#near);
    ip("netns", "delete", this.#name);
  }

  #inside(...args: readonly string[]): void {
    ip("-netns", this.#name, ...args);
  }
}

const ip = (...args: readonly string[]): void => {
  execFileSync("ip", args, { stdio: "pipe" });
};
