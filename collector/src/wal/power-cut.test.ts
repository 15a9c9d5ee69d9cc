/**
 * Whatever the moment at which the power is cut, the process killed or an fsync fails: what was promised holds. The log
 * runs on a model of page cache and disk, over several lives of the process.
 */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { layOut } from './segment-format.ts';
import { openWal, type SegmentedWal } from './segmented-wal.ts';
import { ModelDisk } from './testing/model-disk.ts';
import { type RecordKind, type WalAddress, WalBroken, WalFull, type WalRecord } from './wal.ts';

const SEGMENT_BYTES = 600;
const KINDS: readonly RecordKind[] = ['batch', 'composition', 'stored'];

type Step =
  | { readonly do: 'append'; readonly sizes: readonly number[] }
  | { readonly do: 'settle' }
  | { readonly do: 'release' }
  | { readonly do: 'room'; readonly bytes: number }
  | { readonly do: 'failSync'; readonly code: string };

interface Life {
  readonly steps: readonly Step[];
  readonly turns: number;
  readonly end: 'power' | 'kill' | 'close';
}

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('append' as const),
      sizes: fc.array(fc.oneof(fc.nat(80), fc.constant(900)), { minLength: 1, maxLength: 6 }),
    }),
  },
  { weight: 4, arbitrary: fc.constant({ do: 'settle' as const }) },
  { weight: 2, arbitrary: fc.constant({ do: 'release' as const }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('room' as const), bytes: fc.nat(900) }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('failSync' as const), code: fc.constantFrom('EIO', 'ENOSPC') }),
  },
);

const life: fc.Arbitrary<Life> = fc.record({
  steps: fc.array(step, { maxLength: 12 }),
  turns: fc.oneof(fc.nat(120), fc.constant(10_000)),
  end: fc.constantFrom('power', 'kill', 'close'),
});

/** What the log has said so far, to hold against what it says after a restart. */
class Promises {
  /** By number of the record; numbers grow in the order of appending. */
  readonly kept = new Map<number, WalAddress>();
  readonly refused = new Set<number>();
  appended = 0;
  /** Records of segments before this one may be gone. */
  releasedBefore = 0;
  /** And before this one they are. */
  goneBefore = 0;
  /** An fsync failed in this life, so the log may give up. */
  mayBreak = false;
  outcomes = { resolved: 0, full: 0, broken: 0 };

  async append(wal: SegmentedWal, payloadBytes: number): Promise<void> {
    const number = this.appended++;
    const wasBroken = this.outcomes.broken > 0;
    try {
      this.kept.set(number, await wal.append(kindOf(number), payloadOf(number, payloadBytes)));
      this.outcomes.resolved++;
    } catch (error) {
      if (error instanceof WalFull) this.outcomes.full++;
      else if (error instanceof WalBroken && this.mayBreak) this.outcomes.broken++;
      else throw error;
      if (error instanceof WalFull || wasBroken) this.refused.add(number);
    }
  }
}

const kindOf = (number: number) => KINDS[number % KINDS.length]!;

