import { describe, expect, test } from '@jest/globals';
import { bytesOf } from '../testing/conversation.ts';
import { infer, resync } from './infer.ts';

const check = (text: string, want: string): void => {
  const found = infer(bytesOf(text));
  expect(found.kind === 'mine' ? `${found.role} ${found.confidence}` : found.kind).toBe(want);
};

describe('infer()', () => {
  const rows: readonly [text: string, want: string][] = [
    ['GET / HTTP/1.1\r\n', 'request 1'],
    ['\r\n\r\nGET / HTTP/1.0\n', 'request 1'],
    ['PROPFIND /a HTTP/1.1\r\n', 'request 0.9'],
    ['GET / HTTP/3\r\n', 'request 0.8'],
    ['GET /\r\n', 'request 0.5'],
    ['HTTP/1.1 200 OK', 'response 1'],
    ['HTTP/1.0 404\r\n', 'response 1'],
    ['http/1.1 200 OK', 'response 0.8'],
    ['1 HTTP/1.1\r\n', 'no'],
    ['GET HTTP/1.1\r\n', 'request 1'],
    ['', 'need'],
    ['G', 'need'],
    ['GET /a', 'need'],
    ['H', 'need'],
    ['HTTP/1.1 20', 'need'],
    ['HTTP/1.1 200', 'need'],
    [`GET /${'a'.repeat(3000)}`, 'request 0.9'],
    [`abcdef ${'a'.repeat(3000)}`, 'no'],
    ['HTTP/1.1 2000 OK', 'no'],
    ['get key\r\n', 'no'],
    ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'no'],
    ['INVITE sip:a@b SIP/2.0\r\n', 'no'],
    ['OPTIONS rtsp://a RTSP/1.0\r\n', 'no'],
    ['\u0016\u0003\u0001\u0002\u0000', 'no'],
    [' GET / HTTP/1.1\r\n', 'no'],
    ['220 mail.test ESMTP\r\n', 'no'],
  ];
  for (const [text, want] of rows)
    test(`${JSON.stringify(text.slice(0, 40))} is ${want}`, () => check(text, want));
});

describe('resync()', () => {
  const rows: readonly [text: string, role: 'request' | 'response', mayStart: boolean, want: string][] = [
    ['tail of a body\nGET /x HTTP/1.1\r\n', 'request', true, 'found 15'],
    ['{"tail":1}HTTP/1.1 200 OK\r\n', 'response', true, 'found 10'],
    ['GET /x HTTP/1.1\r\nHost: a', 'response', true, 'none 24'],
    ['tail\r\nGET /x HT', 'request', true, 'none 6'],
    ['{"tail":1}HTTP/1', 'response', true, 'none 10'],
    ['{"tail":1}HT', 'response', true, 'none 10'],
    ['GET /x HTTP/1.1\r\n', 'request', true, 'found 0'],
    ['GET /x HTTP/1.1\r\n', 'request', false, 'none 17'],
    ['T / HTTP/1.1\r\nPUT /x HTTP/1.1\r\n', 'request', false, 'found 14'],
    ['1 HTTP/1.1\r\n', 'request', true, 'none 12'],
    ['HTTP/1.1 200 OK\r\n', 'response', false, 'found 0'],
  ];
  for (const [text, role, mayStart, want] of rows) {
    test(`${JSON.stringify(text)} for a ${role}, ${mayStart ? 'at' : 'not at'} a start: ${want}`, () => {
      const found = resync(bytesOf(text), role, undefined, mayStart);
      expect(found.kind === 'found' ? `found ${found.at}` : `none ${found.keep}`).toBe(want);
    });
  }
});
