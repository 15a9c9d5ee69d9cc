import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Entity, ProcessRef } from '../model/entity.ts';
import type { DataEvent, SocketOpen } from '../model/events.ts';
import type { Exchange } from '../model/exchange.ts';
import type { EdgeDelta } from '../model/report.ts';
import type { SocketId } from '../model/socket.ts';
import { edgeKey } from './edge.ts';
import { addEdges, type Edge, type NameSource, OTHER_PEER, Topology, type TopologyOptions } from './edges.ts';

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

const MINUTE_NS = 60e9;
const MINUTE = 1000;

const entityOf = (
  { node, cgroupId }: Pick<ProcessRef, 'node' | 'cgroupId'>,
  serviceName = 'cart',
): Entity => ({
  id: `${node}:${cgroupId}`,
  kind: 'cgroup',
  serviceName,
  serviceNamespace: '',
  unnamed: '',
  validFromNs: 0,
  attributes: {},
});

const deltas = { entities: { of: entityOf }, minuteOf: (ns: number) => MINUTE + Math.floor(ns / MINUTE_NS) };

/** A row in which nothing was counted but `counts`. */
const row = (counts: Partial<EdgeDelta>): EdgeDelta => ({
  minute: MINUTE,
  client: 'cart',
  server: 'stock',
  serverPort: 80,
  side: 'client',
  entity: entityOf(HEAD),
  protocol: '',
  connections: 0,
  failedConnections: 0,
  requestBytes: 0,
  responseBytes: 0,
  requests: 0,
  errors: 0,
  durationSumNs: 0,
  durations: new Map(),
  ...counts,
});

describe('take', () => {
  const check = (
    feed: (t: Topology) => void,
    want: readonly EdgeDelta[],
    options: TopologyOptions = { deltas },
  ) => {
    const topology = new Topology(names, options);
    feed(topology);
    expect(topology.take()).toEqual(want);
    expect(topology.take()).toEqual([]);
  };

  test('connections and bytes are one row, the calls of a protocol another', () =>
    check(
      (t) => {
        t.onEvent(open());
        t.onEvent(data('send', 5));
        t.onEvent(data('receive', 9));
        t.onExchange(exchange());
        t.onExchange(exchange({ status: 'ok' }));
      },
      [
        row({ connections: 1, requestBytes: 5, responseBytes: 9 }),
        row({ protocol: 'http', requests: 2, errors: 1, durationSumNs: 200, durations: new Map([[26, 2]]) }),
      ],
    ));

  test('each thing is in the minute in which it happened', () =>
    check(
      (t) => {
        t.onEvent(open());
        t.onEvent({ ...data('send', 5), exitNs: MINUTE_NS });
        const response = { startNs: 0, endNs: 2 * MINUTE_NS, position: 0, bytes: 1, tid: 7 };
        t.onExchange(exchange({ request: null, response }));
      },
      [
        row({ connections: 1 }),
        row({ minute: MINUTE + 1, requestBytes: 5 }),
        row({ minute: MINUTE + 2, protocol: 'http', requests: 1, errors: 1 }),
      ],
    ));

  test('a second failed connect() on a socket is one more failure', () =>
    check(
      (t) => {
        t.onEvent(open({ error: -115 }));
        t.onEvent(open({ error: -111 }));
      },
      [row({ connections: 1, failedConnections: 1 })],
    ));

  test('bytes of a connection without direction are told when an exchange gives it one', () =>
    check(
      (t) => {
        t.onEvent(open({ cause: 'first-use' }));
        t.onEvent(data('receive', 5));
        t.onEvent(data('send', 3));
        t.onExchange(
          exchange({ side: 'server', response: null, status: 'unset', client: SERVER, server: CLIENT }),
        );
      },
      [
        row({
          client: 'stock',
          server: 'cart',
          serverPort: 40_000,
          side: 'server',
          connections: 1,
          requestBytes: 5,
          responseBytes: 3,
        }),
        row({
          client: 'stock',
          server: 'cart',
          serverPort: 40_000,
          side: 'server',
          protocol: 'http',
          requests: 1,
        }),
      ],
    ));

  test('two entities of one name are two rows', () =>
    check(
      (t) => {
        t.onEvent(open({ cgroupId: 2n }));
        t.onEvent(open({ socket: { ...SOCKET, inode: 2 }, cgroupId: 1n }));
      },
      [
        row({ entity: entityOf({ node: 'n', cgroupId: 1n }), connections: 1 }),
        row({ entity: entityOf({ node: 'n', cgroupId: 2n }), connections: 1 }),
      ],
    ));

  test('an entity is reported under the name it has when it is reported', () => {
    let serviceName = '';
    const entities = { of: (process: ProcessRef) => entityOf(process, serviceName) };
    const topology = new Topology(names, { deltas: { ...deltas, entities } });
    topology.onEvent(open());
    serviceName = 'late';
    expect(topology.take()).toEqual([row({ entity: entityOf(HEAD, 'late'), connections: 1 })]);
  });

  test('rows beyond the bound are one with an unnamed peer', () => {
    const topology = new Topology(names, { deltas: { ...deltas, maxRows: 1 } });
    const connect = (inode: number, address: string) =>
      topology.onEvent(open({ socket: { ...SOCKET, inode }, remote: { address, port: inode } }));
    connect(1, '10.9.0.1');
    connect(2, '10.9.0.2');
    connect(3, '10.9.0.3');
    expect(topology.take()).toEqual([
      row({ server: OTHER_PEER, serverPort: 0, connections: 2 }),
      row({ server: '10.9.0.1', serverPort: 1, connections: 1 }),
    ]);
    expect(topology.bounds).toEqual({ foldedEdges: 0, foldedRows: 2, forgottenSockets: 0 });
  });

  test('whoever takes none has none kept', () => check((t) => t.onEvent(open()), [], {}));
});

