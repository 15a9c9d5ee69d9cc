import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Os } from '../../../../hooks/sim/contract.ts';
import type { Io } from '../../io/io.ts';
import type { ReadFault } from '../../io/read.ts';
import { runBlocking } from '../../io/run.ts';
import { Stream } from '../../io/stream.ts';
import { match, mayMatch } from './path.ts';
import { bodyFraming, readBody, readHead } from './read.ts';
import { type Framing, message } from './write.ts';

/** Runs a task over a descriptor that yields `bytes` in pieces of the given sizes (the last one repeats), then ends. */
function readAll(
  bytes: Uint8Array,
  sizes: readonly number[],
): { startLine: string; body: number } | ReadFault {
  let at = 0;
  let turn = 0;
  const os = {
    nowNs: 0,
    // biome-ignore lint/correctness/useYield: a call that never has to wait
    *readBytes(_fd: number, maxBytes: number) {
      const size = Math.max(1, sizes[Math.min(turn++, sizes.length - 1)] ?? 1);
      const piece = bytes.slice(at, at + Math.min(size, maxBytes));
      at += piece.length;
      return piece;
    },
  } as Partial<Os> as Os;
  let result: { startLine: string; body: number } | ReadFault | undefined;
  const program = runBlocking('read-write', function* (io: Io) {
    const stream = new Stream(3);
    const head = yield* readHead(io, stream);
    if (typeof head === 'string') result = head;
    else {
      const framing = bodyFraming(head.headers, true);
      const body = framing === null ? 'malformed' : yield* readBody(io, stream, framing);
      result = typeof body === 'string' ? body : { startLine: head.startLine, body };
    }
  });
  for (const wait of program(os))
    throw new Error(`a task over a descriptor with bytes waits in ${wait.call}`);
  return result!;
}

const join = (parts: readonly Uint8Array[]): Uint8Array =>
  Uint8Array.from(parts.flatMap((part) => [...part]));
const answer = (framing: Framing, bodyBytes: number): Uint8Array =>
  join(message('HTTP/1.1 200 OK', [['Server', 'x']], framing, bodyBytes));
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const bytesOf = (value: string): Uint8Array => new TextEncoder().encode(value);
const framings = fc.constantFrom<Framing>('content-length', 'chunked', 'close-delimited');

describe('message() writes', () => {
  test.each<[name: string, framing: Framing | null, bodyBytes: number, expected: string]>([
    ['no body', null, 0, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['a length', 'content-length', 3, 'GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc'],
    ['an empty body', 'content-length', 0, 'GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n'],
    [
      'chunks',
      'chunked',
      17,
      'GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n11\r\nabcdefghijklmnopq\r\n0\r\n\r\n',
    ],
    [
      'no chunk but the last',
      'chunked',
      0,
      'GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['a body up to the end', 'close-delimited', 2, 'GET / HTTP/1.1\r\nHost: a\r\n\r\nab'],
  ])('%s', (_name, framing, bodyBytes, expected) => {
    expect(text(join(message('GET / HTTP/1.1', [['Host', 'a']], framing, bodyBytes)))).toBe(expected);
  });
});

describe('a message', () => {
  test('is read whole however its bytes are cut', () => {
    fc.assert(
      fc.property(
        framings,
        fc.nat(9000),
        fc.array(fc.integer({ min: 1, max: 5000 })),
        (framing, bodyBytes, sizes) => {
          const read = readAll(answer(framing, bodyBytes), sizes);
          expect(read).toEqual({ startLine: 'HTTP/1.1 200 OK', body: bodyBytes });
        },
      ),
      { numRuns: 60 },
    );
  });

  test('that ends early is told from one that never began', () => {
    for (const framing of ['content-length', 'chunked'] as const) {
      const whole = answer(framing, 40);
      for (let cut = 0; cut < whole.length; cut++) {
        expect(readAll(whole.slice(0, cut), [7])).toBe(cut === 0 ? 'ended' : 'truncated');
      }
    }
  });

  test('with a wrong byte in its body is malformed', () => {
    const whole = answer('content-length', 300);
    whole[whole.length - 1]! ^= 1;
    expect(readAll(whole, [64])).toBe('malformed');
  });

  test.each<[name: string, bytes: string]>([
    ['a header without a colon', 'HTTP/1.1 200 OK\r\nnothing\r\n\r\n'],
    ['a length that is no number', 'HTTP/1.1 200 OK\r\nContent-Length: 1e3\r\n\r\n'],
    ['another transfer coding', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n'],
    ['a chunk size that is no number', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n'],
    [
      'a chunk that is longer than it says',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n',
    ],
    ['a line that never ends', `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${'0'.repeat(100)}`],
    ['a head that never ends', 'x'.repeat(40_000)],
  ])('with %s is malformed', (_name, bytes) => expect(readAll(bytesOf(bytes), [1000])).toBe('malformed'));

  test('of any bytes at all gives a result', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (noise) => {
        const read = readAll(
          join([bytesOf('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'), noise]),
          [9],
        );
        expect(read).toBeDefined();
      }),
      { numRuns: 100 },
    );
  });
});

describe('match()', () => {
  test.each<[pattern: string, path: string, expected: Record<string, string> | null]>([
    ['/cart', '/cart', {}],
    ['/cart/{id}', '/cart/7', { id: '7' }],
    ['/cart/{id}', '/cart', null],
    ['/cart/{id}', '/cart/7/items', null],
    ['/{a}/{b}', '/x/y', { a: 'x', b: 'y' }],
    ['/cart', '/carts', null],
  ])('%s on %s', (pattern, path, expected) => expect(match(pattern, path)).toEqual(expected));
});

describe('mayMatch()', () => {
  test.each<[template: string, pattern: string, expected: boolean]>([
    ['/cart/{1..9}?x=1', '/cart/{id}', true],
    ['/{any}', '/cart', true],
    ['/a/b', '/a/{id}', true],
    ['/b/{id}', '/a/{id}', false],
  ])('%s on %s', (template, pattern, expected) => expect(mayMatch(template, pattern)).toBe(expected));
});
