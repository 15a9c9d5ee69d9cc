import { describe, expect, test } from '@jest/globals';
import type { AssemblerOptions } from './assembler.ts';
import { Harness, type HarnessOptions } from './testing/harness.ts';
import type { MadeBatch, MadeSpan } from './testing/made-batches.ts';
import { payloadOf, traceHex } from './testing/made-batches.ts';
import type { StoreMood } from './testing/memory-store.ts';

const CALLER: MadeSpan = { trace: 1, id: 20, parent: 0, kind: 'client', startMs: 1_000 };
const SERVER: MadeSpan = { trace: 2, id: 21, parent: 20, kind: 'server', startMs: 1_001 };

const batch = (sequence: number, ...spans: readonly MadeSpan[]): MadeBatch => ({
  id: { agentId: 'a', bootEpoch: 1, sequence },
  spans,
  lines: [],
});

const storedSequences = (harness: Harness) => harness.storeDisk.batches.rows.map(({ sequence }) => sequence);

const storedTraces = (harness: Harness) => harness.storeDisk.spans.rows.map(({ trace }) => trace);

describe('when a batch is stored', () => {
  const check = async (
    assembler: Partial<AssemblerOptions>,
    arrivalsMs: readonly number[],
    storedByTime: Readonly<Record<number, readonly number[]>>,
  ) => {
    const harness = new Harness({ assembler });
    let nowMs = 0;
    const end = Math.max(...Object.keys(storedByTime).map(Number));
    for (; nowMs <= end; nowMs += 100) {
      for (const [i, arrivalMs] of arrivalsMs.entries())
        if (arrivalMs === nowMs) await harness.add(batch(i + 1, CALLER));
      if (storedByTime[nowMs] !== undefined)
        expect([nowMs, ...storedSequences(harness)]).toEqual([nowMs, ...storedByTime[nowMs]!]);
      await harness.advance(100);
    }
  };

  test('when its window is over', () => check({}, [0], { 1900: [], 2000: [1] }));
  test('at once without a window', () => check({ windowMs: 0, blockMs: 0 }, [100], { 200: [1] }));
  test('with others, one block in a while', () =>
    check({}, [0, 500, 900], { 2000: [1], 2900: [1], 3000: [1, 2, 3] }));
  test('as soon as a block is full', () =>
    check({ blockRows: 2 }, [0, 500, 500], { 2000: [1], 2400: [1], 2500: [1, 2, 3] }));
  test('early, if too many bytes wait, until fewer do', () =>
    check({ windowBytes: payloadOf(batch(1, CALLER)).length * 2 }, [0, 0, 0, 2_500], {
      900: [],
      1000: [1],
      2000: [1, 2, 3],
      4400: [1, 2, 3],
      4500: [1, 2, 3, 4],
    }));
  test('early, if too many rows wait, until fewer do', () =>
    check({ indexSpans: 4 }, [0, 0, 0, 0, 0, 2_500], {
      900: [],
      1000: [1],
      2000: [1, 2, 3, 4, 5],
      4400: [1, 2, 3, 4, 5],
      4500: [1, 2, 3, 4, 5, 6],
    }));
});

test('a block takes whole batches until it is full', async () => {
  const harness = new Harness({ assembler: { blockRows: 3 } });
  for (let sequence = 1; sequence <= 5; sequence++) await harness.add(batch(sequence, CALLER, SERVER));
  await harness.drain();
  expect(harness.assembler.counters).toEqual({ blocks: 3, early: 5, joined: 1, late: 0 });
  expect(storedSequences(harness)).toEqual([1, 2, 3, 4, 5]);
});

test('a drain ends when the last block is stored', async () => {
  const harness = new Harness({ assembler: { blockRows: 1 } });
  const insert = harness.store.insert.bind(harness.store);
  harness.store.insert = async (block) => {
    await new Promise((resolve) => setImmediate(resolve));
    await insert(block);
  };
  for (let sequence = 1; sequence <= 3; sequence++) await harness.add(batch(sequence, CALLER));
  await harness.assembler.drain();
  expect(storedSequences(harness)).toEqual([1, 2, 3]);
});

