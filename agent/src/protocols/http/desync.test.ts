/**
 * Requests that attackers hide in bodies, and what happens to look like one. Beside each way in which readers disagree on
 * where a body ends (RFC 9112 section 11.2) stands what may follow: nothing, so that only an answer makes it a request.
 */
import { describe, expect, test } from '@jest/globals';
import { bytesOf, client, type Party, play, type Step, server } from '../testing/conversation.ts';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
const INNER = 'GET /inner HTTP/1.1\r\nHost: a.test\r\n\r\n';
const NEXT = 'GET /next HTTP/1.1\r\nHost: a.test\r\n\r\n';

const post = (fields: string, body: string, version = '1.1'): string =>
  `POST /outer HTTP/${version}\r\nHost: a.test\r\n${fields}\r\n\r\n${body}`;
const chunked = (body: string): string => post('Transfer-Encoding: chunked', body);

/** Path and status code, or why there is none, of each exchange. */
function seen(steps: readonly Step[], side: Party = 'server'): unknown[] {
  const { exchanges, stages } = play(steps, { side });
  const { in: taken, out, dropped } = stages.messages!;
  expect(taken).toBe(out + dropped.unconfirmed! + dropped.no_request!);
  return exchanges.map(({ attributes, response, incomplete }) => [
    attributes['url.path'],
    response === null ? incomplete : attributes['http.response.status_code'],
  ]);
}

