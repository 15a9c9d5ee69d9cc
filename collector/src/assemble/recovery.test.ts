import { describe, expect, test } from '@jest/globals';
import { StoreUnavailable } from '../store/store.ts';
import type { Restored } from './recovery.ts';
import { Harness, type HarnessOptions } from './testing/harness.ts';
import { type MadeBatch, type MadeSpan, payloadOf, traceHex } from './testing/made-batches.ts';

const CALLER: MadeSpan = { trace: 1, id: 20, parent: 0, kind: 'client', startMs: 1_000 };
const SERVER: MadeSpan = { trace: 2, id: 21, parent: 20, kind: 'server', startMs: 1_001 };

const batch = (sequence: number, ...spans: readonly MadeSpan[]): MadeBatch => ({
  id: { agentId: 'a', bootEpoch: 1, sequence },
  spans,
  lines: [{ trace: 2 }],
});

const idsOf = (...sequences: readonly number[]) => sequences.map((sequence) => batch(sequence).id);

/** Kills the process that an earlier part of a test began, and recovers. */
async function restart(harness: Harness): Promise<Restored> {
  harness.start();
  return (await harness.recover())!;
}

interface Expected {
  readonly restored: Restored;
  /** Batches in the store, in its order, after recovery and a drain. */
  readonly sequences: readonly number[];
  /** Of `recovery`; what is absent is 0. */
  readonly dropped?: Readonly<Record<string, number>>;
  readonly notes?: readonly RegExp[];
  /** How often the store was offered a block in the second life. */
  readonly offers: number;
}

async function check(
  prepare: (harness: Harness) => Promise<void>,
  expected: Expected,
  options: HarnessOptions = {},
): Promise<Harness> {
  const harness = new Harness(options);
  await prepare(harness);
  harness.notes.length = 0;
  expect(await restart(harness)).toEqual(expected.restored);
  await harness.drain();
  expect(harness.storeDisk.batches.rows.map(({ sequence }) => sequence)).toEqual(expected.sequences);
  expect(harness.store.offers).toBe(expected.offers);
  const recovery = harness.ledger.snapshot().find(({ stage }) => stage === 'recovery')!;
  expect(recovery.dropped).toEqual({ undecodable: 0, stored: 0, repeated: 0, ...expected.dropped });
  expect(harness.ledger.imbalances()).toEqual([]);
  const notes = expected.notes ?? [];
  expect(harness.notes).toHaveLength(notes.length);
  for (const [i, note] of notes.entries()) expect(harness.notes[i]).toMatch(note);
  return harness;
}

