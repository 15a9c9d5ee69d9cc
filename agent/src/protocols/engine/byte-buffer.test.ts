import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ByteBuffer } from './byte-buffer.ts';

test('holds what was appended and not consumed, and never changes what it was given', () => {
  const step = fc.oneof(fc.uint8Array({ maxLength: 600 }), fc.nat(900));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const buffer = new ByteBuffer();
      let want: number[] = [];
      for (const each of steps) {
        if (typeof each === 'number') {
          const n = Math.min(each, want.length);
          buffer.consume(n);
          want = want.slice(n);
        } else {
          const before = [...each];
          buffer.append(each);
          want.push(...before);
          expect([...each]).toEqual(before);
        }
        expect(buffer.length).toBe(want.length);
        expect([...buffer.view()]).toEqual(want);
      }
    }),
  );
});
