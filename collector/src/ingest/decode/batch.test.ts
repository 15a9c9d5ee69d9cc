import { describe, expect, test } from '@jest/globals';
import { Long } from '@sonde/proto';
import fc from 'fast-check';
import { rowsOf } from '../../model/columns.ts';
import { decodeRecord } from '../recovery.ts';
import { type Batch, encoded, long, sampleBatch } from '../testing/sample-batch.ts';
import { decodeBatch, type GoodBatch, MAX_CLOCK_SAMPLES, MAX_ROWS } from './batch.ts';

function good(batch: Batch): GoodBatch {
  const decoded = decodeBatch(encoded(batch));
  if ('fault' in decoded) throw new Error(decoded.fault);
  return decoded;
}

const bigints = (values: readonly Long[]) => values.map((value) => BigInt(value.toString()));

describe('a good batch', () => {
  test('has every column of every table', () => {
    const batch = sampleBatch({ spans: 50 });
    const { columns } = good(batch);
    const { spans, red, edges, logs, entities } = columns;
    expect(columns.id).toEqual({ agentId: 'node-1', bootEpoch: 1, sequence: 1 });
    expect(columns).toMatchObject({ node: 'node-1', platform: 'simulated', strings: batch.strings });
    expect([...spans.traceId]).toEqual([...batch.spans!.traceId!]);
    expect([...spans.startUnixNs]).toEqual(bigints(batch.spans!.startUnixNano!));
    expect([...spans.durationNs]).toEqual(bigints(batch.spans!.durationNano!));
    expect([...spans.responseBytes]).toEqual(bigints(batch.spans!.responseBytes!));
    expect([...spans.requestPosition]).toEqual(batch.spans!.requestPosition);
    expect([...spans.clientPort]).toEqual(batch.spans!.clientPort);
    expect([...spans.status]).toEqual(batch.spans!.status);
    expect([...spans.attributes.key]).toEqual(batch.spans!.attributes!.key);
    expect([...spans.attributes.offsets]).toEqual(Array.from({ length: 51 }, (_, i) => 2 * i));
    expect([...entities.validFromUnixNs]).toEqual(bigints(batch.entities!.validFromUnixNano!));
    expect([...edges.durationSumNs]).toEqual(bigints(batch.edges!.durationSumNano!));
    expect([...red.durations.bucket]).toEqual([80, 100, 120, 80, 100, 120]);
    expect([...red.durations.n]).toEqual([1n, 2n, 3n, 4n, 5n, 6n]);
    expect(logs.body).toEqual(['line 0: grüezi', 'line 1: grüezi']);
    expect(columns.ledger.rows[1]).toEqual({
      timeUnixNs: bigints(batch.ledger!.timeUnixNano!)[1],
      snapshot: {
        stage: 'text 2',
        unit: 'text 2',
        in: 100,
        out: 90,
        held: 4,
        dropped: { 'text 1': 6, 'text 2': 9 },
      },
    });
    expect(rowsOf(columns)).toBe(2 + 50 + 2 + 2 + 2 + 2);
  });

  test('shares no memory with the payload', () => {
    const payload = encoded(sampleBatch());
    const decoded = decodeBatch(payload) as GoodBatch;
    const before = [...decoded.columns.spans.traceId];
    payload.fill(0);
    expect([...decoded.columns.spans.traceId]).toEqual(before);
    expect(decoded.columns.strings[1]).toBe('text 1');
  });

  test('tells rows that nothing stores and samples of clocks beside the columns', () => {
    const { unstoredRows, clocks } = good(sampleBatch({ metrics: 4 }));
    expect(unstoredRows).toBe(4);
    expect(clocks).toEqual([
      { bootId: 'boot', monotonicNs: 5n, unixNs: 1_763_000_000_123_456_789n, answeredUnixNs: 0n },
    ]);
  });

  test('reads the same from a record of the log', () => {
    const payload = new Uint8Array(encoded(sampleBatch()));
    expect(decodeRecord(payload)).toEqual(good(sampleBatch()).columns);
  });
});

