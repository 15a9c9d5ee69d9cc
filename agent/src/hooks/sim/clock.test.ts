import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Clock } from './clock.ts';

test('what is due runs in order of time, then of asking; cancelled things do not run', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(20), fc.boolean())), (asked) => {
      const clock = new Clock(100);
      const ran: number[] = [];
      for (const [i, [delay, cancelled]] of asked.entries()) {
        const timer = clock.at(100 + delay, () => ran.push(i));
        if (cancelled) timer.cancel();
      }
      for (let next = clock.nextNs; next < Infinity; next = clock.nextNs) {
        clock.advanceTo(next);
        clock.runDue();
      }
      const kept = [...asked.entries()].filter(([, [, cancelled]]) => !cancelled);
      const want = kept.sort(([i, [a]], [j, [b]]) => a - b || i - j).map(([i]) => i);
      expect(ran).toEqual(want);
    }),
  );
});

test('time never goes back', () => {
  const clock = new Clock(10);
  clock.tick(5);
  clock.advanceTo(3);
  expect(clock.nowNs).toBe(15);
});
