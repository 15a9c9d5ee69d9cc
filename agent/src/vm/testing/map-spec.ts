/** Map specs for tests: name what matters. */
import { type MapSpec, MapType } from '../object/spec.ts';

export function mapSpec(type: keyof typeof MapType, rest: Partial<Omit<MapSpec, 'type'>> = {}): MapSpec {
  const sizes =
    type === 'RINGBUF'
      ? { keyBytes: 0, valueBytes: 0, maxEntries: 4096 }
      : { keyBytes: 4, valueBytes: 8, maxEntries: 4 };
  return {
    name: type.toLowerCase(),
    type: MapType[type],
    ...sizes,
    flags: 0,
    initial: null,
    frozen: false,
    keyTypeId: 0,
    valueTypeId: 0,
    ...rest,
  };
}