describe('verdicts', () => {
  /** Alters a good batch; `fault` null: it is still good. */
  const check = (alter: (batch: Batch) => void, fault: string | null) => {
    const batch = sampleBatch({ spans: 5, strings: 40 });
    alter(batch);
    const decoded = decodeBatch(encoded(batch));
    expect('fault' in decoded ? decoded.fault : null).toBe(fault);
  };

  test.each<[string, (batch: Batch) => void, string | null]>([
    ['as it is', () => {}, null],
    ['nothing but a header', (b) => Object.assign(b, only(b)), null],
    ['a batch without clock samples', (b) => delete b.clocks, null],
    ['no attributes of any row', (b) => delete b.spans!.attributes, null],
    ['no buckets of any row', (b) => delete b.red!.durations, null],
    [
      'a span that began in the last ns',
      (b) => set(b.spans!.startUnixNano!, 0, Long.MAX_VALUE.toUnsigned()),
      null,
    ],
    ['the last bucket', (b) => set(b.red!.durations!.bucket!, 2, 255), null],
    ['the last port', (b) => set(b.edges!.serverPort!, 0, 65_535), null],

    ['no header', (b) => delete b.header, 'header: none'],
    ['no agent', (b) => delete b.header!.agentId, 'header.agent_id: 0 characters, but 1 to 256 are allowed'],
    [
      'an endless agent',
      (b) => Object.assign(b.header!, { agentId: 'a'.repeat(257) }),
      'header.agent_id: 257 characters, but 1 to 256 are allowed',
    ],
    [
      'an endless node',
      (b) => Object.assign(b.header!, { node: 'n'.repeat(257) }),
      'header.node: 257 characters, but at most 256 are allowed',
    ],
    [
      'an epoch of 2^53',
      (b) => Object.assign(b.header!, { bootEpoch: long(2n ** 53n) }),
      'header.boot_epoch: 2^53 or more',
    ],
    [
      'a sequence of 2^64 - 1',
      (b) => Object.assign(b.header!, { sequence: Long.MAX_UNSIGNED_VALUE }),
      'header.sequence: 2^53 or more',
    ],
    ['no sequence', (b) => delete b.header!.sequence, 'header.sequence: 0, but the first batch is 1'],
    ['no platform', (b) => delete b.header!.platform, 'header.platform: the unknown value 0'],
    [
      'an unknown platform',
      (b) => Object.assign(b.header!, { platform: 3 }),
      'header.platform: the unknown value 3',
    ],

    ['no strings', (b) => delete b.strings, 'strings: entry 0 is not the empty string'],
    ['another first string', (b) => set(b.strings!, 0, 'x'), 'strings: entry 0 is not the empty string'],

    [
      'an index beyond the strings',
      (b) => set(b.spans!.name!, 4, 93),
      'spans.name: row 4 names string 93 of 40',
    ],
    [
      'the index after the last string',
      (b) => set(b.logs!.attributes!.key!, 1, 40),
      'logs.attributes.key: pair 1 names string 40 of 40',
    ],
    [
      'an index beyond the entities',
      (b) => set(b.red!.entity!, 0, 2),
      'red.entity: row 0 names entity 2 of 2',
    ],
    ['entities, but none there', (b) => delete b.entities, 'spans.entity: row 0 names entity 0 of 0'],

    [
      'a column that is too short',
      (b) => b.spans!.peerService!.pop(),
      'spans.peer_service: 4 values for 5 rows',
    ],
    [
      'a column that is too long',
      (b) => b.edges!.requests!.push(long(1)),
      'edges.requests: 3 values for 2 rows',
    ],
    ['a column that is not there', (b) => delete b.red!.minute, 'red.entity: 2 values for 0 rows'],
    [
      'too few trace ids',
      (b) => Object.assign(b.spans!, { traceId: new Uint8Array(79) }),
      'spans.trace_id: 79 bytes, but 5 rows take 80',
    ],
    [
      'too many span ids',
      (b) => Object.assign(b.logs!, { spanId: new Uint8Array(17) }),
      'logs.span_id: 17 bytes, but 2 rows take 16',
    ],
    ['too few bodies', (b) => b.logs!.body!.pop(), 'logs.body: 1 values for 2 rows'],

    ['a span of no kind', (b) => set(b.spans!.kind!, 1, 0), 'spans.kind: row 1 has the unknown value 0'],
    [
      'a span of a kind to come',
      (b) => set(b.spans!.kind!, 1, 6),
      'spans.kind: row 1 has the unknown value 6',
    ],
    [
      'a negative status',
      (b) => set(b.spans!.status!, 0, -1),
      'spans.status: row 0 has the unknown value -1',
    ],
    ['an edge without side', (b) => set(b.edges!.side!, 0, 0), 'edges.side: row 0 has the unknown value 0'],
    [
      'an unknown kind of entity',
      (b) => set(b.entities!.kind!, 1, 4),
      'entities.kind: row 1 has the unknown value 4',
    ],
    [
      'a severity of 25',
      (b) => set(b.logs!.severity!, 0, 25),
      'logs.severity: row 0 has the unknown value 25',
    ],
    [
      'a value of no type',
      (b) => set(b.spans!.attributes!.type!, 9, 0),
      'spans.attributes.type: pair 9 has the unknown value 0',
    ],
    [
      'a port of 65536',
      (b) => set(b.spans!.clientPort!, 2, 65_536),
      'spans.client_port: row 2 has the port 65536, but the last is 65535',
    ],
    [
      'a minute after 2106',
      (b) => set(b.red!.minute!, 0, 71_582_789),
      'red.minute: row 0 has the minute 71582789, but the last is 71582788',
    ],

    [
      'a span that began in 1970',
      (b) => set(b.spans!.startUnixNano!, 3, long(0)),
      'spans.start_unix_nano: row 3 has a time of 0',
    ],
    [
      'a line after 2262',
      (b) => set(b.logs!.timeUnixNano!, 0, long(2n ** 63n)),
      'logs.time_unix_nano: row 0 has a time of 2^63 or more',
    ],
    [
      'an endless duration',
      (b) => set(b.spans!.durationNano!, 0, Long.MAX_UNSIGNED_VALUE),
      'spans.duration_nano: row 0 has a count of 2^63 or more',
    ],
    [
      'a count of 2^53 in the ledger',
      (b) => set(b.ledger!.in!, 1, long(2n ** 53n)),
      'ledger.in: row 1 has a count of 2^53 or more',
    ],

    [
      'more attributes than counted',
      (b) => set(b.spans!.attributes!.count!, 0, 1),
      'spans.attributes.key: 10 values for 9 pairs',
    ],
    [
      'fewer counts than rows',
      (b) => b.spans!.attributes!.count!.pop(),
      'spans.attributes.count: 4 values for 5 rows',
    ],
    [
      'counts that claim 2^32 pairs',
      (b) => b.spans!.attributes!.count!.fill(0xffff_ffff),
      'spans.attributes.count: row 1 brings the count beyond 2^32',
    ],
    [
      'a count that claims 2^31 buckets',
      (b) => set(b.red!.durations!.count!, 1, 2 ** 31),
      'red.durations.bucket: 6 values for 2147483651 buckets',
    ],
    [
      'bucket 256',
      (b) => set(b.red!.durations!.bucket!, 2, 256),
      'red.durations.bucket: bucket 2 has the unknown value 256',
    ],
    [
      'an empty bucket',
      (b) => set(b.red!.durations!.n!, 2, long(0)),
      'red.durations.n: bucket 2 has a count of 0',
    ],
    [
      'buckets that fall',
      (b) => set(b.edges!.durations!.bucket!, 5, 100),
      'edges.durations.bucket: row 1 has bucket 100 after bucket 100',
    ],
    ['fewer reasons than counted', (b) => b.ledger!.reason!.pop(), 'ledger.reason: 3 values for 4 reasons'],
    ['a reason named twice', (b) => b.ledger!.reason!.fill(1), 'ledger.reason: row 0 names a reason twice'],

    [
      'a million rows and more',
      (b) => Object.assign(b.metrics!, { name: new Array(MAX_ROWS).fill(0) }),
      'batch: 1000015 rows, but at most 1000000 are allowed',
    ],
    [
      'a flood of clock samples',
      (b) => Object.assign(b, { clocks: new Array(MAX_CLOCK_SAMPLES + 1).fill({}) }),
      'clocks: 1001 samples, but at most 1000 are allowed',
    ],
  ])('%s', (_, alter, fault) => check(alter, fault));

  test('a reason called __proto__ is a reason like any other', () => {
    const batch = sampleBatch();
    batch.strings![1] = '__proto__';
    const { dropped } = good(batch).columns.ledger.rows[0]!.snapshot;
    expect(Object.entries(dropped)).toEqual([
      ['__proto__', 0],
      ['text 2', 3],
    ]);
  });
});

