import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { hexOf } from '../testing/conversation.ts';
import { type Header, HpackDecoder, HpackEncoder } from './hpack.ts';
import { CODE_BITS, decodeHuffman, encodeHuffman } from './huffman.ts';

const bytesOf = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'));

describe("Huffman's code", () => {
  test('is complete: every sequence of bits begins with a code', () => {
    expect(CODE_BITS).toHaveLength(257);
    expect(CODE_BITS.reduce((sum, bits) => sum + 2 ** -bits, 0)).toBe(1);
  });

  // RFC 7541, appendix C.4 and C.6.
  test.each([
    ['www.example.com', 'f1e3c2e5f23a6ba0ab90f4ff'],
    ['no-cache', 'a8eb10649cbf'],
    ['custom-value', '25a849e95bb8e8b4bf'],
    ['Mon, 21 Oct 2013 20:13:21 GMT', 'd07abe941054d444a8200595040b8166e082a62d1bff'],
  ])('writes %s', (text, hex) => {
    const bytes = new TextEncoder().encode(text);
    expect(hexOf(encodeHuffman(bytes))).toBe(hex);
    expect(decodeHuffman(bytesOf(hex))).toEqual(bytes);
  });

  test('gives any bytes back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        expect(decodeHuffman(encodeHuffman(bytes))).toEqual(bytes);
      }),
      { numRuns: 100 },
    );
  });
});

describe('HpackEncoder', () => {
  // RFC 7541, appendix C.4: three requests on one connection.
  test("writes the RFC's requests", () => {
    const encoder = new HpackEncoder();
    const request = (scheme: string, path: string, ...more: Header[]): string =>
      hexOf(
        encoder.encode([
          [':method', 'GET'],
          [':scheme', scheme],
          [':path', path],
          [':authority', 'www.example.com'],
          ...more,
        ]),
      );
    expect(request('http', '/')).toBe('828684418cf1e3c2e5f23a6ba0ab90f4ff');
    expect(request('http', '/', ['cache-control', 'no-cache'])).toBe('828684be5886a8eb10649cbf');
    expect(request('https', '/index.html', ['custom-key', 'custom-value'])).toBe(
      '828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf',
    );
  });
});

describe('HpackDecoder', () => {
  test('gives back what an encoder wrote, block after block, also when entries leave the table', () => {
    const header = fc.tuple(
      fc.constantFrom('x-a', 'x-b', 'grpc-timeout', ':path', 'cookie'),
      fc.string({ maxLength: 300 }),
    );
    fc.assert(
      fc.property(fc.array(fc.array(header, { maxLength: 6 }), { maxLength: 20 }), (blocks) => {
        const encoder = new HpackEncoder();
        const decoder = new HpackDecoder();
        for (const block of blocks) expect(decoder.decode(encoder.encode(block))).toEqual(block);
      }),
      { numRuns: 100 },
    );
  });

  test.each([
    ['a number of no entry', 'be'],
    ['a number that never ends', 'ffffffffffffffff'],
    ['a text longer than the block', '4085 61'],
    ['number 0', '80'],
  ])('refuses %s', (_name, hex) => expect(new HpackDecoder().decode(bytesOf(hex))).toBeNull());

  test('answers any bytes with headers or null', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const headers = new HpackDecoder().decode(bytes);
        expect(headers === null || Array.isArray(headers)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});