const END = '0\r\n\r\n';
/** Each is followed by INNER at once. */
const unclear: readonly [name: string, request: string][] = [
  // How the length is told.
  ['both a length and chunks', post('Content-Length: 5\r\nTransfer-Encoding: chunked', END)],
  ['both, the other way round', post('Transfer-Encoding: chunked\r\nContent-Length: 6', `${END}X`)],
  ['lengths that differ', post('Content-Length: 0\r\nContent-Length: 44', '')],
  ['lengths that differ in one field', post('Content-Length: 0, 44', '')],
  ['a length below zero', post('Content-Length: -1', '')],
  ['a length with a plus', post('Content-Length: +3', 'abc')],
  ['a length in another base', post('Content-Length: 0x3', 'abc')],
  ['a length of 2^64 - 1', post('Content-Length: 18446744073709551615', '')],
  ['a length of more digits than a number has', post(`Content-Length: ${'0'.repeat(30)}3`, 'abc')],
  ['a length with a blank in it', post('Content-Length: 0 3', 'abc')],
  ['an empty length', post('Content-Length:', '')],
  ['a length before which stands a blank line of blanks', post(' Content-Length: 3', 'abc')],
  ['chunks in HTTP/1.0', post('Transfer-Encoding: chunked', END, '1.0')],
  // Codings that are not just "chunked".
  ['a coding after "chunked"', post('Transfer-Encoding: chunked, gzip', END)],
  ['"identity" after "chunked"', post('Transfer-Encoding: chunked, identity', END)],
  ['"identity" before "chunked"', post('Transfer-Encoding: identity, chunked', END)],
  ['"identity" alone', post('Transfer-Encoding: identity\r\nContent-Length: 3', 'abc')],
  ['"chunked" twice', post('Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked', END)],
  ['an unknown coding before "chunked"', post('Transfer-Encoding: cow, chunked', END)],
  ['an unknown coding', post('Transfer-Encoding: xchunked', END)],
  ['a coding with parameters', post('Transfer-Encoding: chunked;q=1', END)],
  ['a quoted coding', post('Transfer-Encoding: "chunked"', END)],
  ['no coding', post('Transfer-Encoding:', END)],
  ['a comma too many', post('Transfer-Encoding: chunked,', END)],
  ['a coding after a vertical tab', post('Transfer-Encoding: \x0bchunked', END)],
  ['a coding before a zero', post('Transfer-Encoding: chunked\x00', END)],
  ['a coding that lower case makes one', post('Transfer-Encoding: chun\xe2\x84\xaaed', END)],
  // Fields that are nearly the ones.
  ['a folded coding', post('Transfer-Encoding:\r\n chunked', END)],
  ['a folded coding, with a tab', post('Transfer-Encoding:\r\n\tchunked', END)],
  ['a coding folded after it', post('Transfer-Encoding: chunked\r\n , cow', END)],
  ['a field folded into another', post('X: y\r\n Transfer-Encoding: chunked', END)],
  ['a field behind a bare carriage return', post('X: y\rTransfer-Encoding: chunked', END)],
  ['a blank before the colon', post('Transfer-Encoding : chunked', END)],
  ['a tab before the colon', post('Content-Length\t: 3', 'abc')],
  ['an underscore for the hyphen', post('Transfer_Encoding: chunked', END)],
  ['no hyphen', post('ContentLength: 3', 'abc')],
  ['a control character in the name', post('Transfer\x01Encoding: chunked', END)],
  ['a line end before the colon', post('Transfer-Encoding\r\n : chunked', END)],
  ['a head that ends otherwise than its lines', 'POST /outer HTTP/1.1\r\nHost: a.test\n\n'],
  // Chunks.
  ['a chunk of 2^64', chunked('10000000000000000\r\n\r\n')],
  ['a chunk size of many zeros', chunked(`${'0'.repeat(17)}\r\n\r\n`)],
  ['a chunk size below zero', chunked('-1\r\n\r\n')],
  ['a chunk size with a prefix', chunked('0x0\r\n\r\n')],
  ['a chunk size with a blank before', chunked(' 0\r\n\r\n')],
  ['a chunk size with an underscore', chunked('1_0\r\n\r\n')],
  ['no chunk size', chunked('\r\n\r\n')],
  ['an empty line before the first chunk', chunked(`\r\n${END}`)],
  ['a chunk without its line end', chunked(`3\r\nabc${END}`)],
  ['a chunk whose line end has no carriage return', chunked(`3\r\nabc\n${END}`)],
  ['a chunk with something for its line end', chunked(`3\r\nabcXX${END}`)],
  ['a chunk longer than its size', chunked(`3\r\nabcdef\r\n${END}`)],
  ['a chunk size after a chunk without line end', chunked(`3\r\nabcfff\r\n${END}`)],
  ['a chunk size line without carriage return', chunked(`3\nabc\r\n${END}`)],
  ['a bare line feed in an extension', chunked(`3;a\nabc\r\n${END}`)],
  ['a bare carriage return in an extension', chunked(`3;a\rb\r\nabc\r\n${END}`)],
  ['an extension without a name', chunked(`3;\r\nabc\r\n${END}`)],
  ['an extension that is none', chunked(`3;a b\r\nabc\r\n${END}`)],
  ['an extension with an open quote', chunked(`3;a="b\r\nabc\r\n${END}`)],
  ['an endless extension', chunked(`3;a=${'b'.repeat(5000)}\r\nabc\r\n${END}`)],
  ['a last chunk without carriage returns', chunked('0\n\n')],
  ['trailers that end otherwise than they begin', chunked('0\r\nX: 1\n\n')],
  // No message at all.
  ['garbage', `${NEXT.replace('next', 'outer')}\x00\x01\x02 garbage\r\n`],
];

describe('a request behind unclear framing', () => {
  for (const [name, request] of unclear) {
    test(`${name}: counts only if it is answered`, () => {
      for (const side of ['client', 'server'] as const) {
        const asked = client(request + INNER);
        expect(seen([asked], side)).toEqual([['/outer', 'no response']]);
        expect(seen([asked, server(OK)], side)).toEqual([['/outer', 200]]);
        expect(seen([asked, { by: 'client', close: true }], side)).toEqual([['/outer', 'no response']]);
        expect(seen([asked, server(OK), server(OK)], side)).toEqual([
          ['/outer', 200],
          ['/inner', 200],
        ]);
      }
    });

    test(`${name}: takes no answer from the next request`, () => {
      const steps = [client(request + INNER), server(OK), client(NEXT), server(OK), client(NEXT)];
      expect(seen(steps)).toEqual([
        ['/outer', 200],
        ['/next', 200],
        ['/next', 'no response'],
      ]);
    });
  }
});

