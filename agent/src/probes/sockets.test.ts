import { expect, test } from '@jest/globals';
import { SocketTable } from './sockets.ts';

test('the same address and inode are the same object', () => {
  const table = new SocketTable('n');
  expect(table.intern(1, 10)).toBe(table.intern(1, 10));
});

test('an address that comes back with another inode is another socket', () => {
  const table = new SocketTable('n');
  const first = table.intern(1, 10);
  const second = table.intern(1, 11);
  expect(second).not.toBe(first);
  expect(table.size).toBe(1);
});

test('a full table forgets the oldest socket and counts it', () => {
  const table = new SocketTable('n', 2);
  const first = table.intern(1, 1);
  table.intern(2, 2);
  table.intern(3, 3);
  expect({ size: table.size, evicted: table.evicted, isSame: table.intern(1, 1) === first }).toEqual({
    size: 2,
    evicted: 1,
    isSame: false,
  });
});
