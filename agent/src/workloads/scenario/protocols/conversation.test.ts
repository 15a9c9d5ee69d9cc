import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Fault } from '../scenario.ts';
import type { Outcome } from './protocol.ts';
import { type ConversationOptions, converse } from './testing/conversation.ts';

/** What each protocol can say: endpoints, and requests with the status that each is answered with. */
const EXCHANGES: readonly (Pick<ConversationOptions, 'protocol' | 'endpoints' | 'requests'> & {
  readonly statuses: readonly string[];
  /** Of an answer that the error rate spoils, and of one after a failed call; of requests that an endpoint answers. */
  readonly error: string;
  readonly failedCall: string;
})[] = [
  {
    protocol: 'redis',
    endpoints: [
      { command: 'GET cart:{id}' },
      { command: 'SET cart:{id}', reply: 'simple' },
      { command: 'LRANGE {key} 0 -1', reply: 'array', items: 4 },
      { command: 'INCR n', reply: 'integer', integer: -7 },
      { command: 'GET none', reply: 'null' },
    ],
    requests: [
      { command: 'GET cart:7' },
      { command: 'SET cart:7', valueBytes: 4000 },
      { command: 'LRANGE l 0 -1' },
      { command: 'INCR n' },
      { command: 'GET none' },
      { command: 'FLUSHALL' },
    ],
    statuses: ['OK', 'OK', 'OK', 'OK', 'OK', 'ERR'],
    error: 'ERR',
    failedCall: 'ERR',
  },
  {
    protocol: 'mysql',
    endpoints: [
      {
        query: 'SELECT * FROM p WHERE id = {id}',
        columns: ['i int', 'd double', 'c decimal', 'v varchar', 't text'],
        rows: 5,
      },
      { query: 'UPDATE p SET x = ?', affectedRows: 3 },
      { query: 'SELECT nothing', columns: ['i int'], rows: 0 },
    ],
    requests: [
      { query: 'SELECT * FROM p WHERE id = 7' },
      { query: 'SELECT * FROM p WHERE id = ?', parameters: ['8'] },
      { query: 'UPDATE p SET x = ?', parameters: ['a'] },
      { query: 'UPDATE p SET x = ?', parameters: ['b'] },
      { query: 'SELECT nothing' },
      { query: 'SELEC' },
      { query: 'SELEC ?', parameters: ['1'] },
    ],
    statuses: ['OK', 'OK', 'OK', 'OK', 'OK', '1064', '1064'],
    error: '1205',
    failedCall: '1105',
  },
  {
    protocol: 'mongodb',
    endpoints: ['find', 'insert', 'update', 'delete', 'aggregate', 'count'].map((operation) => ({
      collection: 'c',
      operation,
      documents: 3,
    })),
    requests: [
      ...['find', 'update', 'delete', 'aggregate', 'count'].map((operation) => ({
        collection: 'c',
        operation,
        filter: { a: 'x', b: 2.5, c: true },
      })),
      { collection: 'c', operation: 'insert', documents: 5, documentBytes: 1000 },
      { collection: 'd', operation: 'find' },
    ],
    statuses: ['OK', 'OK', 'OK', 'OK', 'OK', 'OK', '59'],
    error: '50',
    failedCall: '96',
  },
  {
    protocol: 'grpc',
    endpoints: [{ rpc: 'a.B/List', messages: 5 }, { rpc: 'a.B/Get' }],
    requests: [
      { rpc: 'a.B/Get' },
      { rpc: 'a.B/List', messageBytes: 5000 },
      { rpc: 'a.B/Get', messageBytes: 0 },
      { rpc: 'a.B/None' },
    ],
    statuses: ['OK', 'OK', 'OK', 'UNIMPLEMENTED'],
    error: 'INTERNAL',
    failedCall: 'UNAVAILABLE',
  },
];

const REFUSED = new Set(['ERR', '1064', '59', 'UNIMPLEMENTED']);

const statusesOf = (options: ConversationOptions): string[] =>
  converse(options).answers.map((answer) => (answer.kind === 'answered' ? answer.status : answer.failure));

