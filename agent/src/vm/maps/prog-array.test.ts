import { expect, test } from '@jest/globals';
import { LinearMemory } from '../memory.ts';
import { ProgramType } from '../object/spec.ts';
import { mapSpec } from '../testing/map-spec.ts';
import { E2BIG, EINVAL, ENOENT } from './errno.ts';
import { ProgArrayMap, type TailTarget } from './prog-array.ts';

const u32 = (n: number): Uint8Array => new Uint8Array(new Uint32Array([n]).buffer);
const runnable = {} as TailTarget['runnable'];
const PROGRAMS: readonly TailTarget[] = [
  { id: 10, type: ProgramType.TRACING, runnable },
  { id: 11, type: ProgramType.TRACING, runnable },
  { id: 12, type: ProgramType.KPROBE, runnable },
];

function setUp(): ProgArrayMap {
  const host = { memory: new LinearMemory(), cpus: 1 };
  const byId = (id: number) => PROGRAMS.find((program) => program.id === id);
  return new ProgArrayMap(host, mapSpec('PROG_ARRAY', { valueBytes: 4 }), byId);
}

test('user space puts programs in by id, and takes them out', () => {
  const map = setUp();
  expect(map.update(u32(2), u32(11))).toBe(0);
  expect(map.lookup(u32(2))).toEqual(u32(11));
  expect(map.target(2)).toBe(PROGRAMS[1]);
  expect(map.keys()).toEqual([u32(2)]);
  expect(map.delete(u32(2))).toBe(0);
  expect(map.target(2)).toBe(null);
});

test.each([
  ['an index beyond the end', 4, 10, 0, -E2BIG],
  ['a program that does not exist', 0, 99, 0, -ENOENT],
  ['a program of another type', 0, 12, 0, -EINVAL],
  ['flags', 0, 10, 1, -EINVAL],
])('update() refuses %s', (_name, index, id, flags, errno) => {
  const map = setUp();
  map.update(u32(1), u32(10));
  expect(map.update(u32(index), u32(id), flags)).toBe(errno);
});

test('delete() of nothing is -ENOENT, and lookup() gives null', () => {
  const map = setUp();
  expect([map.delete(u32(0)), map.delete(u32(9)), map.lookup(u32(0)), map.lookup(u32(9))]).toEqual([
    -ENOENT,
    -E2BIG,
    null,
    null,
  ]);
});
