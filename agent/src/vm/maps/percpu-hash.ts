/** BPF_MAP_TYPE_PERCPU_HASH: a hash with one value for each CPU. A new entry's values of other CPUs are zero. */
import type { MapSpec } from '../object/spec.ts';
import { HashMap } from './hash.ts';
import type { MapHost } from './map.ts';

export class PerCpuHashMap extends HashMap {
  constructor(host: MapHost, spec: MapSpec) {
    super(host, spec, true);
  }
}
