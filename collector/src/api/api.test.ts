import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { QueryRefused, type Store, StoreRefusal, StoreUnavailable } from '../store/store.ts';
import { createApi } from './api.ts';
import { type ApiServer, listen } from './api-server.ts';
import { isLocalHost, isLocalHostHeader } from './local-host.ts';

/** Answers each query with what it was asked, or throws what the query names. */
const FAULTS: Readonly<Record<string, Error>> = {
  refused: new QueryRefused('Table x is not there'),
  away: new StoreUnavailable('Store x: the engine is being started again'),
  defect: new StoreRefusal('Store x: broken'),
};
const store = {
  engine: { name: 'chdb', version: '1', path: '/data' },
  query: async (query, { format, maxRows, onCut }) => {
    if (query in FAULTS) throw FAULTS[query]!;
    if (query === 'many') onCut?.();
    return new TextEncoder().encode(`${query} ${format} ${maxRows}`);
  },
} as Store;

let notReady: string | null = null;
const api = createApi({ store, notReady: () => notReady, isLocal: true });

interface Request {
  readonly path: string;
  readonly method?: string;
  readonly body?: string;
  readonly host?: string;
}

async function ask({ path, method, body, host }: Request) {
  const answer = await api.request(path, {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    headers: { host: host ?? '127.0.0.1:8080' },
    ...(body === undefined ? {} : { body }),
  });
  return { status: answer.status, text: await answer.text(), headers: answer.headers };
}

const sql = (form: object) => ({ path: '/api/v1/sql', body: JSON.stringify(form) });

describe('a request that cannot be served is told why, in JSON of one line', () => {
  test.each<[string, Request, number, string]>([
    ['unknown route', { path: '/api/v2/sql' }, 404, 'There is no /api/v2/sql'],
    ['method of a query', { path: '/api/v1/sql' }, 405, '/api/v1/sql takes POST only'],
    ['method of a look', { path: '/healthz', method: 'DELETE' }, 405, '/healthz takes GET, HEAD only'],
    ['no JSON', { path: '/api/v1/sql', body: 'SELECT 1' }, 400, 'The body is not JSON'],
    ['no body', { path: '/api/v1/sql', method: 'POST' }, 400, 'The body is not JSON'],
    ['another value', sql([]), 400, 'Invalid input: expected object, received array'],
    ['unknown key', sql({ query: 'x', limit: 1 }), 400, 'Unrecognized key: "limit"'],
    [
      'two faults',
      sql({ query: '', format: 'a b' }),
      400,
      'query: Too small: expected string to have >=1 characters; format: must be the name of a format',
    ],
    ['refused', sql({ query: 'refused' }), 400, 'Table x is not there'],
    ['store away', sql({ query: 'away' }), 503, 'Store x: the engine is being started again'],
    ['defect', sql({ query: 'defect' }), 500, 'Store x: broken'],
    ['large body', sql({ query: 'x'.repeat(1 << 20) }), 413, 'The body has more than 1048576 bytes'],
    ['other host', { path: '/healthz', host: 'evil.example' }, 403, 'Host "evil.example" is not served'],
  ])('%s', async (_, request, status, error) => {
    const answer = await ask(request);
    expect([answer.status, JSON.parse(answer.text)]).toEqual([status, { error }]);
  });

  test('a method that is not allowed: which are', async () => {
    expect((await ask({ path: '/readyz', method: 'POST' })).headers.get('allow')).toBe('GET, HEAD');
  });
});

test('readiness says why not', async () => {
  notReady = 'stopping';
  const { status, text } = await ask({ path: '/readyz' });
  notReady = null;
  expect([status, text]).toEqual([503, 'stopping\n']);
  expect((await ask({ path: '/readyz' })).text).toBe('ready\n');
});

test('HEAD is GET without a body', async () => {
  expect(await ask({ path: '/healthz', method: 'HEAD' })).toMatchObject({ status: 200, text: '' });
});

test('an answer that was cut says after how many rows', async () => {
  const { text, headers } = await ask(sql({ query: 'many', format: 'CSV', maxRows: 7 }));
  expect([text, headers.get('x-sonde-cut-after-rows'), headers.get('content-type')]).toEqual([
    'many CSV 7',
    '7',
    'text/csv; charset=utf-8',
  ]);
  expect((await ask(sql({ query: 'few' }))).headers.has('x-sonde-cut-after-rows')).toBe(false);
});

describe('what is this machine itself', () => {
  test.each<[string, boolean]>([
    ['localhost', true],
    ['127.0.0.1', true],
    ['127.9.9.9', true],
    ['::1', true],
    ['0.0.0.0', false],
    ['::', false],
    ['localhost.evil.example', false],
    ['10.0.0.1', false],
  ])('address %s: %s', (host, want) => expect(isLocalHost(host)).toBe(want));

  test.each<[string, boolean]>([
    ['localhost:8080', true],
    ['LOCALHOST', true],
    ['[::1]:8080', true],
    ['[::1]', true],
    ['127.0.0.1', true],
    ['', false],
    ['evil.example:8080', false],
    ['127.0.0.1.evil.example', false],
    ['localhost:8080:1', false],
  ])('header %s: %s', (header, want) => expect(isLocalHostHeader(header)).toBe(want));
});

describe('over a connection', () => {
  let server: ApiServer;
  beforeAll(async () => {
    server = await listen(api, { host: '127.0.0.1', port: 0 });
  });
  afterAll(() => server.close());

  /** What comes back until the connection ends. */
  const exchange = (text: string): Promise<string> =>
    new Promise((resolve, reject) => {
      let answer = '';
      const socket = connect(server.port, '127.0.0.1', () => socket.write(text));
      socket.setEncoding('utf8').on('data', (part) => {
        answer += part;
      });
      socket.on('end', () => resolve(answer));
      socket.on('error', reject);
    });

  test('what is no HTTP is refused, and others are served', async () => {
    expect(await exchange('\x00\x01\x02 hello\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
    const answer = await exchange('GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK[\s\S]*ok\n/);
  });

  test('a body without a stated length is bounded too', async () => {
    const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
    const head =
      'POST /api/v1/sql HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n';
    expect(await exchange(`${head}${chunk.repeat(17)}0\r\n\r\n`)).toMatch(/^HTTP\/1\.1 413 /);
  });

  test('its port cannot be taken twice', async () => {
    await expect(listen(api, { host: '127.0.0.1', port: server.port })).rejects.toThrow(
      `Cannot listen on 127.0.0.1:${server.port}: another process listens there`,
    );
  });
});
