/**
 * A capture file as a sequence of packets: pcap or pcapng, told apart by the first four bytes. Nothing here opens a
 * file; the caller brings the bytes.
 *
 * A file that breaks off or goes wrong in the middle is ordinary: every packet before the fault is given, and `end`
 * then says what the fault was and where.
 */
import { isPcap, PcapReader } from './pcap.ts';
import { isPcapng, PcapngReader } from './pcapng.ts';

export interface CaptureInterface {
  /** Position in its section of the file, from 0. */
  readonly index: number;
  /** LINKTYPE_ value. @see https://www.tcpdump.org/linktypes.html */
  readonly linkType: number;
  readonly name: string;
}

export interface CapturePacket {
  /** Unix time, ns. A packet without a time (pcapng's Simple Packet Block) has that of the packet before it. */
  readonly timestampNs: bigint;
  /** Null where the packet names an interface that the file does not describe. */
  readonly interface: CaptureInterface | null;
  /** A view into the file's bytes, not a copy. */
  readonly bytes: Uint8Array;
  /** Bytes of the packet on the wire; more than `bytes.length` where the snap length cut it. */
  readonly originalBytes: number;
  /** Of the packet's record in the file, bytes. */
  readonly fileOffset: number;
}

export type CaptureEnd =
  | { readonly kind: 'complete' }
  /** `fault` is one line that names the file offset. */
  | { readonly kind: 'fault'; readonly fault: string; readonly fileOffset: number };

/** One pass over the packets, in the order of the file. */
export interface Capture extends Iterable<CapturePacket> {
  readonly format: 'pcap' | 'pcapng';
  /** Null until the packets have been passed through. */
  readonly end: CaptureEnd | null;
}

/** The bytes are no capture at all. */
export class CaptureError extends Error {
  override readonly name = 'CaptureError';
  readonly fileOffset: number;
  readonly firstBytes: Uint8Array;

  constructor(reason: string, fileOffset: number, firstBytes: Uint8Array) {
    const shown = Array.from(firstBytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
    super(
      `Cannot read capture: ${reason} at offset ${fileOffset}${shown === '' ? '' : ` (first bytes: ${shown})`}`,
    );
    this.fileOffset = fileOffset;
    this.firstBytes = firstBytes;
  }
}

/** @throws CaptureError if the bytes are neither pcap nor pcapng, or end within the file's header */
export function readCapture(bytes: Uint8Array): Capture {
  const firstBytes = bytes.subarray(0, 8);
  if (isPcapng(bytes)) {
    const reader = PcapngReader.open(bytes);
    if (typeof reader !== 'string') return reader;
    throw new CaptureError(reader, 0, firstBytes);
  }
  if (isPcap(bytes)) {
    const reader = PcapReader.open(bytes);
    if (typeof reader !== 'string') return reader;
    throw new CaptureError(reader, 0, firstBytes);
  }
  throw new CaptureError(guessOther(bytes), 0, firstBytes);
}

/** What a file that is no capture probably is: people pass compressed captures, and empty ones. */
function guessOther(bytes: Uint8Array): string {
  if (bytes.length === 0) return 'the file is empty';
  const magic = (bytes[0]! << 8) | (bytes[1] ?? 0);
  if (magic === 0x1f8b) return 'the file is compressed with gzip, decompress it first';
  if (magic === 0x28b5) return 'the file is compressed with zstd, decompress it first';
  return 'neither pcap nor pcapng';
}
