/** Valid conversations are generated together with what must come of them, and cut into records anyhow. */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { bytesOf, type Party, play, type Step } from '../testing/conversation.ts';

interface Body {
  readonly wire: string;
  readonly fields: string;
  /** null: there is none, by its fields. */
  readonly bytes: number | null;
}

interface Turn {
  readonly request: string;
  readonly response: string;
  readonly want: readonly unknown[];
}

const lineEnd = fc.constantFrom('\r\n', '\n');
const bodyText = fc.string({
  unit: fc.constantFrom('a', '0', '\r', '\n', ' ', ':', '\u00ff', 'GET / HTTP/1.1\r\n'),
  maxLength: 40,
});
const hex = (n: number): fc.Arbitrary<string> =>
  fc.constantFrom(n.toString(16), n.toString(16).toUpperCase(), `00${n.toString(16)}`);

const chunked: fc.Arbitrary<Body> = fc
  .record({
    chunks: fc.array(
      bodyText.filter((text) => text !== ''),
      { maxLength: 4 },
    ),
    extension: fc.constantFrom('', ';a=b'),
    trailer: fc.constantFrom('', 'X-Sum: 1\r\n'),
  })
  .chain(({ chunks, extension, trailer }) =>
    fc.tuple(...chunks.map((chunk) => hex(chunk.length))).map((sizes) => ({
      wire: `${chunks.map((chunk, at) => `${sizes[at]}${extension}\r\n${chunk}\r\n`).join('')}0\r\n${trailer}\r\n`,
      fields: 'Transfer-Encoding: chunked\r\n',
      bytes: chunks.join('').length,
    })),
  );
const byLength: fc.Arbitrary<Body> = bodyText.map((wire) => ({
  wire,
  fields: `content-length:${wire.length}\r\n`,
  bytes: wire.length,
}));
const none: fc.Arbitrary<Body> = fc.constant({ wire: '', fields: '', bytes: null });

const otherFields = fc.array(
  fc.constantFrom(
    'X-A: 1\r\n',
    'Accept: */*\r\n',
    'X-Fold: a\r\n b\r\n',
    'Cookie: HTTP/1.1 200 OK\r\n',
    'Host-: b\r\n',
  ),
  { maxLength: 3 },
);
const interim = fc.constantFrom(
  '',
  '',
  'HTTP/1.1 100 Continue\r\n\r\n',
  'HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n',
);

const turn: fc.Arbitrary<Turn> = fc
  .record({
    method: fc.constantFrom('GET', 'POST', 'HEAD', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'),
    path: fc
      .string({ unit: fc.constantFrom('a', '/', '%20', '.', '-', '~', ';', '='), maxLength: 12 })
      .map((path) => `/${path}`),
    query: fc.option(fc.string({ unit: fc.constantFrom('q', '=', '&', '?', '/'), maxLength: 8 }), {
      nil: null,
    }),
    status: fc.constantFrom(200, 201, 204, 301, 304, 404, 418, 500, 503),
    asked: fc.oneof(none, byLength, chunked),
    answered: fc.oneof(byLength, chunked),
    fields: otherFields,
    interim,
    end: lineEnd,
    gapBefore: fc.constantFrom('', '', '\r\n'),
  })
  .map(({ method, path, query, status, asked, answered, fields, interim, end, gapBefore }) => {
    const target = query === null ? path : `${path}?${query}`;
    const isEmpty = method === 'HEAD' || status === 204 || status === 304;
    const ends = (head: string): string => head.replaceAll('\r\n', end);
    const request = `${ends(`${method} ${target} HTTP/1.1\r\nHost: a.test\r\n${fields.join('')}${asked.fields}\r\n`)}${asked.wire}`;
    const response = `${ends(`HTTP/1.1 ${status} Reason\r\n${fields.join('')}${answered.fields}\r\n`)}${isEmpty ? '' : answered.wire}`;
    const want = [
      method,
      path,
      query,
      status,
      asked.bytes,
      isEmpty ? null : answered.bytes,
      request.length,
      response.length,
    ];
    return { request: gapBefore + request, response: interim + response, want };
  });

/** Cuts into records of the given sizes, over and over. */
const splitter =
  (sizes: readonly number[]) =>
  (bytes: Uint8Array): Uint8Array[] => {
    const parts: Uint8Array[] = [];
    for (let at = 0, n = 0; at < bytes.length; n++) {
      const size = sizes[n % sizes.length]!;
      parts.push(bytes.subarray(at, at + size));
      at += size;
    }
    return parts;
  };

test('valid conversations give the exchanges they are made of, however they are cut', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(turn, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 4 }),
      fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 5 }),
      fc.constantFrom<Party>('client', 'server'),
      (pipelines, sizes, side) => {
        const steps = pipelines.flatMap((turns): Step[] => [
          { by: 'client', says: bytesOf(turns.map((each) => each.request).join('')) },
          { by: 'server', says: bytesOf(turns.map((each) => each.response).join('')) },
        ]);
        const { exchanges, stages } = play(steps, { side, split: splitter(sizes) });
        const got = exchanges.map(({ attributes, request, response, incomplete }) => [
          attributes['http.request.method'],
          attributes['url.path'],
          attributes['url.query'] ?? null,
          attributes['http.response.status_code'],
          attributes['http.request.body.size'] ?? null,
          attributes['http.response.body.size'] ?? null,
          request?.bytes,
          response?.bytes,
          incomplete,
        ]);
        expect(got).toEqual(pipelines.flat().map(({ want }) => [...want, null]));
        const dropped = Object.entries(stages.streams!.dropped).filter(([, n]) => n > 0);
        expect(dropped.filter(([reason]) => reason !== 'passed_over')).toEqual([]);
      },
    ),
    { numRuns: 300 },
  );
});
