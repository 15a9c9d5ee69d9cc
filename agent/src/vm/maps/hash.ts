/**
 * BPF_MAP_TYPE_HASH (kernel/bpf/hashtab.c). An update of a key that is there writes in place, so an address that a
 * program holds sees the new value; Linux may put the new value elsewhere.
 */
import type { MapSpec } from '../object/spec.ts';
import { Entries } from './entries.ts';
import { ENOENT, ENOMEM } from './errno.ts';
import { BpfMap, FULL, flagFault, MapError, type MapHost } from './map.ts';

export class HashMap extends BpfMap {
  protected readonly entries: Entries;

  constructor(host: MapHost, spec: MapSpec, perCpu = false) {
    checkHash(spec);
    super(host, spec, perCpu);
    this.entries = new Entries(host.memory, spec.keyBytes, this.valueStride * this.valuesPerEntry);
  }

  find(key: number, _use: boolean): number {
    const slot = this.entries.find(key);
    return slot === -1 ? 0 : this.entries.valueOffset(slot);
  }

  insert(key: number, flags: number): number {
    const slot = this.entries.find(key);
    const fault = flagFault(flags, slot !== -1);
    if (fault !== 0) return fault;
    if (slot !== -1) return this.entries.valueOffset(slot);
    if (this.entries.size >= this.spec.maxEntries) return FULL;
    const added = this.entries.add(key);
    return added === -1 ? -ENOMEM : this.entries.valueOffset(added);
  }

  remove(key: number): number {
    const slot = this.entries.find(key);
    if (slot === -1) return -ENOENT;
    this.entries.remove(slot);
    return 0;
  }

  keys(): Uint8Array[] {
    return this.entries.keys();
  }

  override close(): void {
    this.entries.close();
    super.close();
  }
}

function checkHash({ name, keyBytes, valueBytes, maxEntries }: MapSpec): void {
  if (keyBytes < 1) throw new MapError(name, 'a key has at least 1 byte');
  if (valueBytes < 1) throw new MapError(name, 'a value has at least 1 byte');
  if (maxEntries < 1) throw new MapError(name, 'there is at least 1 entry');
}
