/**
 * System calls that move bytes of a stream. Programs differ in which they use, so a replay uses all of them in turn,
 * chosen by a hash of the connection and the position in it: the same capture gives the same calls.
 */
import type { Call, Os } from '../../../hooks/sim/contract.ts';
import { MSG_WAITALL } from '../../../hooks/sim/uapi.ts';

const SYS_READV = 19;
const SYS_RECVMSG = 47;

/** Bytes of `struct iovec`: base u64, length u64. */
const IOVEC_BYTES = 16;
/** `struct msghdr`: name u64, name length u32, -, iov u64, iov length u64, control u64, control length u64, flags i32. */
const MSGHDR_BYTES = 56;

/** A number of 32 bits in which nearby inputs differ everywhere (the finaliser of MurmurHash3). */
export function mix(x: number, y: number): number {
  let hash = Math.imul(x, 0x9e3779b1) ^ y;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** User memory of one thread for receiving: payload, and behind it the structures that describe it. */
export class ReceiveBuffer {
  readonly #os: Os;
  readonly #address: bigint;
  readonly payloadBytes: number;

  constructor(os: Os, payloadBytes: number) {
    this.#os = os;
    this.payloadBytes = payloadBytes;
    this.#address = os.alloc(payloadBytes + 2 * IOVEC_BYTES + MSGHDR_BYTES);
  }

  free(): void {
    this.#os.free(this.#address);
  }

  /**
   * One call for up to `wantedBytes`, at most payloadBytes. `waitsForAll`: it returns less at the stream's end only.
   * @returns bytes received, or -errno
   */
  *receive(fd: number, wantedBytes: number, waitsForAll: boolean, choice: number): Call {
    const os = this.#os;
    const kind = waitsForAll ? 2 + (choice & 1) : choice & 3;
    const flags = waitsForAll ? MSG_WAITALL : 0;
    switch (kind) {
      case 0:
        return yield* os.read(fd, this.#address, wantedBytes);
      case 1: {
        const vectors = this.#describe(wantedBytes);
        return yield* os.syscall(SYS_READV, fd, vectors.address, vectors.count);
      }
      case 2:
        return yield* os.recv(fd, this.#address, wantedBytes, flags);
      default:
        return yield* os.syscall(SYS_RECVMSG, fd, this.#header(wantedBytes), flags);
    }
  }

  /** Writes iovecs that split the wanted bytes in two where there are two. */
  #describe(wantedBytes: number): { readonly address: bigint; readonly count: number } {
    const firstBytes = Math.ceil(wantedBytes / 2);
    const count = firstBytes < wantedBytes ? 2 : 1;
    const view = new DataView(new ArrayBuffer(count * IOVEC_BYTES));
    view.setBigUint64(0, this.#address, true);
    view.setBigUint64(8, BigInt(firstBytes), true);
    if (count === 2) {
      view.setBigUint64(16, this.#address + BigInt(firstBytes), true);
      view.setBigUint64(24, BigInt(wantedBytes - firstBytes), true);
    }
    const address = this.#address + BigInt(this.payloadBytes);
    this.#os.poke(address, new Uint8Array(view.buffer));
    return { address, count };
  }

  #header(wantedBytes: number): bigint {
    const vectors = this.#describe(wantedBytes);
    const view = new DataView(new ArrayBuffer(MSGHDR_BYTES));
    view.setBigUint64(16, vectors.address, true);
    view.setBigUint64(24, BigInt(vectors.count), true);
    const address = vectors.address + BigInt(2 * IOVEC_BYTES);
    this.#os.poke(address, new Uint8Array(view.buffer));
    return address;
  }
}

/** One call that sends `bytes`, or their beginning. @returns bytes sent, or -errno */
export function* send(os: Os, fd: number, bytes: Uint8Array, choice: number): Call {
  switch (choice & 3) {
    case 0:
      return yield* os.writeBytes(fd, bytes);
    case 1:
      return yield* os.writevBytes(fd, split(bytes, 2));
    case 2:
      return yield* os.sendtoBytes(fd, bytes);
    default:
      return yield* os.sendmsgBytes(fd, split(bytes, 3));
  }
}

/** Into at most `count` parts, none of them empty. */
function split(bytes: Uint8Array, count: number): Uint8Array[] {
  const partBytes = Math.max(1, Math.ceil(bytes.length / count));
  const parts: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += partBytes) parts.push(bytes.subarray(at, at + partBytes));
  return parts;
}