describe('after a start', () => {
  test('an empty log', () =>
    check(async () => undefined, {
      restored: { durable: [], blocks: 0, batches: 0 },
      sequences: [],
      offers: 0,
    }));

  test('batches in no block go through assembly', () =>
    check(
      async (harness) => {
        await harness.add(batch(1, SERVER));
        await harness.add(batch(2, CALLER));
      },
      { restored: { durable: idsOf(1, 2), blocks: 0, batches: 2 }, sequences: [1, 2], offers: 1 },
    ));

  test('a block that was not begun to be inserted is inserted', () =>
    check(
      async (harness) => {
        await harness.add(batch(1, CALLER, SERVER));
        harness.store.mood = 'away';
        await harness.advance(2_000);
      },
      { restored: { durable: idsOf(1), blocks: 1, batches: 0 }, sequences: [1], offers: 1 },
    ));

  test('a block that was stored in part is completed, without doubles', async () => {
    const harness = await check(
      async (harness) => {
        await harness.add(batch(1, CALLER, SERVER));
        harness.store.mood = 'partly';
        await harness.advance(2_000);
        await harness.add(batch(2, CALLER));
      },
      { restored: { durable: idsOf(1, 2), blocks: 1, batches: 1 }, sequences: [1, 2], offers: 2 },
    );
    expect(harness.storeDisk.spans.rows.map(({ trace }) => trace)).toEqual([1, 1, 1].map(traceHex));
    expect(harness.storeDisk.lines.rows.map(({ trace }) => trace)).toEqual([1, 1].map(traceHex));
  });

  test('a stored block is not inserted', () =>
    check(
      async (harness) => {
        await harness.add(batch(1, CALLER));
        await harness.drain();
      },
      { restored: { durable: idsOf(1, 1), blocks: 0, batches: 0 }, sequences: [1], offers: 0 },
    ));

  test('a stored block of which the log does not know is inserted again, without doubles', () =>
    check(
      async (harness) => {
        await harness.add(batch(1, CALLER));
        await harness.drain();
        harness.walDisk.segments.set(1, harness.walDisk.records.slice(0, 2));
      },
      { restored: { durable: idsOf(1, 1), blocks: 1, batches: 0 }, sequences: [1], offers: 1 },
    ));

  test('a block whose batches were released is stored, known or not', () =>
    check(
      async (harness) => {
        await harness.add(batch(1, CALLER));
        await harness.drain();
        harness.walDisk.segments.delete(1);
        harness.walDisk.segments.get(3)!.pop();
      },
      { restored: { durable: idsOf(1), blocks: 0, batches: 0 }, sequences: [1], offers: 0 },
      { recordsPerSegment: 1 },
    ));

  test('batches that are stored, though the log lost their composition, are not stored again', () =>
    check(
      async (harness) => {
        await harness.add(batch(1, CALLER));
        await harness.drain();
        harness.walDisk.segments.set(1, harness.walDisk.records.slice(0, 1));
      },
      {
        restored: { durable: idsOf(1), blocks: 0, batches: 0 },
        sequences: [1],
        dropped: { stored: 1 },
        offers: 0,
      },
    ));

  test('batches whose composition was lost before they were stored are, though later ones lie in a block', () =>
    check(
      async (harness) => {
        await harness.add(batch(2, CALLER));
        harness.store.mood = 'away';
        await harness.advance(2_000);
        await harness.add(batch(1, CALLER));
      },
      { restored: { durable: idsOf(2, 1), blocks: 1, batches: 1 }, sequences: [2, 1], offers: 2 },
    ));

  test('a batch that is in the log twice is stored once', () =>
    check(
      async (harness) => {
        await harness.add(batch(1, CALLER));
        await harness.wal.append('batch', payloadOf(batch(1, CALLER)));
      },
      {
        restored: { durable: idsOf(1), blocks: 0, batches: 1 },
        sequences: [1],
        dropped: { repeated: 1 },
        offers: 1,
      },
    ));

  test('a batch that is in a block and in the log again is stored once', () =>
    check(
      async (harness) => {
        await harness.add(batch(1, CALLER));
        harness.store.mood = 'away';
        await harness.advance(2_000);
        await harness.wal.append('batch', payloadOf(batch(1, CALLER)));
      },
      {
        restored: { durable: idsOf(1), blocks: 1, batches: 0 },
        sequences: [1],
        dropped: { repeated: 1 },
        offers: 1,
      },
    ));

  test('a batch that does not decode any more is counted, and the others are stored', () =>
    check(
      async (harness) => {
        await harness.wal.append('batch', Uint8Array.of(0xff));
        await harness.add(batch(1, CALLER));
        await harness.wal.append('batch', Uint8Array.of(0xfe));
      },
      {
        restored: { durable: idsOf(1), blocks: 0, batches: 1 },
        sequences: [1],
        dropped: { undecodable: 2 },
        notes: [
          /^2 batches of the write-ahead log cannot be read any more; the first: segment 1, offset 0: Syntax/,
        ],
        offers: 1,
      },
    ));

  test('a block that lacks a batch is stored without it', () =>
    check(
      async (harness) => {
        await harness.add(batch(1, CALLER));
        await harness.add(batch(2, CALLER));
        harness.store.mood = 'away';
        await harness.advance(2_000);
        harness.storeDisk.digests.clear();
        harness.walDisk.segments.set(2, []);
      },
      {
        restored: { durable: idsOf(1), blocks: 1, batches: 0 },
        sequences: [1],
        dropped: { undecodable: 1 },
        notes: [/^1 batches of .*: segment 2, offset 0: the log was damaged there$/],
        offers: 1,
      },
      { recordsPerSegment: 1 },
    ));

  test('an alias that was not stored is', async () => {
    const harness = await check(
      async (harness) => {
        await harness.add(batch(1, SERVER));
        await harness.drain();
        harness.store.mood = 'away';
        await harness.add(batch(2, CALLER));
        await harness.advance(1_000);
      },
      { restored: { durable: idsOf(1, 1, 2), blocks: 1, batches: 0 }, sequences: [1, 2], offers: 1 },
    );
    expect(harness.storeDisk.aliases.rows).toEqual([{ alias: traceHex(2), trace: traceHex(1) }]);
  });
});

describe('a row that comes after a restart, to a trace that was stored before', () => {
  const checkTrace = async (recallMs: number, trace: number) => {
    const harness = new Harness({ recallMs });
    await harness.add(batch(1, CALLER));
    await harness.drain();
    await harness.advance(5_000);
    await harness.add(batch(2, { ...CALLER, id: 40, trace: 3 }));
    await harness.drain();
    await restart(harness);
    await harness.add(batch(3, SERVER));
    await harness.drain();
    expect(harness.storeDisk.spans.rows.at(-1)!.trace).toBe(traceHex(trace));
  };

  test('takes its root', () => checkTrace(5_000, 1));
  test('keeps its own, if that was long before', () => checkTrace(4_900, 2));
});

test('recovery waits for a store that is away', async () => {
  const harness = new Harness();
  await harness.add(batch(1, CALLER));
  harness.start();
  let asked = 0;
  const { storedBatches } = harness.store;
  harness.store.storedBatches = () => {
    if (++asked < 4) return Promise.reject(new StoreUnavailable('the engine is away'));
    return storedBatches.call(harness.store);
  };
  expect(await harness.recover()).toEqual({ durable: idsOf(1), blocks: 0, batches: 1 });
  expect(harness.notes).toEqual(['Store: the engine is away; trying again', 'Store: works again']);
});

test('a composition that this version cannot read stops the start', async () => {
  const harness = new Harness();
  await harness.wal.append('composition', Uint8Array.of(9));
  harness.start();
  await expect(harness.recover()).rejects.toThrow(/another version of Sonde/);
});
