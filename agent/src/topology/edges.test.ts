import { describe, expect, test } from '@jest/globals';
import type { DataEvent, SocketOpen } from '../model/events.ts';
import type { Exchange } from '../model/exchange.ts';
import { addEdges, type NameSource, Topology } from './edges.ts';

const SOCKET = { node: 'n', address: 1, inode: 1 };
const CLIENT = { address: '10.0.0.1', port: 40000 };
const SERVER = { address: '10.0.0.2', port: 80 };
const HEAD = {
  node: 'n',
  cpu: 0,
  tgid: 7,
  tid: 7,
  cgroupId: 0n,
  enterNs: 0,
  exitNs: 1,
  syscallNr: 0,
  rung: 'btf',
  flags: 0,
} as const;

const names: NameSource = {
  ofProcess: ({ tgid }) => (tgid === 7 ? 'cart' : null),
  ofEndpoint: ({ address }) => (address === '10.0.0.2' ? 'stock' : null),
};

const open = (change: Partial<SocketOpen> = {}): SocketOpen => ({
  ...HEAD,
  kind: 'socket-open',
  cause: 'connect',
  socket: SOCKET,
  peerAddress: 0,
  fd: 3,
  error: 0,
  family: 'inet',
  type: 'stream',
  protocol: 6,
  tcpState: 1,
  netnsInode: 1,
  sendPosition: 0,
  receivePosition: 0,
  local: CLIENT,
  remote: SERVER,
  ...change,
});

const data = (direction: 'send' | 'receive', length: number): DataEvent => ({
  ...HEAD,
  kind: 'data',
  socket: SOCKET,
  fd: 3,
  direction,
  position: 0,
  length,
  callBytes: length,
  callOffset: 0,
  peer: null,
  payload: new Uint8Array(0),
});

const exchange = (change: Partial<Exchange> = {}): Exchange => ({
  protocol: 'http',
  socket: SOCKET,
  side: 'client',
  tgid: 7,
  cgroupId: 0n,
  client: CLIENT,
  server: SERVER,
  netnsInode: 1,
  sequenced: true,
  request: { startNs: 100, endNs: 110, position: 0, bytes: 1, tid: 7 },
  response: { startNs: 150, endNs: 200, position: 0, bytes: 1, tid: 7 },
  name: 'GET',
  status: 'error',
  attributes: {},
  incomplete: null,
  ...change,
});

function edgeOf(feed: (topology: Topology) => void) {
  const topology = new Topology(names);
  feed(topology);
  return topology.edges();
}

describe('Topology', () => {
  test('an edge exists as soon as a connection does, with bytes by direction', () => {
    const [edge] = edgeOf((t) => {
      t.onEvent(open());
      t.onEvent(data('send', 5));
      t.onEvent(data('receive', 9));
    });
    expect(edge).toMatchObject({
      client: 'cart',
      server: 'stock',
      serverPort: 80,
      connections: 1,
      requestBytes: 5,
      responseBytes: 9,
    });
    expect(edge!.protocols.size).toBe(0);
  });

  test('exchanges decorate it', () => {
    const [edge] = edgeOf((t) => {
      t.onEvent(open());
      t.onExchange(exchange());
      t.onExchange(exchange({ status: 'ok' }));
    });
    expect(edge!.protocols.get('http')).toMatchObject({
      requests: 2,
      errors: 1,
      durationSumNs: 200,
      durationMaxNs: 100,
    });
  });

  test('a refused connection is a failed one', () => {
    expect(edgeOf((t) => t.onEvent(open({ error: -111 })))[0]).toMatchObject({
      connections: 1,
      failedConnections: 1,
    });
  });

  test('a non-blocking connect in progress is not', () => {
    expect(edgeOf((t) => t.onEvent(open({ error: -115 })))[0]).toMatchObject({ failedConnections: 0 });
  });

  test('a socket that is told of twice is one connection', () => {
    const [edge] = edgeOf((t) => {
      t.onEvent(open({ error: -115 }));
      t.onEvent(open({ error: -106 }));
    });
    expect(edge).toMatchObject({ connections: 1, failedConnections: 0 });
  });

  test('a connection of unknown direction waits for an exchange to say which end is the client', () => {
    const feed = (t: Topology) => {
      t.onEvent(open({ cause: 'first-use' }));
      t.onEvent(data('send', 5));
    };
    expect(edgeOf(feed)).toEqual([]);
    const [edge] = edgeOf((t) => {
      feed(t);
      t.onExchange(exchange());
    });
    expect(edge).toMatchObject({ client: 'cart', server: 'stock', connections: 1, requestBytes: 5 });
  });

  test('addresses stand in for names that nobody knows', () => {
    const [edge] = edgeOf((t) =>
      t.onEvent(open({ tgid: 8, cause: 'accept', local: SERVER, remote: CLIENT })),
    );
    expect(edge).toMatchObject({ client: '10.0.0.1', server: 'stock', side: 'server' });
  });
});

test('the same edge of two nodes is added up, without changing either', () => {
  const feed = (t: Topology) => {
    t.onEvent(open());
    t.onExchange(exchange());
  };
  const [a, b] = [edgeOf(feed), edgeOf(feed)];
  const [sum, ...others] = addEdges([...a, ...b]);
  expect(others).toEqual([]);
  expect(sum).toMatchObject({ connections: 2 });
  expect(sum!.protocols.get('http')).toMatchObject({ requests: 2, durationMaxNs: 100, durationSumNs: 200 });
  expect(a[0]).toMatchObject({ connections: 1 });
  expect(a[0]!.protocols.get('http')!.requests).toBe(1);
});