/** Numbers from 0 to below 1, evenly spread (Marsaglia's xorshift). */
function evenly(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/** Begins with the number and its size; then a record as it could stand somewhere in a segment, to lure a careless reader. */
function payloadOf(number: number, bytes: number): Uint8Array {
  const payload = new Uint8Array(bytes + 8);
  new DataView(payload.buffer).setUint32(0, number);
  new DataView(payload.buffer).setUint32(4, bytes);
  const lure = Buffer.concat(layOut([{ kind: 'batch', payload: new Uint8Array(8) }], 1, 24).buffers);
  for (let at = 8; at + lure.length <= payload.length; at += lure.length) payload.set(lure, at);
  return payload;
}

async function openOn(disk: ModelDisk) {
  const records: WalRecord[] = [];
  const notes: string[] = [];
  const wal = await openWal({
    directory: '/wal',
    segmentBytes: SEGMENT_BYTES,
    files: disk.files(),
    onRecord: (record) => {
      records.push(record);
    },
    onNote: (line) => notes.push(line),
  });
  return { wal, records, notes };
}

async function live(wal: SegmentedWal, disk: ModelDisk, { steps, turns, end }: Life, promises: Promises) {
  let hasEnded = false;
  const ended = disk.endAfter(turns).then(() => {
    hasEnded = true;
  });
  const work = async () => {
    const pending: Promise<void>[] = [];
    for (const step of steps) {
      if (hasEnded) return;
      if (step.do === 'append') for (const size of step.sizes) pending.push(promises.append(wal, size));
      if (step.do === 'settle') await Promise.all(pending);
      if (step.do === 'room') disk.capacityBytes = step.bytes + wal.bytes;
      if (step.do === 'failSync') {
        disk.failNextSync = step.code;
        promises.mayBreak ||= step.code !== 'ENOSPC';
      }
      if (step.do === 'release') {
        promises.releasedBefore = Math.max(0, ...[...promises.kept.values()].map(({ segment }) => segment));
        await wal.release(promises.releasedBefore);
        promises.goneBefore = promises.releasedBefore;
      }
    }
    await Promise.all(pending);
    await wal.close();
  };
  await Promise.race([work(), ended]);
  disk.failNextSync = null;
  disk.capacityBytes = Number.POSITIVE_INFINITY;
  if (end === 'power') disk.cutPower();
  else disk.kill();
}

/** @returns what the log should not have done */
async function brokenPromises(opened: Awaited<ReturnType<typeof openOn>>, promises: Promises) {
  const { wal, records, notes } = opened;
  const faults = notes.filter((line) => !line.includes('cut off'));
  const found = new Map<number, WalAddress>();
  let previous = -1;
  for (const { kind, payload, address } of records) {
    const view = new DataView(payload.buffer, payload.byteOffset);
    const number = view.getUint32(0);
    if (number <= previous) faults.push(`${number} comes after ${previous}`);
    if (address.segment < promises.goneBefore) faults.push(`${number} was released`);
    if (number >= promises.appended || promises.refused.has(number))
      faults.push(`${number} should not be there`);
    const isWhole =
      kind === kindOf(number) && Buffer.compare(payload, payloadOf(number, view.getUint32(4))) === 0;
    if (!isWhole) faults.push(`${number} is not what was appended`);
    if (Buffer.compare(await wal.read(address), payload) !== 0) faults.push(`${number} reads otherwise`);
    found.set(number, address);
    previous = number;
  }
  for (const [number, { segment, offset }] of promises.kept) {
    const at = found.get(number);
    if (segment < promises.releasedBefore || (at?.segment === segment && at.offset === offset)) continue;
    faults.push(`${number} is not where it was promised: segment ${segment}, offset ${offset}`);
  }
  // What a start has told of is durable from then on, as if it had been acknowledged.
  for (const [number, address] of found) promises.kept.set(number, address);
  return faults;
}

const seen = { lives: 0, resolved: 0, full: 0, broken: 0, cuts: 0, recovered: 0, unacknowledged: 0 };

test('every life of the log begins with all that was promised, and nothing else', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(life, { minLength: 1, maxLength: 5 }),
      fc.integer({ min: 1, max: 0x7fff_ffff }),
      async (lives, seed) => {
        const disk = new ModelDisk({ random: evenly(seed) });
        const promises = new Promises();
        for (const one of lives) {
          const opened = await openOn(disk);
          const before = promises.kept.size;
          expect(await brokenPromises(opened, promises)).toEqual([]);
          seen.unacknowledged += promises.kept.size - before;
          seen.recovered += opened.records.length;
          seen.cuts += opened.notes.filter((line) => line.includes('cut off')).length;
          promises.outcomes.broken = 0;
          promises.mayBreak = false;
          await live(opened.wal, disk, one, promises);
          seen.broken += promises.outcomes.broken;
          seen.lives++;
        }
        const opened = await openOn(disk);
        expect(await brokenPromises(opened, promises)).toEqual([]);
        seen.cuts += opened.notes.length;
        seen.resolved += promises.outcomes.resolved;
        seen.full += promises.outcomes.full;
      },
    ),
    { numRuns: 2500 },
  );
});

test('the lives before met every kind of end', () => {
  expect(Object.entries(seen).filter(([, times]) => times < 5)).toEqual([]);
});
