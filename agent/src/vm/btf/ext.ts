/**
 * `.BTF.ext`: what BTF says about instructions. Grouped by section name; offsets are those of the object file, before
 * functions are put together into programs.
 * @see https://docs.kernel.org/bpf/btf.html#btf-ext-section
 */
import { BtfError } from '../object/error.ts';
import type { Btf } from './btf.ts';
import { BTF_MAGIC } from './types.ts';

export interface BtfExt {
  readonly functions: ReadonlyMap<string, readonly FunctionInfo[]>;
  readonly lines: ReadonlyMap<string, readonly LineInfo[]>;
  readonly coreRelocations: ReadonlyMap<string, readonly CoreInfo[]>;
}

/** Where a function begins. */
export interface FunctionInfo {
  /** Of its first instruction, from the start of the section. */
  readonly offsetBytes: number;
  /** Its `func`. */
  readonly typeId: number;
}

/** Where the code of a source line begins. */
export interface LineInfo {
  readonly offsetBytes: number;
  readonly file: string;
  readonly text: string;
  /** Both count from 1; 0 if unknown. */
  readonly line: number;
  readonly column: number;
}

/** An instruction whose offset or immediate depends on the kernel (struct bpf_core_relo). */
export interface CoreInfo {
  readonly offsetBytes: number;
  readonly typeId: number;
  readonly access: string;
  /** enum bpf_core_relo_kind; not checked to be known. */
  readonly kind: number;
}

const DOING = 'read .BTF.ext';
/** Up to and including line_info_len; core_relo_off and core_relo_len came later (header of 32 bytes). */
const FIRST_HEADER_BYTES = 24;

/** @throws BtfError */
export function parseBtfExt(bytes: Uint8Array, btf: Btf): BtfExt {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < FIRST_HEADER_BYTES)
    throw new BtfError(`header is cut (${bytes.length} bytes)`, 0, DOING);
  const magic = view.getUint16(0, true);
  if (magic !== BTF_MAGIC) throw new BtfError(`magic is 0x${magic.toString(16)}`, 0, DOING);
  const headerBytes = view.getUint32(4, true);
  if (headerBytes < FIRST_HEADER_BYTES || headerBytes > bytes.length) {
    throw new BtfError(`header size is ${headerBytes}`, 4, DOING);
  }

  /** One of the parts: [record size] then, per section, [name, count, records]. */
  const part = <T>(headerAt: number, minRecordBytes: number, read: (at: number) => T): Map<string, T[]> => {
    const groups = new Map<string, T[]>();
    if (headerAt + 8 > headerBytes) return groups;
    const start = headerBytes + view.getUint32(headerAt, true);
    const sizeBytes = view.getUint32(headerAt + 4, true);
    if (sizeBytes === 0) return groups;
    const end = start + sizeBytes;
    if (end > bytes.length || sizeBytes < 4) throw new BtfError('records run past the end', headerAt, DOING);
    const recordBytes = view.getUint32(start, true);
    if (recordBytes < minRecordBytes) throw new BtfError(`record size is ${recordBytes}`, start, DOING);
    let at = start + 4;
    while (at < end) {
      if (at + 8 > end) throw new BtfError('records run past the end', at, DOING);
      const section = btf.string(view.getUint32(at, true));
      const count = view.getUint32(at + 4, true);
      const first = at + 8;
      at = first + count * recordBytes;
      if (at > end) throw new BtfError(`${count} records of "${section}" run past the end`, first - 4, DOING);
      const group = groups.get(section) ?? [];
      for (let record = first; record < at; record += recordBytes) group.push(read(record));
      groups.set(section, group);
    }
    return groups;
  };

  const u32 = (at: number) => view.getUint32(at, true);
  return {
    functions: part(8, 8, (at) => ({ offsetBytes: u32(at), typeId: u32(at + 4) })),
    lines: part(16, 16, (at) => ({
      offsetBytes: u32(at),
      file: btf.string(u32(at + 4)),
      text: btf.string(u32(at + 8)),
      line: u32(at + 12) >>> 10,
      column: u32(at + 12) & 0x3ff,
    })),
    coreRelocations: part(24, 16, (at) => ({
      offsetBytes: u32(at),
      typeId: u32(at + 4),
      access: btf.string(u32(at + 8)),
      kind: u32(at + 12),
    })),
  };
}