test('edges beyond the bound share totals, and a server keeps its port', () => {
  const topology = new Topology(names, { maxEdges: 1 });
  for (const inode of [1, 2, 3]) {
    const remote = { address: `10.9.0.${inode}`, port: 40_000 + inode };
    topology.onEvent(open({ socket: { ...SOCKET, inode }, cause: 'accept', local: SERVER, remote }));
  }
  expect(topology.edges()).toMatchObject([
    { client: OTHER_PEER, server: 'cart', serverPort: 80, connections: 2 },
    { client: '10.9.0.1', server: 'cart', serverPort: 80, connections: 1 },
  ]);
  expect(topology.bounds).toEqual({ foldedEdges: 2, foldedRows: 0, forgottenSockets: 0 });
});

test('more sockets than there is room for: the one used longest ago is forgotten, and that is counted', () => {
  const topology = new Topology(names);
  const sockets = Array.from({ length: 65_537 }, (_, inode) => ({ ...SOCKET, inode }));
  for (const socket of sockets.slice(0, -1)) topology.onEvent(open({ socket }));
  topology.onEvent({ ...data('send', 5), socket: sockets[0]! });
  topology.onEvent(open({ socket: sockets.at(-1)! }));
  topology.onEvent({ ...data('send', 7), socket: sockets[0]! });
  topology.onEvent({ ...data('send', 100), socket: sockets[1]! });
  expect(topology.edges()).toMatchObject([{ connections: 65_537, requestBytes: 12 }]);
  expect(topology.bounds.forgottenSockets).toBe(1);
});

