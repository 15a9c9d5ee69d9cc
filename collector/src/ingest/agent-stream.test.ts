import { expect, test } from '@jest/globals';
import { Ledger } from '@sonde/ledger';
import { sonde } from '@sonde/proto';
import { WalFull } from '../wal/wal.ts';
import { AgentStream, BATCH_DROPS, ROW_DROPS } from './agent-stream.ts';
import { DurableSequences } from './durable-sequences.ts';
import { Roster } from './roster.ts';
import { batch, hello, payloadOf, type Request, sealed } from './testing/requests.ts';
import { long } from './testing/sample-batch.ts';

const SIZE = payloadOf(1).length;
const CREDIT = 4 * SIZE;

/** One or more streams of one collector; everything that they do becomes a line of `log`. */
class Bench {
  readonly log: string[] = [];
  readonly ledger = new Ledger();
  readonly durable = new DurableSequences({ epochsPerAgent: 2 });
  readonly roster = new Roster();
  readonly batches = this.ledger.stage('ingest', { unit: 'batches', drops: BATCH_DROPS });
  readonly rows = this.ledger.stage('ingest.rows', { unit: 'rows', drops: ROW_DROPS });
  hasRoom = true;
  takesRefusals = true;
  readonly #streams = new Map<string, AgentStream>();

  /** "a" is the first stream, "b" another one, ... */
  stream(name: string): AgentStream {
    const there = this.#streams.get(name);
    if (there !== undefined) return there;
    const say = (line: string) => this.log.push(name === 'a' ? line : `${name}: ${line}`);
    const stream = new AgentStream(
      {
        maxBatchBytes: 2 * SIZE,
        creditBytes: CREDIT,
        hasRoom: () => this.hasRoom,
        durable: this.durable,
        roster: this.roster,
        batches: this.batches,
        rows: this.rows,
      },
      {
        outbox: {
          welcome: ({ durableSequence, creditBytes }) =>
            say(`welcome: durable ${durableSequence}, credit ${Number(creditBytes) / SIZE}`),
          refuse: ({ sequence, reason, message }) => {
            if (this.takesRefusals)
              say(`refuse ${sequence}: ${sonde.v1.RefusalReason[reason!]!.slice(15)}: ${message}`);
            return this.takesRefusals;
          },
          acknowledge: (sequence) => say(`ack ${sequence}`),
          grant: (bytes) => say(`grant ${bytes / SIZE}`),
          answerClock: ({ answeredUnixNano }) => say(`clock: answer to ${answeredUnixNano}`),
        },
        write: () => say('write'),
        handOn: ({ columns }) => say(`hand on ${columns.id.sequence}`),
        clock: ({ unixNs }) => ({ answeredUnixNano: long(unixNs) }),
        pauseReading: () => say('pause'),
        resumeReading: () => say('resume'),
        end: ({ code, details }) => say(`end ${code}: ${details}`),
        note: () => {},
      },
    );
    this.#streams.set(name, stream);
    return stream;
  }
}

type Step = (bench: Bench) => void;

const ADDRESS = { segment: 0, offset: 0 };
const bytes =
  (message: Uint8Array, name = 'a'): Step =>
  (bench) =>
    bench.stream(name).receive(message);
const say = (request: Request, name = 'a'): Step =>
  bytes(sonde.v1.StreamRequest.encode(request).finish(), name);
const written: Step = (bench) => bench.stream('a').written(ADDRESS);
const full: Step = (bench) => bench.stream('a').writeFailed(new WalFull('no space left on device'));
const broken: Step = (bench) => bench.stream('a').writeFailed(new Error('input/output error'));
const lost: Step = (bench) => bench.stream('a').lost();
const halfClosed: Step = (bench) => bench.stream('a').halfClosed();
const noRoom: Step = (bench) => {
  bench.hasRoom = false;
};
const room: Step = (bench) => {
  bench.hasRoom = true;
  bench.stream('a').resume();
};
const deafToRefusals: Step = (bench) => {
  bench.takesRefusals = false;
};
const stopping: Step = (bench) => bench.stream('a').finish({ code: 'UNAVAILABLE', details: 'stopping' });
const settledBefore =
  (sequence: number, bootEpoch = 1): Step =>
  (bench) =>
    bench.durable.advance({ agentId: 'node-1', bootEpoch, sequence });

const WELCOME = 'welcome: durable 0, credit 4';
const TAKEN = (sequence: number) => ['write', `hand on ${sequence}`, `ack ${sequence}`, 'grant 1'];

/** @param batches what the ledger says of batches at the end: in, out, held, and the drops that are not 0 */
function check(steps: readonly Step[], log: readonly string[], batches: Record<string, number> = {}): void {
  const bench = new Bench();
  for (const step of steps) step(bench);
  expect(bench.log).toEqual(log);
  const { in: taken, out, held, dropped } = bench.batches.snapshot();
  const counted = Object.entries({ in: taken, out, held, ...dropped }).filter(([, n]) => n > 0);
  expect(Object.fromEntries(counted)).toEqual(batches);
  expect(bench.ledger.imbalances()).toEqual([]);
}

