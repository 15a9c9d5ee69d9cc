import { crc32 } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { Ledger } from '@sonde/ledger';
import fc from 'fast-check';
import type { EncodedBatch } from './encode/batch.ts';
import { headerOf, maxHeaderBytes } from './header.ts';
import { BatchQueue, TRANSPORT_STAGE } from './queue.ts';
import { readBatch } from './testing/read-batch.ts';
import { encodedSpans } from './testing/reports.ts';
import { countsOf } from './testing/shipping.ts';

const header = headerOf({ agentId: 'agent-a', bootEpoch: 1, node: 'node-a', platform: 'sim' });
const ANY = Number.POSITIVE_INFINITY;

/** A batch of one span whose id is `n`. */
const batchOf = (n: number, rows = 1): EncodedBatch => encodedSpans(n, rows);
/** What a batch of one row takes in the queue. */
const BATCH_BYTES = batchOf(1).body.length + maxHeaderBytes(header);

function newQueue(limitBytes = ANY) {
  const ledger = new Ledger();
  const stage = ledger.stage('transport', TRANSPORT_STAGE);
  const queue = new BatchQueue({ limitBytes, header, stage });
  return { queue, ledger, stage };
}

describe('BatchQueue', () => {
  /** Plays steps on a queue with room for `room` batches of one span; tells what each said and what the ledger counts. */
  const check = (
    room: number,
    steps: (queue: BatchQueue) => unknown[],
    want: { said: unknown[]; rows: string },
  ) => {
    const { queue, ledger } = newQueue(room * BATCH_BYTES);
    expect({ said: steps(queue), rows: countsOf(ledger) }).toEqual(want);
    expect(ledger.imbalances()).toEqual([]);
    expect(queue.bytes).toBeLessThanOrEqual(room * BATCH_BYTES);
  };
  const offer = (queue: BatchQueue, ...ids: number[]) => {
    for (const n of ids) queue.offer(batchOf(n));
  };
  /** `sequence:span id` of what goes out now. */
  const send = (queue: BatchQueue, count = 99, maxBatchBytes = ANY): string[] => {
    const sent: string[] = [];
    for (let i = 0; i < count; i++) {
      const batch = queue.next(ANY, maxBatchBytes);
      if (batch === null) break;
      expect(batch.crc32).toBe(crc32(batch.payload));
      const { header: read, spans } = readBatch(batch.payload);
      expect(read?.sequence).toBe(BigInt(batch.sequence));
      sent.push(`${batch.sequence}:${spans.map(({ spanId }) => Number.parseInt(spanId, 16)).join('+')}`);
    }
    return sent;
  };

  // A batch of one span has two rows: the span and its entity.
  test('sends in order and counts what is acknowledged', () =>
    check(
      9,
      (queue) => {
        queue.resume(0);
        offer(queue, 11, 12, 13);
        return [send(queue), queue.acknowledge(2), queue.isDrained, queue.acknowledge(3), queue.isDrained];
      },
      {
        said: [
          ['1:11', '2:12', '3:13'],
          [
            { sequence: 1, spans: 1, logs: 0, requests: 0, rows: 2 },
            { sequence: 2, spans: 1, logs: 0, requests: 0, rows: 2 },
          ],
          false,
          [{ sequence: 3, spans: 1, logs: 0, requests: 0, rows: 2 }],
          true,
        ],
        rows: 'in 6, out 6, held 0',
      },
    ));

  test('drops the oldest that was not sent when it is full, and leaves no gap', () =>
    check(
      3,
      (queue) => {
        queue.resume(0);
        offer(queue, 11);
        const first = send(queue);
        offer(queue, 12, 13, 14, 15);
        return [first, send(queue)];
      },
      { said: [['1:11'], ['2:14', '3:15']], rows: 'in 10, out 0, held 6, queue_full 4' },
    ));

  test('refuses the newest when all of it was sent', () =>
    check(
      2,
      (queue) => {
        queue.resume(0);
        offer(queue, 11, 12);
        const first = send(queue);
        offer(queue, 13);
        queue.resume(0);
        return [first, send(queue)];
      },
      {
        said: [
          ['1:11', '2:12'],
          ['1:11', '2:12'],
        ],
        rows: 'in 6, out 0, held 4, queue_full 2',
      },
    ));

  test('drops nothing for a batch that has no room in any case', () =>
    check(
      2,
      (queue) => {
        offer(queue, 11, 12);
        queue.offer(batchOf(13, 50));
        queue.resume(0);
        return send(queue);
      },
      { said: ['1:11', '2:12'], rows: 'in 55, out 0, held 4, queue_full 51' },
    ));

  test('sends again what the next stream does not know, under the same sequences', () =>
    check(
      9,
      (queue) => {
        queue.resume(0);
        offer(queue, 11, 12, 13);
        send(queue, 2);
        return [queue.resume(1).length, send(queue)];
      },
      { said: [1, ['2:12', '3:13']], rows: 'in 6, out 2, held 4' },
    ));

  test('goes on where it was when it is acknowledged in the middle of sending again', () =>
    check(
      9,
      (queue) => {
        queue.resume(0);
        offer(queue, 11, 12, 13, 14);
        send(queue);
        queue.resume(0);
        return [send(queue, 2), queue.acknowledge(2).length, send(queue)];
      },
      { said: [['1:11', '2:12'], 2, ['3:13', '4:14']], rows: 'in 8, out 4, held 4' },
    ));

  test('goes on behind what a predecessor of the same boot epoch sent', () =>
    check(
      9,
      (queue) => {
        offer(queue, 11);
        queue.resume(40);
        return send(queue);
      },
      { said: ['41:11'], rows: 'in 2, out 0, held 2' },
    ));

  test('goes on by its own count when the collector has forgotten all', () =>
    check(
      9,
      (queue) => {
        queue.resume(0);
        offer(queue, 11, 12);
        send(queue);
        queue.acknowledge(1);
        queue.resume(0);
        return send(queue);
      },
      { said: ['2:12'], rows: 'in 4, out 2, held 2' },
    ));

  test('keeps the place of a refused batch on the next stream, without its rows', () =>
    check(
      9,
      (queue) => {
        queue.resume(0);
        offer(queue, 11, 12, 13);
        send(queue);
        queue.refuse(2, 'refused_malformed');
        queue.refuse(2, 'refused_malformed');
        queue.resume(0);
        return [send(queue), queue.acknowledge(3).length, queue.bytes];
      },
      { said: [['1:11', '2:', '3:13'], 2, 0], rows: 'in 6, out 4, held 0, refused_malformed 2' },
    ));

  test('is drained when only refused batches wait for their acknowledgement', () =>
    check(
      9,
      (queue) => {
        queue.resume(0);
        offer(queue, 11);
        send(queue);
        const before = [queue.isAwaiting, queue.isDrained];
        queue.refuse(1, 'refused_oversized');
        return [before, [queue.isAwaiting, queue.isDrained]];
      },
      {
        said: [
          [true, false],
          [false, true],
        ],
        rows: 'in 2, out 0, held 0, refused_oversized 2',
      },
    ));

  test('drops a batch that the collector would not take before it has a sequence', () =>
    check(
      9,
      (queue) => {
        queue.resume(0);
        queue.offer(batchOf(11, 4));
        offer(queue, 12);
        return send(queue, 9, BATCH_BYTES);
      },
      { said: ['1:12'], rows: 'in 7, out 0, held 2, too_large 5' },
    ));

  test('empties a batch that the collector takes no more but that has a sequence', () =>
    check(
      9,
      (queue) => {
        queue.resume(0);
        queue.offer(batchOf(11, 4));
        offer(queue, 12);
        send(queue);
        queue.resume(0);
        return send(queue, 9, BATCH_BYTES);
      },
      { said: ['1:', '2:12'], rows: 'in 7, out 0, held 2, too_large 5' },
    ));

  test('holds a batch back until its payload has credit', () => {
    const { queue } = newQueue();
    queue.resume(0);
    offer(queue, 11);
    const payloadBytes = batchOf(11).body.length + header(1).length;
    expect(queue.next(payloadBytes - 1, ANY)).toBeNull();
    expect(queue.next(payloadBytes, ANY)?.sequence).toBe(1);
    queue.resume(0);
    expect(queue.next(payloadBytes - 1, ANY)).toBeNull();
    expect(queue.next(payloadBytes, ANY)?.sequence).toBe(1);
  });

  test('drops everything at the end', () =>
    check(
      9,
      (queue) => {
        queue.resume(0);
        offer(queue, 11, 12, 13);
        send(queue, 2);
        queue.refuse(1, 'refused_checksum');
        queue.clear('closed');
        return [queue.isDrained, queue.bytes, send(queue)];
      },
      { said: [true, 0, []], rows: 'in 6, out 0, held 0, refused_checksum 2, closed 4' },
    ));

  describe('finds a violation when the collector', () => {
    const violation = (step: (queue: BatchQueue) => void, want: RegExp) => {
      const { queue, ledger } = newQueue();
      queue.resume(0);
      offer(queue, 11, 12, 13);
      send(queue, 2);
      expect(() => step(queue)).toThrow(want);
      expect(ledger.imbalances()).toEqual([]);
    };
    test('acknowledges what was never sent', () =>
      violation((queue) => queue.acknowledge(3), /acknowledged batch 3, the last one sent is 2/));
    test('acknowledges what was not sent on this stream', () =>
      violation((queue) => {
        queue.resume(0);
        queue.acknowledge(1);
      }, /acknowledged batch 1, the last one sent is 0/));
    test('refuses what was never sent', () =>
      violation((queue) => queue.refuse(3, 'refused_identity'), /refused batch 3/));
    test('refuses what it has acknowledged', () =>
      violation((queue) => {
        queue.acknowledge(1);
        queue.refuse(1, 'refused_identity');
      }, /refused batch 1/));
    test('has more than was ever sent', () =>
      violation((queue) => queue.resume(9), /has batch 9 of an agent that sent none after 2/));
    test('names a sequence that no number holds', () => {
      const { queue } = newQueue();
      expect(() => queue.resume(2 ** 60)).toThrow(/has batch/);
    });
  });
});