describe.each(EXCHANGES)('$protocol', ({ protocol, endpoints, requests, statuses, error, failedCall }) => {
  const all = { protocol, endpoints, requests };

  test.each([
    [1, 10],
    [7, 300],
    [1448, 0],
    [1448, 70_000],
    [65_000, 3000],
  ])('is understood however its bytes are cut: segments of %d, answers of %d', (segmentBytes, bodyBytes) => {
    for (const isEventLoop of [false, true]) {
      const { answers, served } = converse({ ...all, segmentBytes, bodyBytes, isEventLoop });
      expect(answers.map((answer) => (answer.kind === 'answered' ? answer.status : answer))).toEqual(
        statuses,
      );
      expect(answers.map((answer) => answer.kind === 'answered' && answer.isOk)).toEqual(
        statuses.map((status) => status === 'OK'),
      );
      expect(served).toEqual(statuses.map((status) => [status, 'whole']));
    }
  });

  test.each<[Outcome, string]>([
    ['error', error],
    ['failed-call', failedCall],
  ])('says what went wrong: %s', (outcome, status) => {
    expect(statusesOf({ ...all, outcome })).toEqual(
      statuses.map((usual) => (REFUSED.has(usual) ? usual : status)),
    );
  });

  test.each<[Fault['kind'], Fault, string]>([
    ['reset', { kind: 'reset', rate: 1, afterBytes: 3 }, 'reset'],
    ['truncate', { kind: 'truncate', rate: 1, afterBytes: 3 }, 'truncated'],
    ['silence', { kind: 'silence', rate: 1 }, 'timeout'],
    ['slow', { kind: 'slow', rate: 1, pieceBytes: 5, pauseNs: 1000 }, 'OK'],
  ])('fails as the scenario says: %s', (_kind, fault, expected) => {
    for (const isEventLoop of [false, true]) {
      const first = { ...all, requests: requests.slice(0, 1), fault, isEventLoop };
      expect(statusesOf(first)).toEqual([expected]);
    }
  });

  test('bad input ends the connection, and nothing else', () => {
    const good = converse(all).writes.flatMap(({ from, bytes }) => (from === 'client' ? [...bytes] : []));
    const spoilt = fc
      .tuple(fc.nat(good.length - 1), fc.nat(255))
      .map(([at, byte]) => Uint8Array.from(good.with(at, byte)));
    const cut = fc.nat(good.length).map((end) => Uint8Array.from(good.slice(0, end)));
    fc.assert(
      fc.property(fc.oneof(spoilt, cut, fc.uint8Array({ maxLength: 200 })), (clientBytes) => {
        expect(converse({ ...all, clientBytes }).isServed).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  test('is the same bytes again', () => expect(converse(all).writes).toEqual(converse(all).writes));
});

describe('values of a request', () => {
  test.each<[string, ConversationOptions, Record<string, string>]>([
    [
      'redis',
      { protocol: 'redis', endpoints: [{ command: 'GET cart:{id}' }], requests: [{ command: 'GET cart:7' }] },
      { command: 'GET', id: '7' },
    ],
    [
      'mysql',
      { protocol: 'mysql', endpoints: [{ query: 'USE {db}' }], requests: [{ query: 'USE shop (x)' }] },
      { query: 'USE shop (x)', db: 'shop (x)' },
    ],
    [
      'grpc',
      { protocol: 'grpc', endpoints: [{ rpc: 'a.B/C' }], requests: [{ rpc: 'a.B/C' }] },
      { rpc: 'a.B/C' },
    ],
  ])('%s', (_name, options, values) => expect(converse(options).values).toEqual([values]));
});

describe('grpc on one connection', () => {
  const endpoints = [{ rpc: 'a.B/Slow', messages: 3 }, { rpc: 'a.B/Quick' }];
  const requests = [{ rpc: 'a.B/Slow' }, { rpc: 'a.B/Quick' }, { rpc: 'a.B/Slow' }, { rpc: 'a.B/None' }];
  const atOnce = {
    protocol: 'grpc',
    endpoints,
    requests,
    atOnce: true,
    workNs: (endpoint: number) => (endpoint === 0 ? 5e6 : 1e6),
  } as const;

  test.each([true, false])(
    'many streams at once, the quick ones answered first (event loop: %s)',
    (isEventLoop) => {
      const { answers, served } = converse({ ...atOnce, isEventLoop });
      const statuses = answers.map((answer) => answer.kind === 'answered' && answer.status);
      expect(statuses).toEqual(['OK', 'OK', 'OK', 'UNIMPLEMENTED']);
      expect(served.map(([status]) => status)).toEqual(['UNIMPLEMENTED', 'OK', 'OK', 'OK']);
    },
  );

  test('a reset ends all of them', () => {
    const fault = { kind: 'reset', rate: 1, afterBytes: 5 } as const;
    const failures = converse({ ...atOnce, requests: requests.slice(0, 3), fault, isEventLoop: true });
    expect(failures.answers.map((answer) => answer.kind === 'failed' && answer.failure)).toEqual([
      'reset',
      'reset',
      'reset',
    ]);
    expect(failures.served.map(([, delivery]) => delivery).sort()).toEqual(['cut', 'cut', 'cut']);
  });
});
