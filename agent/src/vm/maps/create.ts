/** A map for a spec: one line for each type. */
import { type MapSpec, MapType } from '../object/spec.ts';
import { ArrayMap } from './array.ts';
import { HashMap } from './hash.ts';
import { LruHashMap } from './lru-hash.ts';
import { type BpfMap, MapError, type MapHost } from './map.ts';
import { PerCpuArrayMap } from './percpu-array.ts';
import { PerCpuHashMap } from './percpu-hash.ts';
import { ProgArrayMap, type TailTarget } from './prog-array.ts';
import { RingBuffer } from './ringbuf.ts';

export interface MapFactoryHost extends MapHost {
  /** The loaded program with this id. */
  programById(id: number): TailTarget | undefined;
}

const FACTORIES = {
  [MapType.HASH]: (host, spec) => new HashMap(host, spec),
  [MapType.ARRAY]: (host, spec) => new ArrayMap(host, spec),
  [MapType.PROG_ARRAY]: (host, spec) => new ProgArrayMap(host, spec, (id) => host.programById(id)),
  [MapType.PERCPU_HASH]: (host, spec) => new PerCpuHashMap(host, spec),
  [MapType.PERCPU_ARRAY]: (host, spec) => new PerCpuArrayMap(host, spec),
  [MapType.LRU_HASH]: (host, spec) => new LruHashMap(host, spec),
  [MapType.RINGBUF]: (host, spec) => new RingBuffer(host, spec),
} satisfies Record<MapType, (host: MapFactoryHost, spec: MapSpec) => BpfMap>;

/** @throws MapError if the type is unknown or the sizes are not possible */
export function createMap(host: MapFactoryHost, spec: MapSpec): BpfMap {
  const factory: ((host: MapFactoryHost, spec: MapSpec) => BpfMap) | undefined = FACTORIES[spec.type];
  if (factory === undefined) throw new MapError(spec.name, `map type ${spec.type} is not supported`);
  const map = factory(host, spec);
  if (spec.frozen) map.freeze();
  return map;
}
