/** BPF_MAP_TYPE_ARRAY: entries 0 to maxEntries - 1, all there from the start, zeroed (kernel/bpf/arraymap.c). */
import type { MapSpec } from '../object/spec.ts';
import { E2BIG, EEXIST, EINVAL } from './errno.ts';
import { BPF_NOEXIST, BpfMap, MapError, type MapHost } from './map.ts';

export class ArrayMap extends BpfMap {
  readonly #entries: number;
  readonly #entryBytes: number;

  constructor(host: MapHost, spec: MapSpec, perCpu = false) {
    checkArray(spec);
    super(host, spec, perCpu);
    this.#entryBytes = this.valueStride * this.valuesPerEntry;
    this.#entries = host.memory.alloc(this.#entryBytes * spec.maxEntries);
    if (spec.initial !== null) host.memory.u8.set(spec.initial.subarray(0, spec.valueBytes), this.#entries);
  }

  /** Offset of entry 0's value: what `lddw map_value` is relative to. */
  get valuesOffset(): number {
    return this.#entries;
  }

  find(key: number): number {
    const index = this.memory.view.getUint32(key, true);
    return index < this.spec.maxEntries ? this.#entries + index * this.#entryBytes : 0;
  }

  insert(key: number, flags: number): number {
    const value = this.find(key);
    if (value === 0) return -E2BIG;
    return flags === BPF_NOEXIST ? -EEXIST : value;
  }

  remove(): number {
    return -EINVAL;
  }

  keys(): Uint8Array[] {
    return Array.from({ length: this.spec.maxEntries }, (_, index) => {
      const key = new Uint8Array(4);
      new DataView(key.buffer).setUint32(0, index, true);
      return key;
    });
  }

  override close(): void {
    this.memory.free(this.#entries);
    super.close();
  }
}

function checkArray({ name, keyBytes, valueBytes, maxEntries }: MapSpec): void {
  if (keyBytes !== 4) throw new MapError(name, `the key of an array has 4 bytes, not ${keyBytes}`);
  if (valueBytes < 1) throw new MapError(name, 'a value has at least 1 byte');
  if (maxEntries < 1) throw new MapError(name, 'there is at least 1 entry');
}
