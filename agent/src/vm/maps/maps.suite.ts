/** What every map with keys and values must do, on both sides; what types differ in is named in MapTraits. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { LinearMemory } from '../memory.ts';
import type { MapSpec } from '../object/spec.ts';
import { createMap } from './create.ts';
import { E2BIG, EEXIST, EINVAL, ENOENT, EPERM } from './errno.ts';
import { BPF_ANY, BPF_EXIST, BPF_NOEXIST, type BpfMap } from './map.ts';

export interface MapTraits {
  /** Whether all entries are there from the start and cannot be deleted. */
  readonly fixed: boolean;
  /** What a new key does when the map is full. */
  readonly whenFull: 'refuses' | 'evicts';
  readonly perCpu: boolean;
}

const CPUS = 3;

export function mapSuite(spec: MapSpec, traits: MapTraits): void {
  const CPU = 1;

  function setUp(change: Partial<MapSpec> = {}) {
    const memory = new LinearMemory();
    const map = createMap({ memory, cpus: CPUS, programById: () => undefined }, { ...spec, ...change });
    const keyAt = memory.alloc(map.spec.keyBytes);
    const valueAt = memory.alloc(map.spec.valueBytes);
    const put = (at: number, bytes: Uint8Array) => {
      memory.u8.set(bytes, at);
      return at;
    };
    return {
      map,
      memory,
      lookup: (key: Uint8Array, cpu = CPU) => map.lookupAt(put(keyAt, key), cpu),
      update: (key: Uint8Array, value: Uint8Array, flags = BPF_ANY, cpu = CPU) =>
        map.updateAt(put(keyAt, key), put(valueAt, value), flags, cpu),
      remove: (key: Uint8Array) => map.deleteAt(put(keyAt, key)),
      valueAt: (offset: number) => memory.u8.slice(offset, offset + map.spec.valueBytes),
    };
  }

  const bytes = (length: number, seed: number): Uint8Array =>
    Uint8Array.from({ length }, (_, i) => (i === 0 ? seed : i < 4 ? 0 : (seed * 31 + i) & 0xff));
  const key = (n: number): Uint8Array => bytes(spec.keyBytes, n);
  const value = (n: number): Uint8Array => bytes(spec.valueBytes, n);
  /** A value as user space passes it. */
  const userValue = (map: BpfMap, n: number): Uint8Array => {
    const all = new Uint8Array(map.userValueBytes);
    for (let i = 0; i < map.valuesPerEntry; i++) all.set(value(n), i * map.valueStride);
    return all;
  };

  describe(`map ${spec.name}`, () => {
    test('a program finds what user space wrote, through the address', () => {
      const { map, lookup, valueAt } = setUp();
      expect(map.update(key(1), userValue(map, 7))).toBe(0);
      expect(valueAt(lookup(key(1)))).toEqual(value(7));
    });

    test('user space finds what a program wrote through the address', () => {
      const { map, memory, update, lookup } = setUp();
      expect(update(key(1), value(7))).toBe(0);
      memory.u8[lookup(key(1))] = 99;
      expect(map.lookupPerCpu(key(1))![traits.perCpu ? CPU : 0]![0]).toBe(99);
    });

    test('an address stays good while other entries come', () => {
      const { update, lookup, valueAt } = setUp({ maxEntries: 300 });
      update(key(1), value(7));
      const at = lookup(key(1));
      for (let n = 2; n < 250; n++) update(key(n), value(n));
      expect(lookup(key(1))).toBe(at);
      expect(valueAt(at)).toEqual(value(7));
    });

    test('what user space gets is a copy', () => {
      const { map } = setUp();
      map.update(key(1), userValue(map, 7));
      map.lookup(key(1))!.fill(0);
      expect(map.lookupPerCpu(key(1))![0]).toEqual(value(7));
    });

    test.each([
      ['BPF_NOEXIST on a key that is there', BPF_NOEXIST, 1, -EEXIST],
      ['BPF_EXIST on a key that is there', BPF_EXIST, 1, 0],
      ['BPF_EXIST on a new key', BPF_EXIST, 2, traits.fixed ? 0 : -ENOENT],
      ['BPF_NOEXIST on a new key', BPF_NOEXIST, 2, traits.fixed ? -EEXIST : 0],
      ['flags that do not exist', 3, 1, -EINVAL],
      ['flags beyond 32 bits', 2 ** 40, 1, -EINVAL],
    ])('an update with %s', (_name, flags, n, expected) => {
      const program = setUp();
      program.update(key(1), value(1));
      expect(program.update(key(n), value(2), flags)).toBe(expected);
      const { map } = setUp();
      map.update(key(1), userValue(map, 1));
      expect(map.update(key(n), userValue(map, 2), flags)).toBe(expected);
    });

    test('deleting', () => {
      const { map, update, remove, lookup } = setUp();
      update(key(1), value(1));
      expect(remove(key(1))).toBe(traits.fixed ? -EINVAL : 0);
      expect(lookup(key(1)) === 0).toBe(!traits.fixed);
      expect(map.delete(key(1))).toBe(traits.fixed ? -EINVAL : -ENOENT);
    });

    test('an entry that is made again begins as zeros', () => {
      const { map, memory, update, remove } = setUp();
      update(key(1), value(200), BPF_ANY, CPU);
      remove(key(1));
      if (!traits.fixed) map.insert(putKey(map, memory, key(2)), BPF_ANY);
      const found = map.lookupPerCpu(key(2));
      expect(found).toEqual(found!.map(() => new Uint8Array(spec.valueBytes)));
    });

    test('a full map takes updates of what is there, and of a new key does what its type does', () => {
      const { map, update, lookup } = setUp();
      for (let n = 0; n < spec.maxEntries; n++) expect(update(key(n), value(n))).toBe(0);
      expect(update(key(0), value(50))).toBe(0);
      expect(update(key(spec.maxEntries), value(1))).toBe(traits.whenFull === 'refuses' ? -E2BIG : 0);
      expect(map.keys().length).toBe(spec.maxEntries);
      expect(lookup(key(0))).not.toBe(0);
    });

    test('a frozen map gives values and takes none', () => {
      const { map, update, remove, lookup, valueAt } = setUp();
      update(key(1), value(1));
      map.freeze();
      expect([
        update(key(1), value(2)),
        map.update(key(1), userValue(map, 2)),
        remove(key(1)),
        map.delete(key(1)),
      ]).toEqual([-EPERM, -EPERM, -EPERM, -EPERM]);
      expect(valueAt(lookup(key(1)))).toEqual(value(1));
    });

    test('keys and values of a wrong length are the caller’s fault', () => {
      const { map } = setUp();
      expect(() => map.lookup(new Uint8Array(spec.keyBytes + 1))).toThrow(/has keys of/);
      expect(() => map.update(key(1), new Uint8Array(spec.valueBytes + 1))).toThrow(/has values of/);
    });

    test('each CPU has its own value, if the map is per-CPU', () => {
      const { map, update, lookup, valueAt } = setUp();
      update(key(1), value(1), BPF_ANY, 0);
      update(key(1), value(2), BPF_ANY, 2);
      expect(valueAt(lookup(key(1), 0))).toEqual(value(traits.perCpu ? 1 : 2));
      const none = new Uint8Array(spec.valueBytes);
      expect(map.lookupPerCpu(key(1))).toEqual(traits.perCpu ? [value(1), none, value(2)] : [value(2)]);
    });

    test('close() gives all memory back', () => {
      const memory = new LinearMemory();
      const host = { memory, cpus: CPUS, programById: () => undefined };
      const fill = () => {
        const map = createMap(host, spec);
        for (let n = 0; n < spec.maxEntries; n++) map.update(key(n), userValue(map, n));
        map.close();
        return memory.top;
      };
      expect(fill()).toBe(fill());
    });

    if (!traits.fixed && traits.whenFull === 'refuses') {
      test('does what a Map would do', () => {
        const step = fc.tuple(
          fc.constantFrom('update', 'remove', 'lookup'),
          fc.integer({ min: 0, max: 200 }),
          fc.nat(255),
        );
        fc.assert(
          fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
            const { map, update, remove, lookup, valueAt } = setUp({ maxEntries: 100 });
            const model = new Map<number, number>();
            for (const [verb, n, seed] of steps) {
              if (verb === 'lookup') {
                const at = lookup(key(n));
                expect(at === 0 ? undefined : valueAt(at)).toEqual(
                  model.has(n) ? value(model.get(n)!) : undefined,
                );
              } else if (verb === 'remove') expect(remove(key(n))).toBe(model.delete(n) ? 0 : -ENOENT);
              else if (!model.has(n) && model.size === 100) expect(update(key(n), value(seed))).toBe(-E2BIG);
              else {
                expect(update(key(n), value(seed))).toBe(0);
                model.set(n, seed);
              }
            }
            const found = map.keys().map((each) => each[0]!);
            expect(found.sort((a, b) => a - b)).toEqual([...model.keys()].sort((a, b) => a - b));
          }),
          { numRuns: 30 },
        );
      });
    }
  });
}

function putKey(map: BpfMap, memory: LinearMemory, key: Uint8Array): number {
  const at = memory.alloc(map.spec.keyBytes);
  memory.u8.set(key, at);
  return at;
}
