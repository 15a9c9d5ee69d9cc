/** What every protocol must do, whatever it is: each protocol's test calls this with conversations of its own. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Protocol } from '../protocol.ts';
import { bytesOf, gist, type Party, type Play, play, type Step } from './conversation.ts';

export interface ProtocolSample {
  readonly name: string;
  /** Whole, from the start of the connection to its end, and of at least one exchange. */
  readonly steps: readonly Step[];
}

const SIDES: readonly Party[] = ['client', 'server'];

export function protocolSuite(protocol: Protocol, samples: readonly ProtocolSample[]): void {
  const gists = (steps: readonly Step[], options: Play = {}) => play(steps, options).exchanges.map(gist);

  describe(`${protocol.name} as every protocol`, () => {
    for (const { name, steps } of samples) {
      test(`${name}: gives exchanges of this protocol`, () => {
        for (const side of SIDES) {
          const { exchanges } = play(steps, { side });
          expect(exchanges.length).toBeGreaterThan(0);
          expect(new Set(exchanges.map((exchange) => exchange.protocol))).toEqual(new Set([protocol.name]));
          expect(new Set(exchanges.map((exchange) => exchange.side))).toEqual(new Set([side]));
        }
      });

      test(`${name}: cut at any byte, it gives the same`, () => {
        const whole = gists(steps);
        const longest = Math.max(...steps.map((step) => ('says' in step ? step.says.length : 0)));
        for (let at = 1; at < longest; at++) {
          const split = (bytes: Uint8Array) =>
            at < bytes.length ? [bytes.subarray(0, at), bytes.subarray(at)] : [bytes];
          expect(gists(steps, { split })).toEqual(whole);
        }
        const bytewise = (bytes: Uint8Array) => Array.from(bytes, (byte) => Uint8Array.of(byte));
        expect(gists(steps, { split: bytewise })).toEqual(whole);
      });

      test(`${name}: joined in the middle of the connection, later messages are found`, () => {
        const noise = (by: Party): Step => ({
          by,
          says: bytesOf(`\u0000\u0007\u00ffend of what began before\n`),
        });
        for (const side of SIDES) {
          const late = play([noise('client'), noise('server'), ...steps], { side, opening: null });
          expect(late.exchanges.map((exchange) => exchange.name)).toEqual(
            play(steps, { side }).exchanges.map((exchange) => exchange.name),
          );
        }
      });

      test(`${name}: its tail cut off, what came before stays`, () => {
        const { exchanges } = play(steps);
        const lastSays = steps.findLastIndex((step) => 'says' in step);
        const last = steps[lastSays]!;
        const cut = { by: last.by, says: (last as { says: Uint8Array }).says.subarray(0, -1) };
        const kept = play([...steps.slice(0, lastSays), cut]);
        expect(kept.exchanges.slice(0, -1).map(gist)).toEqual(
          exchanges.slice(0, kept.exchanges.length - 1).map(gist),
        );
      });

      test(`${name}: records lost or opaque anywhere neither hang nor unbalance it`, () => {
        fc.assert(
          fc.property(
            fc.nat(steps.length - 1),
            fc.boolean(),
            fc.integer({ min: 1, max: 3000 }),
            (at, isLost, bytes) => {
              const { by } = steps[at]!;
              const hole: Step = isLost ? { by, lost: bytes } : { by, opaque: bytes };
              play([...steps.slice(0, at), hole, ...steps.slice(at)]);
            },
          ),
          { numRuns: 60 },
        );
      });

      test(`${name}: ended anywhere, anyhow, it keeps what was whole`, () => {
        const whole = (part: readonly Step[], side: Party) =>
          play(part, { side })
            .exchanges.filter((exchange) => exchange.incomplete === null)
            .map(gist);
        for (const side of SIDES) {
          for (let at = 0; at <= steps.length; at++) {
            const said = steps.slice(0, at);
            const before = whole(said, side);
            for (const by of SIDES) {
              const ends: readonly Step[] = [
                { by, end: true },
                { by, close: true },
                { by, reset: true },
              ];
              for (const end of ends)
                expect(whole([...said, end], side).slice(0, before.length)).toEqual(before);
            }
          }
        }
      });

      test(`${name}: with bytes changed at random it neither throws nor unbalances`, () => {
        fc.assert(
          fc.property(
            fc.nat(steps.length - 1),
            fc.nat(),
            fc.uint8Array({ minLength: 1, maxLength: 8 }),
            (at, where, noise) => {
              const step = steps[at]!;
              if (!('says' in step)) return;
              const says = step.says.slice();
              says.set(noise.subarray(0, says.length), where % Math.max(1, says.length - noise.length));
              play([...steps.slice(0, at), { by: step.by, says }, ...steps.slice(at + 1)]);
            },
          ),
          { numRuns: 100 },
        );
      });
    }

    test('random bytes give no exchange', () => {
      fc.assert(
        fc.property(
          fc.array(
            fc.record({
              by: fc.constantFrom<Party>('client', 'server'),
              says: fc.uint8Array({ minLength: 1, maxLength: 200 }),
            }),
            {
              maxLength: 20,
            },
          ),
          (steps) => expect(play(steps).exchanges).toEqual([]),
        ),
        { numRuns: 200 },
      );
    });

    test('infer() and resync() stay within their bytes', () => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
          protocol.infer(bytes);
          for (const role of ['request', 'response'] as const) {
            const found = protocol.resync(bytes, role, protocol.newState?.(false), bytes.length % 2 === 0);
            const at = found.kind === 'found' ? found.at : found.keep;
            expect(at).toBeGreaterThanOrEqual(0);
            expect(at).toBeLessThanOrEqual(bytes.length);
          }
        }),
      );
    });
  });
}
