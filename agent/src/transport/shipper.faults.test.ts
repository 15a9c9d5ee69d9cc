import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Fate, TestCollector } from './testing/collector.ts';
import { spanReport } from './testing/reports.ts';
import { ship } from './testing/shipping.ts';

const aFate = fc.constantFrom<Fate>(
  'take',
  'keep',
  'lose',
  'die',
  'reset',
  'forget',
  'refuse',
  'refuse-silently',
  'stall',
);

test('whatever happens to batches, each row is stored once or counted as dropped', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(aFate, { maxLength: 12 }),
      fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 8 }),
      fc.integer({ min: 1_500, max: 6_000 }),
      async (fates, spansOfReports, creditBytes) => {
        const collector = new TestCollector({ fates: fates.values(), creditBytes });
        await collector.listen();
        const { shipper, ledger, acknowledged } = ship(collector.address, { silenceMs: 40 });
        try {
          let spans = 0;
          for (const count of spansOfReports) {
            shipper.send(spanReport(spans, count));
            spans += count;
            // Between two reports the world goes on, so that faults meet batches in every state.
            await new Promise((resolve) => setImmediate(resolve));
          }
          await shipper.drained();

          expect(collector.faults).toEqual([]);
          expect(ledger.imbalances()).toEqual([]);
          const { in: taken, out, held, dropped } = ledger.snapshot()[0]!;
          expect(held).toBe(0);
          expect(taken).toBe(out + dropped.refused_malformed!);
          // Each report is one batch, and spans are numbered through: so the batch of each span is known. One that was
          // refused may still be stored, if the refusal was lost with its stream.
          const batchOfSpan = spansOfReports.flatMap((count, i) => Array<number>(count).fill(i + 1));
          const isSure = (span: number) => !collector.refused.has(batchOfSpan[span]!);
          const stored = collector.spanIds().map((id) => Number.parseInt(id, 16));
          expect(new Set(stored).size).toBe(stored.length);
          expect(stored.filter(isSure)).toEqual([...batchOfSpan.keys()].filter(isSure));
          expect(new Set(acknowledged.map(({ sequence }) => sequence)).size).toBe(acknowledged.length);
        } finally {
          await shipper.close();
          collector.stop();
        }
      },
    ),
    { numRuns: 25 },
  );
});
