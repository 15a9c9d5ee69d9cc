import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { DataEvent, KernelEvent } from '../model/events.ts';
import { orderNs, ReorderWindow } from './reorder.ts';

const SOCKET = { node: 'n', address: 1, inode: 1 };

const data = (direction: 'send' | 'receive', enterNs: number, exitNs: number, position = 0): DataEvent => ({
  kind: 'data',
  node: 'n',
  cpu: 0,
  tgid: 1,
  tid: 1,
  cgroupId: 0n,
  enterNs,
  exitNs,
  syscallNr: 0,
  rung: 'btf',
  flags: 0,
  socket: SOCKET,
  fd: 3,
  direction,
  position,
  length: 0,
  callBytes: 0,
  callOffset: 0,
  peer: null,
  payload: new Uint8Array(0),
});

describe('orderNs()', () => {
  test('a send counts from its enter: the reply may be read before the writer returns', () => {
    expect(orderNs(data('send', 10, 50))).toBe(10);
  });
  test('a receive counts from its exit', () => expect(orderNs(data('receive', 10, 50))).toBe(50));
  test('without an enter program exit must do', () => expect(orderNs(data('send', 0, 50))).toBe(50));
});

function run(events: readonly KernelEvent[], windowNs: number, capacity?: number) {
  const out: number[] = [];
  const window = new ReorderWindow({
    windowNs,
    ...(capacity === undefined ? {} : { capacity }),
    release: (event) => out.push((event as DataEvent).position),
  });
  for (const event of events) {
    window.push(event);
    window.release();
  }
  const beforeFlush = out.length;
  window.flush();
  return { out, beforeFlush, held: window.held, late: window.late };
}

describe('ReorderWindow', () => {
  test('equal times keep their order of arrival', () => {
    expect(
      run(
        [1, 2, 3].map((n) => data('receive', 0, 7, n)),
        100,
      ).out,
    ).toEqual([1, 2, 3]);
  });

  test('an event that is older than a released one passes at once and is counted as late', () => {
    const { out, late } = run(
      [data('receive', 0, 100, 1), data('receive', 0, 500, 2), data('receive', 0, 50, 3)],
      10,
    );
    expect({ out, late }).toEqual({ out: [1, 3, 2], late: 1 });
  });

  test('never holds more than its capacity', () => {
    const events = Array.from({ length: 10 }, (_, n) => data('receive', 0, n, n));
    expect(run(events, 1e9, 4).beforeFlush).toBe(6);
  });

  test('events that are out of order by less than the window come out in order, none lost', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 99 }), { maxLength: 200 }), (jitters) => {
        const events = jitters.map((jitter, n) => data('receive', 0, 1000 + n * 10 + jitter, n));
        const { out, held, late } = run(events, 100);
        const times = out.map((n) => events[n]!.exitNs);
        expect(times).toEqual([...times].sort((a, b) => a - b));
        expect({ n: out.length, held, late }).toEqual({ n: events.length, held: 0, late: 0 });
      }),
    );
  });
});