test('rows of two agents meet within the window', async () => {
  const harness = new Harness();
  await harness.add(batch(1, SERVER));
  await harness.advance(1_900);
  await harness.add(batch(2, CALLER));
  await harness.drain();
  expect(storedTraces(harness)).toEqual([traceHex(1), traceHex(1)]);
  expect(harness.storeDisk.aliases.rows).toEqual([]);
});

test('a caller that comes after the window makes a block of an alias alone', async () => {
  const harness = new Harness();
  await harness.add(batch(1, SERVER));
  await harness.advance(2_000);
  await harness.add(batch(2, CALLER));
  await harness.advance(1_000);
  expect(storedSequences(harness)).toEqual([1]);
  expect(harness.storeDisk.aliases.rows).toEqual([{ alias: traceHex(2), trace: traceHex(1) }]);
  await harness.drain();
  expect(storedTraces(harness)).toEqual([traceHex(2), traceHex(1)]);
  expect(harness.assembler.counters).toEqual({ blocks: 3, early: 1, joined: 1, late: 1 });
});

test('a row that comes after its trace was stored takes the trace’s root', async () => {
  const harness = new Harness();
  await harness.add(batch(1, SERVER, CALLER));
  await harness.advance(2_000);
  await harness.add(batch(2, { ...CALLER, trace: 2, id: 30 }));
  await harness.drain();
  expect(storedTraces(harness)).toEqual([1, 1, 1].map(traceHex));
});

test('with nothing to store nothing is stored', async () => {
  const harness = new Harness();
  await harness.advance(5_000);
  await harness.drain();
  expect(harness.store.offers).toBe(0);
  expect(harness.walDisk.records).toEqual([]);
});

describe('a store that does not take a block', () => {
  const check = async (
    mood: StoreMood,
    options: { offers: number; stored: number[]; dropped: number; notes: RegExp[] },
  ) => {
    const harness = new Harness();
    await harness.add(batch(1, CALLER));
    await harness.advance(1_000);
    await harness.add(batch(2, SERVER));
    harness.store.mood = mood;
    await harness.advance(60_000);
    expect(harness.store.offers).toBe(options.offers);
    const isWaiting = options.dropped === 0;
    expect(harness.assembler.heldBytes > 0).toBe(isWaiting);
    expect(harness.released).toBe(isWaiting ? 0 : 2);
    harness.store.mood = 'well';
    await harness.advance(10_000);
    expect(storedSequences(harness)).toEqual(options.stored);
    expect(storedTraces(harness)).toEqual(options.stored.map(() => traceHex(1)));
    expect(harness.assembler.heldBytes).toBe(0);
    expect(harness.released).toBe(2);
    expect(harness.notes).toHaveLength(options.notes.length);
    for (const [i, note] of options.notes.entries()) expect(harness.notes[i]).toMatch(note);
    expect(harness.ledger.imbalances()).toEqual([]);
    expect(harness.ledger.snapshot()).toEqual([
      {
        stage: 'assembly',
        unit: 'rows',
        in: 2,
        out: 2 - options.dropped,
        held: 0,
        dropped: { refused: options.dropped },
      },
    ]);
  };

  const AWAY = [/^Store: .*; trying again$/, /^Store: works again$/];
  // 0.1 + 0.2 + ... + 3.2 s, then every 5 s, in 58 s.
  const OFFERS = 17;

  test('away', () => check('away', { offers: OFFERS, stored: [1, 2], dropped: 0, notes: AWAY }));
  test('full', () => check('full', { offers: OFFERS, stored: [1, 2], dropped: 0, notes: AWAY }));
  test('away after a part of it', () =>
    check('partly', { offers: OFFERS, stored: [1, 2], dropped: 0, notes: AWAY }));
  test('whose answer is lost', () =>
    check('silent', { offers: OFFERS, stored: [1, 2], dropped: 0, notes: AWAY }));
  test('refused: given up after some tries', () =>
    check('refusing', {
      offers: 16,
      stored: [],
      dropped: 2,
      notes: [
        /^Store: .*; trying again$/,
        /^Store does not take block test-.*-1; its 1 rows are lost: the engine does not take these rows$/,
        /^Store: .*; trying again$/,
        /^Store does not take block test-.*-2; its 1 rows are lost: /,
      ],
    }));
});