describe('the sum of all deltas is the totals', () => {
  const COUNTS = ['connections', 'failedConnections', 'requestBytes', 'responseBytes'] as const;
  const CALLS = ['requests', 'errors', 'durationSumNs'] as const;
  const SOCKETS: readonly SocketId[] = [1, 2, 3, 4].map((inode) => ({ ...SOCKET, inode }));

  const anySocket = fc.constantFrom(...SOCKETS);
  const anyTimeNs = fc.nat(3 * MINUTE_NS);
  const anyEnds = fc.record({
    cgroupId: fc.constantFrom(1n, 2n),
    tgid: fc.constantFrom(7, 8),
    local: fc.constantFrom(CLIENT, SERVER),
    remote: fc.constantFrom(CLIENT, SERVER, { address: '10.9.9.9', port: 443 }),
  });
  const anyMessage = fc.record({
    startNs: anyTimeNs,
    endNs: anyTimeNs,
    position: fc.constant(0),
    bytes: fc.nat(9),
    tid: fc.constant(7),
  });
  type Step = (topology: Topology) => void;
  const anyStep: fc.Arbitrary<Step> = fc.oneof(
    fc
      .tuple(
        anySocket,
        anyTimeNs,
        anyEnds,
        fc.constantFrom('first-use', 'connect', 'accept'),
        fc.constantFrom(0, -111, -115),
      )
      .map(
        ([socket, exitNs, ends, cause, error]): Step =>
          (t) =>
            t.onEvent(open({ ...ends, socket, exitNs, cause, error })),
      ),
    fc.tuple(anySocket, anyTimeNs, fc.constantFrom('send', 'receive'), fc.nat(1e6)).map(
      ([socket, exitNs, direction, length]): Step =>
        (t) =>
          t.onEvent({ ...data(direction, length), socket, exitNs }),
    ),
    fc
      .tuple(
        anySocket,
        anyEnds,
        anyMessage,
        fc.option(anyMessage),
        fc.constantFrom('client', 'server'),
        fc.constantFrom('ok', 'error', 'unset'),
      )
      .map(
        ([socket, { tgid, cgroupId, local, remote }, request, response, side, status]): Step =>
          (t) =>
            t.onExchange(
              exchange({
                socket,
                tgid,
                cgroupId,
                client: local,
                server: remote,
                request,
                response,
                side,
                status,
              }),
            ),
      ),
  );

  /** What a list of edges or deltas counts, by `keyOf`. */
  function sums(rows: readonly (Edge | EdgeDelta)[], keyOf: (row: Edge | EdgeDelta) => string) {
    const byKey: Record<string, Record<string, number>> = {};
    for (const counted of rows) {
      byKey[keyOf(counted)] ??= {};
      const sum = byKey[keyOf(counted)]!;
      const add = (name: string, n: number) => {
        sum[name] = (sum[name] ?? 0) + n;
      };
      for (const name of COUNTS) add(name, counted[name]);
      const calls = 'protocols' in counted ? [...counted.protocols.values()] : [counted];
      for (const call of calls) for (const name of CALLS) add(name, call[name]);
    }
    return byKey;
  }

  const check = (
    steps: readonly (readonly [Step, boolean])[],
    options: { maxRows?: number; maxEdges?: number },
    keyOf: (row: Edge | EdgeDelta) => string,
  ) => {
    const { maxRows, maxEdges } = options;
    const topology = new Topology(names, {
      deltas: { ...deltas, ...(maxRows === undefined ? {} : { maxRows }) },
      ...(maxEdges === undefined ? {} : { maxEdges }),
    });
    const taken: EdgeDelta[] = [];
    for (const [step, takes] of steps) {
      step(topology);
      if (takes) taken.push(...topology.take());
    }
    taken.push(...topology.take());
    // An edge without calls has no such sums among the totals, a row without any has zeros.
    const zeros = Object.fromEntries([...COUNTS, ...CALLS].map((name) => [name, 0]));
    const whole = (byKey: Record<string, Record<string, number>>) =>
      Object.fromEntries(Object.entries(byKey).map(([key, sum]) => [key, { ...zeros, ...sum }]));
    expect(whole(sums(taken, keyOf))).toEqual(whole(sums(topology.edges(), keyOf)));
    for (const { protocol, durations, durationSumNs, requests } of taken) {
      const nDurations = [...durations.values()].reduce((a, b) => a + b, 0);
      expect(nDurations).toBeLessThanOrEqual(requests);
      if (protocol === '' || nDurations === 0) expect(durationSumNs).toBe(0);
    }
  };
  const steps = fc.array(fc.tuple(anyStep, fc.boolean()), { maxLength: 60 });

  test('edge by edge', () => {
    fc.assert(fc.property(steps, (list) => check(list, {}, edgeKey)));
  });

  test('by observed end, when tables are full and peers are folded', () => {
    const ownEnd = (edge: Edge | EdgeDelta) =>
      edge.side === 'client' ? `client ${edge.client}` : `server ${edge.server} ${edge.serverPort}`;
    const anyBound = fc.integer({ min: 1, max: 3 });
    fc.assert(
      fc.property(steps, anyBound, anyBound, (list, maxRows, maxEdges) =>
        check(list, { maxRows, maxEdges }, ownEnd),
      ),
    );
  });
});
