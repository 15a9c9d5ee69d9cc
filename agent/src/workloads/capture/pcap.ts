/**
 * The classic capture format: a header of 24 bytes, then a record for each packet.
 *
 *     header: magic u32 | major u16 | minor u16 | zone i32 | accuracy u32 | snap length u32 | link type u32
 *     record: seconds u32 | fraction u32 | captured bytes u32 | original bytes u32 | bytes
 *
 * The magic tells byte order, unit of the fraction, and whether records carry the 8 bytes that Kuznetsov's patched
 * libpcap added.
 * @see https://www.ietf.org/archive/id/draft-ietf-opsawg-pcap-05.html
 */
import type { Capture, CaptureEnd, CaptureInterface, CapturePacket } from './capture.ts';

interface Variant {
  readonly nsPerFraction: bigint;
  readonly recordHeaderBytes: number;
}

const VARIANTS: ReadonlyMap<number, Variant> = new Map([
  [0xa1b2c3d4, { nsPerFraction: 1000n, recordHeaderBytes: 16 }],
  [0xa1b23c4d, { nsPerFraction: 1n, recordHeaderBytes: 16 }],
  [0xa1b2cd34, { nsPerFraction: 1000n, recordHeaderBytes: 24 }],
]);

const HEADER_BYTES = 24;

/** libpcap's MAXIMUM_SNAPLEN: a record that claims more, and more than the file's own limit, is damage. */
const MAX_SNAP_BYTES = 262144;

export const isPcap = (bytes: Uint8Array): boolean => variantOf(bytes) !== null;

export class PcapReader implements Capture {
  readonly format = 'pcap';
  end: CaptureEnd | null = null;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #littleEndian: boolean;
  readonly #variant: Variant;

  private constructor(bytes: Uint8Array, littleEndian: boolean, variant: Variant) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#littleEndian = littleEndian;
    this.#variant = variant;
  }

  /** @returns why not, if the header is not whole */
  static open(bytes: Uint8Array): PcapReader | string {
    const found = variantOf(bytes);
    if (found === null) return 'not a pcap magic';
    if (bytes.length < HEADER_BYTES) return `the pcap header has ${bytes.length} of ${HEADER_BYTES} bytes`;
    return new PcapReader(bytes, found.littleEndian, found.variant);
  }

  *[Symbol.iterator](): Generator<CapturePacket, void, void> {
    const { nsPerFraction, recordHeaderBytes } = this.#variant;
    const minorVersion = this.#view.getUint16(6, this.#littleEndian);
    const maxBytes = Math.max(this.#u32(16), MAX_SNAP_BYTES);
    // The upper bits say whether frames keep their check sequence, which the IP length excludes anyway.
    const only: CaptureInterface = { index: 0, linkType: this.#u32(20) & 0xffff, name: '' };
    let at = HEADER_BYTES;
    while (at < this.#bytes.length) {
      const left = this.#bytes.length - at;
      if (left < recordHeaderBytes) {
        return this.#fail(at, `the file ends within a packet header (${left} of ${recordHeaderBytes} bytes)`);
      }
      let capturedBytes = this.#u32(at + 8);
      let originalBytes = this.#u32(at + 12);
      // Up to format 2.3 some systems wrote the two lengths in the other order, as libpcap knows.
      if (minorVersion <= 3 && capturedBytes > originalBytes) {
        [capturedBytes, originalBytes] = [originalBytes, capturedBytes];
      }
      if (capturedBytes > maxBytes) {
        return this.#fail(at, `a packet claims ${capturedBytes} bytes, more than the limit of ${maxBytes}`);
      }
      const start = at + recordHeaderBytes;
      if (capturedBytes > this.#bytes.length - start) {
        return this.#fail(
          at,
          `a packet claims ${capturedBytes} bytes, but ${this.#bytes.length - start} are left`,
        );
      }
      yield {
        timestampNs: BigInt(this.#u32(at)) * 1_000_000_000n + BigInt(this.#u32(at + 4)) * nsPerFraction,
        interface: only,
        bytes: this.#bytes.subarray(start, start + capturedBytes),
        originalBytes: Math.max(originalBytes, capturedBytes),
        fileOffset: at,
      };
      at = start + capturedBytes;
    }
    this.end = { kind: 'complete' };
  }

  #u32(offset: number): number {
    return this.#view.getUint32(offset, this.#littleEndian);
  }

  #fail(fileOffset: number, what: string): void {
    this.end = { kind: 'fault', fault: `pcap: at offset ${fileOffset} ${what}`, fileOffset };
  }
}

function variantOf(bytes: Uint8Array): { littleEndian: boolean; variant: Variant } | null {
  if (bytes.length < 4) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (const littleEndian of [true, false]) {
    const variant = VARIANTS.get(view.getUint32(0, littleEndian));
    if (variant !== undefined) return { littleEndian, variant };
  }
  return null;
}