test.each<[string, Step[], string[], Record<string, number>?]>([
  ['Hello is answered', [say(hello())], [WELCOME]],
  [
    'Welcome tells how far the collector is',
    [settledBefore(7), say(hello())],
    ['welcome: durable 7, credit 4'],
  ],
  [
    'Welcome gives no credit while there is no room',
    [noRoom, say(hello()), room],
    ['welcome: durable 0, credit 0', 'grant 4'],
  ],
  [
    'a batch before Hello',
    [say(batch(1))],
    ['end INVALID_ARGUMENT: a batch came before Hello was answered'],
    { in: 1, stream_ended: 1 },
  ],
  [
    'something else before Hello',
    [say({ clock: {} })],
    ['end INVALID_ARGUMENT: the first message must be Hello'],
  ],
  [
    'nothing before Hello',
    [bytes(new Uint8Array(0))],
    ['end INVALID_ARGUMENT: the first message must be Hello'],
  ],
  [
    'no message',
    [bytes(Uint8Array.of(0x0a, 5, 1))],
    ['end INVALID_ARGUMENT: a message is no StreamRequest: index out of range'],
  ],
  ['a second Hello', [say(hello()), say(hello())], [WELCOME, 'end INVALID_ARGUMENT: a second Hello']],
  [
    'another version',
    [say(hello(1, 'node-1', 9))],
    ['end FAILED_PRECONDITION: the agent speaks protocol version 9, the collector 1'],
  ],
  [
    'no agent id',
    [say(hello(1, ''))],
    ['end INVALID_ARGUMENT: the agent id must be 1 to 128 letters, digits, ".", "_" or "-"'],
  ],
  [
    'an agent id of two lines',
    [say(hello(1, 'a\nb'))],
    ['end INVALID_ARGUMENT: the agent id must be 1 to 128 letters, digits, ".", "_" or "-"'],
  ],
  ['an epoch of 2^53', [say(hello(2 ** 53))], ['end INVALID_ARGUMENT: the boot epoch must be below 2^53']],
  [
    'an epoch that is forgotten',
    [settledBefore(1, 3), settledBefore(1, 4), settledBefore(1, 5), say(hello(2))],
    ['end FAILED_PRECONDITION: what was stored of boot epoch 2 is forgotten, since 2 newer ones are known'],
  ],
  [
    'a message of a kind to come',
    [say(hello()), bytes(Uint8Array.of(0x7a, 0)), say(batch(1))],
    [WELCOME, 'write'],
    { in: 1, held: 1 },
  ],
  [
    'a clock sample is answered',
    [say(hello()), say({ clock: { unixNano: long(42) } })],
    [WELCOME, 'clock: answer to 42'],
  ],

  [
    'a batch is acknowledged after it is written',
    [say(hello()), say(batch(1)), written],
    [WELCOME, ...TAKEN(1)],
    { in: 1, out: 1 },
  ],
  [
    'batches are written one after the other',
    [say(hello()), say(batch(1)), say(batch(2)), say(batch(3)), written, written],
    [WELCOME, ...TAKEN(1), ...TAKEN(2), 'write'],
    { in: 3, out: 2, held: 1 },
  ],
  [
    'the first may be any',
    [say(hello()), say(batch(40)), written],
    [WELCOME, ...TAKEN(40)],
    { in: 1, out: 1 },
  ],
  [
    'batch 0',
    [say(hello()), say(batch(0))],
    [WELCOME, 'end OUT_OF_RANGE: expected batch 1, got 0'],
    { in: 1, stream_ended: 1 },
  ],
  [
    'a batch beyond 2^53',
    [say(hello()), say({ batch: { sequence: long(2n ** 53n) } })],
    [WELCOME, 'end OUT_OF_RANGE: expected batch 1, got 9007199254740992'],
    { in: 1, stream_ended: 1 },
  ],
  [
    'a gap: what came before it is still written, but not acknowledged on this stream',
    [say(hello()), say(batch(1)), say(batch(2)), say(batch(4)), written],
    [WELCOME, 'write', 'end OUT_OF_RANGE: expected batch 3, got 4', 'hand on 1'],
    { in: 3, out: 1, stream_ended: 2 },
  ],
  [
    'the same sequence again on one stream',
    [say(hello()), say(batch(1)), written, say(batch(1))],
    [WELCOME, ...TAKEN(1), 'end OUT_OF_RANGE: expected batch 2, got 1'],
    { in: 2, out: 1, stream_ended: 1 },
  ],
  [
    'what is durable is acknowledged, not stored again',
    [settledBefore(3), say(hello()), say(batch(2)), say(batch(3)), say(batch(4)), written],
    ['welcome: durable 3, credit 4', 'ack 2', 'grant 1', 'ack 3', 'grant 1', ...TAKEN(4)],
    { in: 3, out: 1, duplicate: 2 },
  ],

  [
    'a payload that is no batch',
    [say(hello()), say(sealed(1, Uint8Array.of(0xff))), say(batch(2))],
    [
      WELCOME,
      'refuse 1: MALFORMED: no Batch: index out of range: 1 + 1 > 1',
      'ack 1',
      `grant ${1 / SIZE}`,
      'write',
    ],
    { in: 2, held: 1, malformed: 1 },
  ],
  [
    'no payload',
    [say(hello()), say({ batch: { sequence: long(1) } })],
    [WELCOME, 'refuse 1: MALFORMED: header: none', 'ack 1'],
    { in: 1, malformed: 1 },
  ],
  [
    'a wrong checksum',
    [say(hello()), say(sealed(1, payloadOf(1), 77))],
    [WELCOME, 'refuse 1: CHECKSUM: the payload was changed on its way', 'ack 1', 'grant 1'],
    { in: 1, checksum: 1 },
  ],
  [
    'a payload that is too large',
    [say(hello()), say(sealed(1, new Uint8Array(3 * SIZE)))],
    [
      WELCOME,
      `refuse 1: OVERSIZED: ${3 * SIZE} bytes, but at most ${2 * SIZE} are taken`,
      'ack 1',
      'grant 3',
    ],
    { in: 1, oversized: 1 },
  ],
  [
    'the batch of another agent',
    [say(hello()), say(sealed(1, payloadOf(1, 1, 'node-2')))],
    [WELCOME, 'refuse 1: IDENTITY: the payload says batch 1 of boot epoch 1 of "node-2"', 'ack 1', 'grant 1'],
    { in: 1, identity: 1 },
  ],
  [
    'another sequence inside',
    [say(hello()), say(sealed(2, payloadOf(1)))],
    [WELCOME, 'refuse 2: IDENTITY: the payload says batch 1 of boot epoch 1 of "node-1"', 'ack 2', 'grant 1'],
    { in: 1, identity: 1 },
  ],
  [
    'what was refused is settled for the next stream too',
    [say(hello()), say(sealed(1, payloadOf(1), 77)), lost, say(hello(), 'b')],
    [
      WELCOME,
      'refuse 1: CHECKSUM: the payload was changed on its way',
      'ack 1',
      'grant 1',
      'b: welcome: durable 1, credit 4',
    ],
    { in: 1, checksum: 1 },
  ],
  [
    'refusals that nobody reads',
    [deafToRefusals, say(hello()), say(sealed(1, payloadOf(1), 77))],
    [WELCOME, 'end RESOURCE_EXHAUSTED: the agent does not read its refusals'],
    { in: 1, checksum: 1 },
  ],

  [
    'more than the credit',
    [say(hello()), ...[1, 2, 3, 4, 5].map((n) => say(batch(n)))],
    [WELCOME, 'write', `end RESOURCE_EXHAUSTED: batch 5 has ${SIZE} bytes, but the credit left is 0`],
    { in: 5, held: 1, stream_ended: 4 },
  ],
  [
    'credit is withheld while there is no room, and given at once when there is',
    [say(hello()), noRoom, say(batch(1)), written, say(batch(2)), written, room],
    [WELCOME, 'write', 'hand on 1', 'ack 1', 'write', 'hand on 2', 'ack 2', 'grant 2'],
    { in: 2, out: 2 },
  ],
  ['room without withheld credit', [say(hello()), room], [WELCOME]],
  [
    'batches without payload cost no credit: reading stops when many wait',
    [
      say(hello()),
      say(batch(1)),
      ...Array.from({ length: 256 }, (_, i) => say({ batch: { sequence: long(2 + i) } })),
      written,
    ],
    [
      WELCOME,
      'write',
      'pause',
      'hand on 1',
      'ack 1',
      'grant 1',
      ...Array.from({ length: 256 }, (_, i) => [
        `refuse ${2 + i}: MALFORMED: header: none`,
        `ack ${2 + i}`,
      ]).flat(),
      'resume',
    ],
    { in: 257, out: 1, malformed: 256 },
  ],

  [
    'a full disk',
    [say(hello()), say(batch(1)), say(batch(2)), full, say(batch(3))],
    [WELCOME, 'write', 'end UNAVAILABLE: disk full'],
    { in: 2, disk_full: 1, stream_ended: 1 },
  ],
  [
    'a broken disk',
    [say(hello()), say(batch(1)), broken],
    [WELCOME, 'write', 'end UNAVAILABLE: the write-ahead log failed'],
    { in: 1, log_failed: 1 },
  ],
  [
    'after a full disk the next stream begins where the log ends',
    [say(hello()), say(batch(1)), written, say(batch(2)), full, say(hello(), 'b')],
    [WELCOME, ...TAKEN(1), 'write', 'end UNAVAILABLE: disk full', 'b: welcome: durable 1, credit 4'],
    { in: 2, out: 1, disk_full: 1 },
  ],

  [
    'a lost connection: what is being written is handed on, what waits is not',
    [say(hello()), say(batch(1)), say(batch(2)), lost, written],
    [WELCOME, 'write', 'hand on 1'],
    { in: 2, out: 1, stream_ended: 1 },
  ],
  [
    'the next stream waits for what the lost one was writing',
    [say(hello()), say(batch(1)), lost, say(hello(), 'b'), written],
    [WELCOME, 'write', 'b: welcome: durable 1, credit 4', 'hand on 1'],
    { in: 1, out: 1 },
  ],
  [
    'and takes no batch before',
    [say(hello()), say(batch(1)), lost, say(hello(), 'b'), say(batch(1), 'b'), written],
    [WELCOME, 'write', 'b: end INVALID_ARGUMENT: a batch came before Hello was answered', 'hand on 1'],
    { in: 2, out: 1, stream_ended: 1 },
  ],
  [
    'a newer stream of the same epoch wins',
    [say(hello()), say(hello(), 'b'), say(batch(1)), say(batch(1), 'b')],
    [
      WELCOME,
      'end ABORTED: another stream of this agent took over',
      'b: welcome: durable 0, credit 4',
      'b: write',
    ],
    { in: 1, held: 1 },
  ],
  [
    'a newer epoch wins',
    [say(hello(1)), say(hello(2), 'b')],
    [WELCOME, 'end ABORTED: another stream of this agent took over', 'b: welcome: durable 0, credit 4'],
  ],
  [
    'an older epoch is turned away',
    [say(hello(2)), say(hello(1), 'b'), say(batch(1, 2))],
    [WELCOME, 'b: end FAILED_PRECONDITION: boot epoch 1 is older than 2, which is connected', 'write'],
    { in: 1, held: 1 },
  ],
  [
    'of two that wait only the newer goes on',
    [say(hello()), say(batch(1)), say(hello(), 'b'), say(hello(), 'c'), written],
    [
      WELCOME,
      'write',
      'end ABORTED: another stream of this agent took over',
      'b: end ABORTED: another stream of this agent took over',
      'c: welcome: durable 1, credit 4',
      'hand on 1',
    ],
    { in: 1, out: 1 },
  ],
  [
    'agents do not meet',
    [say(hello()), say(hello(1, 'node-2'), 'b'), say(batch(1)), say(batch(1, 1, 'node-2'), 'b')],
    [WELCOME, 'b: welcome: durable 0, credit 4', 'write', 'b: write'],
    { in: 2, held: 2 },
  ],

  [
    'an agent that has said all gets its acknowledgements',
    [say(hello()), say(batch(1)), say(batch(2)), halfClosed, written, written],
    [
      WELCOME,
      'write',
      'pause',
      'hand on 1',
      'ack 1',
      'grant 1',
      'write',
      'hand on 2',
      'ack 2',
      'grant 1',
      'end OK: ',
    ],
    { in: 2, out: 2 },
  ],
  ['an agent that has nothing to say', [halfClosed], ['pause', 'end OK: ']],
  [
    'a collector that stops settles what it has',
    [say(hello()), say(batch(1)), stopping, written],
    [WELCOME, 'write', 'pause', 'hand on 1', 'ack 1', 'grant 1', 'end UNAVAILABLE: stopping'],
    { in: 1, out: 1 },
  ],
])('%s', (...[, steps, log, batches]) => check(steps, log, batches));

test('rows that nothing stores are counted beside those that are handed on', () => {
  const bench = new Bench();
  const one = [say(hello()), say(batch(1, 1, 'node-1', { metrics: 3 })), written];
  for (const step of one) step(bench);
  expect(bench.rows.snapshot()).toMatchObject({ in: 5, out: 2, held: 0, dropped: { no_table: 3 } });
});

test('an agent is described while it is welcome', () => {
  const bench = new Bench();
  const stream = bench.stream('a');
  expect(stream.describe('10.0.0.1:5')).toBeNull();
  for (const step of [say(hello(4)), say(batch(9, 4)), written, say(batch(10, 4)), say(batch(11, 4))])
    step(bench);
  expect(stream.describe('10.0.0.1:5')).toEqual({
    agentId: 'node-1',
    bootEpoch: 4,
    agentVersion: '0.1.0',
    peer: '10.0.0.1:5',
    durableSequence: 9,
    waitingBatches: 2,
  });
  stream.lost();
  expect(stream.describe('10.0.0.1:5')).toBeNull();
});