/** Each is followed by INNER at once. */
const clear: readonly [name: string, request: string][] = [
  ['a length', post('Content-Length: 3', 'abc')],
  ['a length said twice', post('Content-Length: 3\r\nContent-Length: 3', 'abc')],
  ['a length with zeros before it', post('content-length: 0003', 'abc')],
  ['chunks', chunked(`3\r\nabc\r\n${END}`)],
  ['chunks by another name', post('TRANSFER-ENCODING:CHUNKED  ', END)],
  ['chunks of a compressed body', post('Transfer-Encoding: gzip, chunked', END)],
  ['extensions and trailers', chunked('3;a;b=c;d="e; \\"f\\""\r\nabc\r\n00 ; g = h\r\nX-Sum: 1\r\n\r\n')],
  ['an empty line between', `${post('Content-Length: 0', '')}\r\n`],
  ['line feeds alone', 'POST /outer HTTP/1.1\nContent-Length: 3\n\nabc'],
  ['a folded field of another kind', post('X: y\r\n z\r\nContent-Length: 3', 'abc')],
  [
    'fields that speak of the others',
    post('X-Content-Length: 9\r\nTrailer: Content-Length\r\nTE: chunked', ''),
  ],
];

describe('a request behind clear framing', () => {
  for (const [name, request] of clear) {
    test(`${name}: counts without an answer`, () => {
      expect(seen([client(request + INNER)])).toEqual([
        ['/outer', 'no response'],
        ['/inner', 'no response'],
      ]);
    });
  }
});

describe('doubt', () => {
  const outer = chunked('zz\r\n');
  const rows: readonly [name: string, steps: readonly Step[], want: readonly unknown[]][] = [
    [
      'an answer lifts it for all that follows without a break',
      [client(outer + INNER + NEXT), server(OK + OK)],
      [
        ['/outer', 200],
        ['/inner', 200],
        ['/next', 'no response'],
      ],
    ],
    [
      'framing that becomes unclear again begins it anew',
      [client(`${outer}${INNER}\x00 garbage\r\n${NEXT}`), server(OK + OK)],
      [
        ['/outer', 200],
        ['/inner', 200],
      ],
    ],
    [
      'an interim answer lifts nothing',
      [client(outer), server('HTTP/1.1 100 Continue\r\n\r\n'), client(INNER), server(OK)],
      [['/outer', 200]],
    ],
    [
      'a request in the midst of a record is not lifted, however much was answered',
      [client(outer), server(OK), client(`garbage\r\n${INNER}`)],
      [['/outer', 200]],
    ],
    [
      'a request while an answer is still on its way is not lifted',
      [client(outer), server(OK.slice(0, -1)), client(INNER), server('k')],
      [['/outer', 200]],
    ],
    [
      'a request after a gap counts where the client had waited',
      [client(NEXT), server(OK), { by: 'client', lost: 20 }, client(INNER)],
      [
        ['/next', 200],
        ['/inner', 'no response'],
      ],
    ],
    [
      'a request after a gap does not count in the midst of what is unanswered',
      [client(NEXT), { by: 'client', lost: 20 }, client(INNER)],
      [['/next', 'no response']],
    ],
    [
      'a request after a gap counts if it is answered',
      [client(NEXT), { by: 'client', lost: 20 }, client(INNER), server(OK), server(OK)],
      [
        ['/next', 200],
        ['/inner', 200],
      ],
    ],
    [
      'what is sent before a tunnel is agreed on goes through it',
      [
        client('CONNECT b.test:80 HTTP/1.1\r\n\r\n'),
        client(INNER),
        server('HTTP/1.1 200 Connection established\r\n\r\n'),
      ],
      [['b.test:80', 200]],
    ],
    [
      'what is sent before a tunnel is refused is a request',
      [
        client('CONNECT b.test:80 HTTP/1.1\r\n\r\n'),
        client(INNER),
        server('HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n'),
      ],
      [
        ['b.test:80', 407],
        ['/inner', 'no response'],
      ],
    ],
  ];
  for (const [name, steps, want] of rows) test(name, () => expect(seen(steps)).toEqual(want));

  test('is booked when it costs a request', () => {
    const { stages } = play([client(outer + INNER + NEXT), server(OK)]);
    expect(stages.messages).toMatchObject({ in: 4, out: 2, dropped: { unconfirmed: 2 } });
    expect(stages.streams!.dropped.resynchronised).toBe(bytesOf('zz\r\n').length);
  });
});