describe('any bytes', () => {
  const verdict = (payload: Uint8Array) => {
    const decoded = decodeBatch(payload);
    return 'fault' in decoded ? decoded.fault : 'good';
  };
  /** The promises that readers of columns rely on, asked of whatever was found good. */
  const keepsPromises = (payload: Uint8Array) => {
    const decoded = decodeBatch(payload);
    if ('fault' in decoded) return decoded.fault.length > 0 && !decoded.fault.includes('\n');
    const { strings, spans, entities, red, logs } = decoded.columns;
    return (
      strings[0] === '' &&
      spans.traceId.length === 16 * spans.rows &&
      spans.startUnixNs.length === spans.rows &&
      spans.name.every((index) => index < strings.length) &&
      spans.entity.every((index) => index < entities.rows) &&
      spans.attributes.offsets.at(-1) === spans.attributes.value.length &&
      red.durations.offsets.at(-1) === red.durations.n.length &&
      logs.body.length === logs.rows
    );
  };
  const SAMPLE = new Uint8Array(encoded(sampleBatch({ metrics: 1 })));

  test('random ones', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => keepsPromises(bytes)),
      { numRuns: 2_000 },
    );
  });

  test('a batch that was cut anywhere', () => {
    for (let length = 0; length < SAMPLE.length; length++)
      expect(keepsPromises(SAMPLE.subarray(0, length))).toBe(true);
  });

  test('a batch with some bytes changed', () => {
    const change = fc.tuple(fc.nat(SAMPLE.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        const bytes = new Uint8Array(SAMPLE);
        for (const [at, value] of changes) bytes[at] = value;
        return keepsPromises(bytes);
      }),
      { numRuns: 3_000 },
    );
  });

  test('fields of a later version are passed over', () => {
    // Field 1000, wire type 2, 3 bytes; and a group of field 1001.
    const unknown = Uint8Array.of(0xc2, 0x3e, 3, 1, 2, 3, 0xcb, 0x3e, 0x08, 0x01, 0xcc, 0x3e);
    expect(verdict(Buffer.concat([SAMPLE, unknown]))).toBe('good');
  });

  /** Payloads of the largest size that are made to cost as much as they can. */
  const BYTES = 4 << 20;
  const lengthDelimited = (field: number, content: Uint8Array): Buffer => {
    const length: number[] = [];
    for (let rest = content.length; ; rest >>>= 7) {
      length.push(rest > 127 ? (rest & 127) | 128 : rest);
      if (rest <= 127) break;
    }
    return Buffer.concat([Uint8Array.of((field << 3) | 2, ...length), content]);
  };
  test.each<[string, Uint8Array, RegExp]>([
    ['groups in groups', new Uint8Array(BYTES).fill(0x0b), /^no Batch: max depth exceeded/],
    ['empty tables over and over', Buffer.alloc(BYTES, Uint8Array.of(0x22, 0)), /^header: none/],
    ['empty strings', Buffer.alloc(BYTES, Uint8Array.of(0x12, 0)), /^header: none/],
    ['empty clock samples', Buffer.alloc(BYTES, Uint8Array.of(0x5a, 0)), /^header: none/],
    [
      'one column of small numbers',
      lengthDelimited(4, lengthDelimited(5, new Uint8Array(BYTES))),
      /^header: none/,
    ],
    [
      'columns of one number each',
      lengthDelimited(4, Buffer.alloc(BYTES - 6, Uint8Array.of(0x22, 8, 1, 0, 0, 0, 0, 0, 0, 0))),
      /^header: none|^no Batch/,
    ],
  ])('%s', (_, payload, fault) => expect(verdict(payload)).toMatch(fault));
});

/** Only what every batch must have. */
function only({ header }: Batch): object {
  const none = {
    entities: null,
    spans: null,
    edges: null,
    red: null,
    logs: null,
    metrics: null,
    ledger: null,
    clocks: [],
  };
  return { header: header!, strings: [''], ...none };
}

/** Also values that no writer of this version would write. */
function set(column: unknown[], index: number, value: unknown): void {
  column[index] = value;
}