describe('any order of events', () => {
  type Event =
    | { readonly kind: 'offer'; readonly rows: number }
    | { readonly kind: 'send'; readonly creditBytes: number }
    | { readonly kind: 'acknowledge' | 'refuse' | 'store'; readonly part: number }
    | { readonly kind: 'reconnect'; readonly remembers: boolean };
  const part = fc.double({ min: 0, max: 1, noNaN: true });
  const event: fc.Arbitrary<Event> = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({ kind: fc.constant('offer' as const), rows: fc.integer({ min: 1, max: 8 }) }),
    },
    {
      weight: 4,
      arbitrary: fc.record({ kind: fc.constant('send' as const), creditBytes: fc.nat(4 * BATCH_BYTES) }),
    },
    fc.record({ kind: fc.constantFrom('acknowledge' as const, 'refuse' as const, 'store' as const), part }),
    fc.record({ kind: fc.constant('reconnect' as const), remembers: fc.boolean() }),
  );

  test('keeps each row once: stored under one sequence, or counted as dropped', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        const limitBytes = 6 * BATCH_BYTES;
        const { queue, ledger, stage } = newQueue(limitBytes);
        /** The collector: what it stored by sequence, and up to where it is settled. */
        const stored = new Map<number, Uint8Array>();
        const refused = new Set<number>();
        let durable = 0;
        let onStream: { sequence: number; payload: Uint8Array }[] = [];
        let spans = 0;

        const store = (upTo: number) => {
          for (const { sequence, payload } of onStream) {
            if (sequence > upTo) break;
            const before = stored.get(sequence);
            if (before !== undefined && !refused.has(sequence)) expect(payload).toEqual(before);
            if (before === undefined && !refused.has(sequence)) stored.set(sequence, payload);
            durable = Math.max(durable, sequence);
          }
        };
        const reconnect = () => {
          queue.resume(durable);
          onStream = [];
        };
        const sendAll = (creditBytes: number) => {
          for (let left = creditBytes; ; ) {
            const batch = queue.next(left, ANY);
            if (batch === null) break;
            left -= batch.payload.length;
            expect(left).toBeGreaterThanOrEqual(0);
            const before = onStream.at(-1);
            if (before !== undefined) expect(batch.sequence).toBe(before.sequence + 1);
            onStream.push(batch);
          }
        };
        const pick = (at: number) => onStream[Math.floor(at * (onStream.length - 1))];

        const play = (now: Event) => {
          if (now.kind === 'offer') {
            queue.offer(batchOf(spans, now.rows));
            spans += now.rows;
            return;
          }
          if (now.kind === 'send') return sendAll(now.creditBytes);
          if (now.kind === 'reconnect') {
            if (!now.remembers) durable = 0;
            return reconnect();
          }
          const picked = pick(now.part);
          if (picked === undefined) return;
          if (now.kind === 'refuse') {
            // A collector that forgot what it stored still does not refuse what it took before.
            if (picked.sequence <= durable || stored.has(picked.sequence)) return;
            // Verdicts come in order: what is before a refused batch is settled.
            store(picked.sequence - 1);
            refused.add(picked.sequence);
            durable = picked.sequence;
            queue.refuse(picked.sequence, 'refused_malformed');
            return;
          }
          store(picked.sequence);
          if (now.kind === 'acknowledge') queue.acknowledge(picked.sequence);
        };

        reconnect();
        for (const now of events) {
          play(now);
          expect(ledger.imbalances()).toEqual([]);
          expect(queue.bytes).toBeLessThanOrEqual(limitBytes);
        }
        reconnect();
        sendAll(ANY);
        store(ANY);
        queue.acknowledge(durable);

        expect([queue.isDrained, queue.bytes, stage.held]).toEqual([true, 0, 0]);
        const ids = [...stored.values()].flatMap((payload) =>
          readBatch(payload).spans.map(({ spanId }) => spanId),
        );
        expect(new Set(ids).size).toBe(ids.length);
        const rows = [...stored.values()].reduce((sum, payload) => {
          const read = readBatch(payload);
          return sum + read.spans.length + read.entities.length;
        }, 0);
        expect(stage.out).toBe(rows);
      }),
      { numRuns: 300 },
    );
  });
});
