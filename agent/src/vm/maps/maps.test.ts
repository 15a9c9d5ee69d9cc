import { describe, expect, test } from '@jest/globals';
import { LinearMemory } from '../memory.ts';
import { type MapSpec, MapType } from '../object/spec.ts';
import { mapSpec } from '../testing/map-spec.ts';
import { createMap } from './create.ts';
import { ENOMEM } from './errno.ts';
import { BPF_NOEXIST } from './map.ts';
import { mapSuite } from './maps.suite.ts';

mapSuite(mapSpec('ARRAY'), { fixed: true, whenFull: 'refuses', perCpu: false });
mapSuite(mapSpec('ARRAY', { name: 'array of odd values', valueBytes: 13 }), {
  fixed: true,
  whenFull: 'refuses',
  perCpu: false,
});
mapSuite(mapSpec('PERCPU_ARRAY', { valueBytes: 5 }), { fixed: true, whenFull: 'refuses', perCpu: true });
mapSuite(mapSpec('HASH'), { fixed: false, whenFull: 'refuses', perCpu: false });
mapSuite(mapSpec('HASH', { name: 'hash of odd keys', keyBytes: 23, valueBytes: 3 }), {
  fixed: false,
  whenFull: 'refuses',
  perCpu: false,
});
mapSuite(mapSpec('PERCPU_HASH', { valueBytes: 12 }), { fixed: false, whenFull: 'refuses', perCpu: true });
mapSuite(mapSpec('LRU_HASH'), { fixed: false, whenFull: 'evicts', perCpu: false });

const host = () => ({ memory: new LinearMemory(), cpus: 2, programById: () => undefined });
const u32 = (n: number): Uint8Array => new Uint8Array(new Uint32Array([n]).buffer);
const u64 = (n: number): Uint8Array => new Uint8Array(new BigUint64Array([BigInt(n)]).buffer);

describe('an LRU hash drops', () => {
  function check(
    steps: (map: ReturnType<typeof createMap>, at: (n: number) => number) => void,
    left: number[],
  ): void {
    const { memory, ...rest } = host();
    const map = createMap({ memory, ...rest }, mapSpec('LRU_HASH', { maxEntries: 3 }));
    const keyAt = memory.alloc(4);
    steps(map, (n) => {
      memory.view.setUint32(keyAt, n, true);
      return keyAt;
    });
    expect(
      map
        .keys()
        .map((key) => key[0]!)
        .sort(),
    ).toEqual(left);
  }

  const fill = (map: ReturnType<typeof createMap>) =>
    [1, 2, 3].forEach((n) => void map.update(u32(n), u64(n)));

  test('the oldest', () => {
    check(
      (map) => {
        fill(map);
        map.update(u32(4), u64(4));
        map.update(u32(5), u64(5));
      },
      [3, 4, 5],
    );
  });

  test('not what a program looked up', () => {
    check(
      (map, at) => {
        fill(map);
        map.lookupAt(at(1), 0);
        map.update(u32(4), u64(4));
      },
      [1, 3, 4],
    );
  });

  test('also what only user space looked up', () => {
    check(
      (map) => {
        fill(map);
        map.lookup(u32(1));
        map.update(u32(4), u64(4));
      },
      [2, 3, 4],
    );
  });

  test('not what was updated', () => {
    check(
      (map) => {
        fill(map);
        map.update(u32(1), u64(9));
        map.update(u32(4), u64(4));
      },
      [1, 3, 4],
    );
  });

  test('nothing for an update that fails', () => {
    check(
      (map) => {
        fill(map);
        map.update(u32(3), u64(4), BPF_NOEXIST);
      },
      [1, 2, 3],
    );
  });

  test('nothing while a deleted entry leaves room', () => {
    check(
      (map) => {
        fill(map);
        map.delete(u32(2));
        map.update(u32(4), u64(4));
      },
      [1, 3, 4],
    );
  });

  test('in the order of use over many entries', () => {
    const map = createMap(host(), mapSpec('LRU_HASH', { maxEntries: 200 }));
    for (let n = 0; n < 1000; n++) map.update(u32(n), u64(n));
    const left = map.keys().map((key) => new DataView(key.buffer).getUint32(0, true));
    expect(left.sort((a, b) => a - b)).toEqual(Array.from({ length: 200 }, (_, i) => 800 + i));
  });
});

test('a data section begins with its initial value', () => {
  const initial = Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8]);
  const map = createMap(host(), mapSpec('ARRAY', { maxEntries: 1, initial, frozen: true }));
  expect(map.lookup(u32(0))).toEqual(initial);
  expect(map.frozen).toBe(true);
});

describe('createMap() refuses', () => {
  test.each([
    [
      'a type that does not exist',
      { ...mapSpec('HASH'), type: 99 as MapType },
      'map type 99 is not supported',
    ],
    ['an array whose key is not 4 bytes', mapSpec('ARRAY', { keyBytes: 8 }), 'has 4 bytes, not 8'],
    ['an array without entries', mapSpec('ARRAY', { maxEntries: 0 }), 'at least 1 entry'],
    ['a hash without a key', mapSpec('HASH', { keyBytes: 0 }), 'at least 1 byte'],
    ['a hash without a value', mapSpec('HASH', { valueBytes: 0 }), 'at least 1 byte'],
    [
      'a ring whose size is no power of two',
      mapSpec('RINGBUF', { maxEntries: 5000 }),
      'power of two from 4096 on, not 5000',
    ],
    [
      'a ring smaller than a page',
      mapSpec('RINGBUF', { maxEntries: 2048 }),
      'power of two from 4096 on, not 2048',
    ],
    ['a ring with keys', mapSpec('RINGBUF', { keyBytes: 4 }), 'neither keys nor values'],
    ['a program array of wide values', mapSpec('PROG_ARRAY', { valueBytes: 8 }), 'have 4 bytes'],
    [
      'flags that nobody knows',
      mapSpec('HASH', { flags: 1 << 30, name: 'odd' }),
      'Cannot create map "odd": unknown flags',
    ],
  ] satisfies [string, MapSpec, string][])('%s', (_name, spec, message) => {
    expect(() => createMap(host(), spec)).toThrow(message);
  });

  test('no map type that is listed', () => {
    const types = Object.keys(MapType) as (keyof typeof MapType)[];
    const sizes = (type: string) => (type === 'PROG_ARRAY' ? { valueBytes: 4 } : {});
    expect(types.map((type) => createMap(host(), mapSpec(type, sizes(type))).spec.name)).toEqual(
      types.map((type) => type.toLowerCase()),
    );
  });
});

test.each(['HASH', 'LRU_HASH'] as const)(
  'a %s in full memory refuses new keys and keeps the others',
  (type) => {
    const memory = new LinearMemory(65536, 131072);
    const map = createMap({ ...host(), memory }, mapSpec(type, { maxEntries: 100_000, valueBytes: 200 }));
    let kept = 0;
    while (map.update(u32(kept), new Uint8Array(200).fill(7)) === 0) kept++;
    expect(kept).toBeGreaterThan(100);
    expect(map.update(u32(kept), new Uint8Array(200))).toBe(-ENOMEM);
    expect(map.keys().length).toBe(kept);
    expect(map.update(u32(1), new Uint8Array(200))).toBe(0);
  },
);