describe('the log', () => {
  const kinds = (harness: Harness) => harness.walDisk.records.map(({ kind }) => kind);

  test('a composition is durable before its insert begins', async () => {
    const harness = new Harness();
    await harness.add(batch(1, CALLER));
    harness.store.mood = 'away';
    await harness.advance(3_000);
    expect(kinds(harness)).toEqual(['batch', 'composition']);
    harness.store.mood = 'well';
    await harness.advance(3_000);
    expect(kinds(harness)).toEqual(['batch', 'composition', 'stored']);
  });

  test('while its disk is full nothing is inserted', async () => {
    const harness = new Harness();
    await harness.add(batch(1, CALLER));
    harness.walDisk.isFull = true;
    await harness.advance(10_000);
    expect(harness.store.offers).toBe(0);
    expect(harness.notes).toEqual(['Write-ahead log: no space left on device; trying again']);
    harness.walDisk.isFull = false;
    await harness.advance(10_000);
    expect(storedSequences(harness)).toEqual([1]);
  });

  test('a full disk does not keep old segments from going', async () => {
    const harness = new Harness({ recordsPerSegment: 2 });
    await harness.add(batch(1, CALLER));
    await harness.add(batch(2, CALLER));
    await harness.add(batch(3, CALLER));
    harness.store.mood = 'away';
    await harness.advance(2_000);
    harness.walDisk.isFull = true;
    harness.store.mood = 'well';
    await harness.advance(10_000);
    expect([...harness.walDisk.segments.keys()]).toEqual([2]);
    expect(harness.notes.at(-1)).toMatch(
      /^Block test-.*-1 is stored, which the log does not know: no space left/,
    );
  });

  test('a log that is broken for good ends assembly, and says so', async () => {
    const harness = new Harness();
    await harness.add(batch(1, CALLER));
    harness.wal.append = () => Promise.reject(new RangeError('the disk is gone'));
    await harness.advance(5_000);
    expect(harness.notes).toEqual(['Assembly stopped: the disk is gone']);
    expect(harness.assembler.failure?.message).toBe('the disk is gone');
    await expect(harness.drain()).rejects.toThrow(/the disk is gone/);
  });

  describe('segments that stay', () => {
    const check = async (
      options: HarnessOptions,
      run: (harness: Harness) => Promise<void>,
      stay: readonly number[],
    ) => {
      const harness = new Harness({ recordsPerSegment: 2, ...options });
      await run(harness);
      expect([...harness.walDisk.segments.keys()]).toEqual(stay);
    };
    const add = async (harness: Harness, count: number) => {
      for (let sequence = 1; sequence <= count; sequence++) await harness.add(batch(sequence, CALLER));
    };

    test('all, while nothing is stored', () => check({}, (harness) => add(harness, 5), [1, 2, 3]));
    test('those from the last batch on, when all is stored', () =>
      check(
        {},
        async (harness) => {
          await add(harness, 5);
          await harness.drain();
        },
        [3, 4],
      ));
    test('those with a batch that waits', () =>
      check(
        { assembler: { blockRows: 1 } },
        async (harness) => {
          await add(harness, 3);
          await harness.advance(1_000);
          await add(harness, 4);
          await harness.advance(1_000);
        },
        [2, 3, 4, 5, 6, 7],
      ));
  });
});

test('blocks of two starts in the same instant have different ids', async () => {
  const ids = new Set<string>();
  for (let start = 0; start < 2; start++) {
    const harness = new Harness();
    await harness.add(batch(1, CALLER));
    await harness.drain();
    for (const id of harness.storeDisk.digests.keys()) ids.add(id);
  }
  expect(ids.size).toBe(2);
  for (const id of ids) expect(id).toMatch(/^test-[a-z0-9-]+-1$/);
});

test('a collector id that cannot stand in a block id is refused', () => {
  expect(() => new Harness({ assembler: { collectorId: "x'; DROP" } })).toThrow(/other characters than/);
});
