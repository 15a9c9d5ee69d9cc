/** BPF_MAP_TYPE_PERCPU_ARRAY: an array with one value for each CPU; programs see their own CPU's. */
import type { MapSpec } from '../object/spec.ts';
import { ArrayMap } from './array.ts';
import type { MapHost } from './map.ts';

export class PerCpuArrayMap extends ArrayMap {
  constructor(host: MapHost, spec: MapSpec) {
    super(host, spec, true);
  }
}
