import { describe, expect, test } from '@jest/globals';
import { client, type Party, play, server } from '../testing/conversation.ts';

/** Asks and answers once; @returns name, status and attributes as seen from `side`. */
function ask(requestHead: string, status: number, side: Party = 'client') {
  const { exchanges } = play(
    [client(`${requestHead}\r\n\r\n`), server(`HTTP/1.1 ${status} X\r\nContent-Length: 0\r\n\r\n`)],
    { side },
  );
  expect(exchanges.length).toBe(1);
  return exchanges[0]!;
}

describe('status', () => {
  const rows: readonly [status: number, side: Party, want: string, errorType: string | undefined][] = [
    [200, 'client', 'unset', undefined],
    [302, 'client', 'unset', undefined],
    [404, 'client', 'error', '404'],
    [404, 'server', 'unset', undefined],
    [500, 'client', 'error', '500'],
    [503, 'server', 'error', '503'],
  ];
  for (const [code, side, want, errorType] of rows) {
    test(`${code} is ${want} to the ${side}`, () => {
      const { status, attributes } = ask('GET / HTTP/1.1\r\nHost: a', code, side);
      expect([status, attributes['error.type']]).toEqual([want, errorType]);
    });
  }
});

describe('server.address and server.port', () => {
  const rows: readonly [head: string, address: string | undefined, port: number | undefined][] = [
    ['GET / HTTP/1.1\r\nHost: shop.test', 'shop.test', undefined],
    ['GET / HTTP/1.1\r\nHost: shop.test:8080', 'shop.test', 8080],
    ['GET / HTTP/1.1\r\nhost:[::1]:81', '::1', 81],
    ['GET / HTTP/1.1\r\nHost: [2001:db8::7]', '2001:db8::7', undefined],
    ['GET http://me:secret@a.test:82/x HTTP/1.1\r\nHost: b.test', 'a.test', 82],
    ['CONNECT a.test:443 HTTP/1.1\r\nHost: b.test', 'a.test', 443],
    ['GET / HTTP/1.0\r\nAccept: x', undefined, undefined],
    ['GET / HTTP/1.1\r\nHost: 2001:db8::7', '2001:db8::7', undefined],
    ['CONNECT bob:s3cret@db.test:443 HTTP/1.1', 'db.test', 443],
    ['GET / HTTP/1.1\r\nHost: bob:s3cret@db.test', 'db.test', undefined],
    ['GET / HTTP/1.1\r\nHost: x/?token=abc123', undefined, undefined],
    ['GET / HTTP/1.1\r\nHost: bob:s3cret', undefined, undefined],
  ];
  for (const [head, address, port] of rows) {
    test(JSON.stringify(head), () => {
      const { attributes } = ask(head, 200);
      expect([attributes['server.address'], attributes['server.port']]).toEqual([address, port]);
    });
  }
});

test('an unknown method names no span', () => {
  const { name, attributes } = ask('BREW /pot HTTP/1.1\r\nHost: a', 418);
  expect(name).toBe('HTTP');
  expect(attributes['http.request.method']).toBe('_OTHER');
  expect(attributes['http.request.method_original']).toBe('BREW');
});
