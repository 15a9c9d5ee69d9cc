/**
 * Puts fragmented IP payloads together. Where parts overlap, the first captured copy of a byte counts. Parts may come
 * in any order; a part that the snap length cut leaves its end missing.
 */
import type { IpPacket } from './ip.ts';

/** Linux gives up after 30 s (net.ipv4.ipfrag_time). */
const TIMEOUT_NS = 30e9;
/** Payloads waited for at once; beyond, the oldest is given up. */
const MAX_PENDING = 1024;
/** Largest IP payload there can be. */
const MAX_PAYLOAD_BYTES = 65535;
/** 65535 bytes in parts of the least size that an IPv4 network must carry make 8192; more is an attack. */
const MAX_PARTS = 8192;

export type FragmentOutcome =
  | { readonly kind: 'held' }
  /** `packets` of the capture made this one. */
  | { readonly kind: 'whole'; readonly packet: IpPacket; readonly packets: number }
  | { readonly kind: 'overflow' };

interface Pending {
  readonly startNs: number;
  readonly parts: Part[];
  /** Packets of the capture that the parts came in. */
  packets: number;
  /** Known once the last part has been seen. */
  totalBytes: number | null;
}

interface Part {
  readonly offset: number;
  readonly bytes: Uint8Array;
  readonly wireBytes: number;
  /** The payload's protocol as this part's header has it; that of the part at offset 0 counts. */
  readonly protocol: number;
}

export class FragmentReassembler {
  readonly #pending = new Map<string, Pending>();
  readonly #onIncomplete: (packets: number) => void;

  /** `onIncomplete` hears how many packets were waiting in each payload that is given up. */
  constructor(onIncomplete: (packets: number) => void) {
    this.#onIncomplete = onIncomplete;
  }

  /** `packet.fragment` must be set. `packets`: how many of the capture it came in, if a tunnel was fragmented too. */
  add(packet: IpPacket, atNs: number, packets = 1): FragmentOutcome {
    this.#expire(atNs);
    const { id, offset, isLast } = packet.fragment!;
    if (offset + packet.payloadBytes > MAX_PAYLOAD_BYTES) return { kind: 'overflow' };
    // IPv4 numbers payloads for each protocol, IPv6 does not; its parts agree on the field all the same.
    const key = `${packet.source} ${packet.destination} ${packet.protocol} ${id}`;
    let pending = this.#pending.get(key);
    if (pending === undefined) {
      if (this.#pending.size >= MAX_PENDING) this.#giveUp(this.#pending.keys().next().value!);
      pending = { startNs: atNs, parts: [], packets: 0, totalBytes: null };
      this.#pending.set(key, pending);
    }
    if (pending.parts.length >= MAX_PARTS) return { kind: 'overflow' };
    pending.parts.push({
      offset,
      bytes: packet.payload,
      wireBytes: packet.payloadBytes,
      protocol: packet.protocol,
    });
    pending.packets += packets;
    if (isLast) pending.totalBytes ??= offset + packet.payloadBytes;
    const whole = pending.totalBytes === null ? null : join(pending.parts, pending.totalBytes);
    if (whole === null) return { kind: 'held' };
    this.#pending.delete(key);
    return {
      kind: 'whole',
      packet: { ...packet, ...whole, fragment: null },
      packets: pending.packets,
    };
  }

  /** Gives up whatever still waits. */
  finish(): void {
    for (const key of [...this.#pending.keys()]) this.#giveUp(key);
  }

  #expire(nowNs: number): void {
    for (const [key, pending] of this.#pending) {
      // Insertion order is order of start, but for packets that the capture has out of order.
      if (nowNs - pending.startNs <= TIMEOUT_NS) return;
      this.#giveUp(key);
    }
  }

  #giveUp(key: string): void {
    const packets = this.#pending.get(key)?.packets ?? 0;
    this.#pending.delete(key);
    this.#onIncomplete(packets);
  }
}

/** The payload, if the parts cover it; cut at the first byte that no part has captured. */
function join(
  parts: readonly Part[],
  totalBytes: number,
): { payload: Uint8Array; payloadBytes: number; protocol: number } | null {
  const inOrder = [...parts].sort((x, y) => x.offset - y.offset);
  let coveredBytes = 0;
  for (const part of inOrder) {
    if (part.offset > coveredBytes) return null;
    coveredBytes = Math.max(coveredBytes, part.offset + part.wireBytes);
  }
  if (coveredBytes < totalBytes) return null;

  const payload = new Uint8Array(totalBytes);
  const isKnown = new Uint8Array(totalBytes);
  for (const part of parts) {
    for (let i = 0; i < part.bytes.length && part.offset + i < totalBytes; i++) {
      if (isKnown[part.offset + i] === 1) continue;
      payload[part.offset + i] = part.bytes[i]!;
      isKnown[part.offset + i] = 1;
    }
  }
  const firstUnknown = isKnown.indexOf(0);
  return {
    payload: firstUnknown < 0 ? payload : payload.subarray(0, firstUnknown),
    payloadBytes: totalBytes,
    protocol: inOrder[0]!.protocol,
  };
}
