import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { expectGolden } from '../../model/testing/golden.ts';
import { client, gist, play, server } from '../testing/conversation.ts';
import { protocolSuite } from '../testing/protocols.suite.ts';
import { readScript } from '../testing/script.ts';
import { http } from './index.ts';

protocolSuite(http, [
  {
    name: 'keep-alive, with bodies by length and in chunks',
    steps: [
      client('POST /orders?id=7 HTTP/1.1\r\nHost: shop.test:8080\r\nContent-Length: 11\r\n\r\nhello world'),
      server(
        'HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nabcde\r\n0\r\nTrailer: 1\r\n\r\n',
      ),
      client('GET /next HTTP/1.1\r\nHost: shop.test\r\n\r\n'),
      server('HTTP/1.1 404 Not Found\r\nContent-Length: 3\r\n\r\nno\n'),
    ],
  },
  {
    name: 'pipelined, with HEAD, an interim answer and a body until the end',
    steps: [
      client(
        'HEAD /a HTTP/1.1\r\nHost: a\r\n\r\nPUT /b HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n',
      ),
      server('HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n'),
      client('xy'),
      server('HTTP/1.0 500 Oh\r\n\r\nuntil the end'),
      { by: 'server', end: true },
    ],
  },
]);

describe('a head takes time in proportion to its length', () => {
  const blanks = ' '.repeat(100_000);
  const rows: readonly string[] = [
    `Host: a${blanks}b`,
    `Content-Length: 1${blanks}2`,
    `Transfer-Encoding: a${blanks}b`,
    `Content-Length${blanks}: 1`,
    `X: y\r\n${blanks}z\r\n y`,
    `X:${'\r\n a'.repeat(30_000)}`,
    `Transfer${'_'.repeat(100_000)}Encoding: z`,
    'a\n'.repeat(50_000),
    '\r'.repeat(100_000),
  ];
  for (const fields of rows) {
    test(JSON.stringify(fields.slice(0, 24)), () => {
      const startMs = performance.now();
      const { exchanges } = play([client(`GET /a HTTP/1.1\r\n${fields}\r\n\r\n`)]);
      expect(exchanges.length).toBe(1);
      // Quadratic time takes seconds.
      expect(performance.now() - startMs).toBeLessThan(1000);
    });
  }
});

describe('golden conversations', () => {
  const directory = join(import.meta.dirname, 'testdata');
  for (const file of readdirSync(directory).filter((name) => name.endsWith('.http'))) {
    test(file, () => {
      const { exchanges, stages } = play(readScript(readFileSync(join(directory, file), 'utf8')));
      const { in: taken, out, dropped } = stages.streams!;
      const list = (drops: Readonly<Record<string, number>>) =>
        Object.entries(drops)
          .filter(([, n]) => n > 0)
          .map(([reason, n]) => `, ${n} ${reason}`)
          .join('');
      const messages = stages.messages!;
      const lines = [
        ...exchanges.map((exchange) => JSON.stringify(gist(exchange), null, 1)),
        `bytes: ${taken} in, ${out} in messages${list(dropped)}`,
        `messages: ${messages.in} in, ${messages.out} in exchanges${list(messages.dropped)}`,
      ];
      expectGolden(join(directory, file.replace(/http$/, 'golden')), `${lines.join('\n')}\n`);
    });
  }
});
