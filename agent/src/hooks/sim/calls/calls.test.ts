import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createWorld } from '../world.ts';
import { CALL_NAMES } from './numbers.ts';
import { CALLS } from './table.ts';

test('every call has its number, and the table its name', () => {
  for (const [name, nr] of CALL_NAMES) expect(CALLS[nr]?.name).toBe(name);
});

/** Words that calls take amiss: small, negative, huge, no address. */
const word = fc.oneof(
  fc.integer({ min: -2, max: 12 }),
  fc.constantFrom(
    16,
    64,
    4096,
    65536,
    0x7fffffff,
    0xffff_ffff,
    2 ** 40,
    2n ** 63n,
    2n ** 64n - 1n,
    0xffff_8880_0000_1000n,
  ),
  fc.constantFrom('memory' as const, 'edge' as const),
);

test('no call with any arguments throws, hangs, or leaves the world unable to go on', () => {
  const call = fc.tuple(
    fc.constantFrom(...CALL_NAMES.values(), 400),
    fc.array(word, { minLength: 6, maxLength: 6 }),
  );
  fc.assert(
    fc.property(fc.array(fc.array(call, { maxLength: 12 }), { maxLength: 4 }), fc.nat(), (threads, seed) => {
      const world = createWorld({ seed, sendBufferBytes: 5000, receiveBufferBytes: 5000 });
      const node = world.addNode({ name: 'node' });
      const netns = node.addNetns(['10.0.0.1', '10.0.0.3']);
      for (const calls of threads) {
        node.spawn({
          comm: 'fuzz',
          netns,
          *main(os) {
            const memory = os.alloc(4096);
            os.poke(
              memory,
              Uint8Array.from({ length: 256 }, (_, i) => (i % 8 === 0 ? (seed + i) & 63 : 0)),
            );
            yield* os.socket(2, 1);
            yield* os.socket(2, 2);
            yield* os.socket(10, 1);
            yield* os.socketpair(1, 1);
            yield* os.pipe();
            yield* os.open('/dev/zero', 2);
            for (const [nr, args] of calls) {
              const words = args.map((arg) =>
                arg === 'memory' ? memory : arg === 'edge' ? memory + 4090n : arg,
              );
              const result = yield* os.syscall(nr, ...words);
              expect(result).toBeGreaterThan(-4096);
            }
          },
        });
      }
      let finished = false;
      node.spawn({
        comm: 'bystander',
        netns,
        *main(os) {
          yield* os.sleep(1e9);
          finished = true;
        },
      });
      world.run({ untilNs: 1e12 });
      expect(finished).toBe(true);
    }),
    { numRuns: 300 },
  );
});
