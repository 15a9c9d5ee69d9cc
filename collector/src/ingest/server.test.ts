import { connect as connectHttp2 } from 'node:http2';
import { connect as connectTcp } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { Ledger } from '@sonde/ledger';
import { INGEST_SERVICE, sonde } from '@sonde/proto';
import { DurableSequences } from './durable-sequences.ts';
import { IngestServer, type IngestServerOptions, ListenError } from './server.ts';
import { MemoryWal } from './testing/memory-wal.ts';
import { batch, hello, payloadOf, type Request, sealed } from './testing/requests.ts';
import { long } from './testing/sample-batch.ts';
import { TestAgent } from './testing/test-agent.ts';

const MAX_BATCH_BYTES = 10_000;
const CREDIT_BYTES = 40_000;

const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function collector(options: Partial<IngestServerOptions> = {}) {
  const wal = new MemoryWal();
  const ledger = new Ledger();
  const handedOn: string[] = [];
  const notes: string[] = [];
  const server = new IngestServer({
    wal,
    ledger,
    durable: new DurableSequences(),
    maxBatchBytes: MAX_BATCH_BYTES,
    creditBytes: CREDIT_BYTES,
    heldBytes: () => 0,
    maxHeldBytes: 1,
    onBatch: ({ id }) => handedOn.push(`${id.agentId} ${id.sequence}`),
    onClock: ({ unixNs }) => ({ answeredUnixNano: long(unixNs) }),
    onNote: (line) => notes.push(line),
    ...options,
  });
  const port = await server.listen('127.0.0.1:0');
  closers.push(() => server.close({ graceMs: 50 }));
  const agent = () => {
    const one = new TestAgent(port);
    closers.push(() => one.vanish());
    return one;
  };
  const drops = () => {
    const { dropped } = ledger.snapshot()[0]!;
    return Object.fromEntries(Object.entries(dropped).filter(([, n]) => n > 0));
  };
  return { server, port, wal, ledger, handedOn, notes, agent, drops };
}

const batches = (from: number, to: number, agentId = 'node-1', bootEpoch = 1): Request[] =>
  Array.from({ length: to - from + 1 }, (_, i) => batch(from + i, bootEpoch, agentId));

/** Passes after whatever the agent sent before it was looked at. */
async function heard(agent: TestAgent, token: number): Promise<void> {
  agent.say({ clock: { unixNano: long(token) } });
  await agent.response(({ clock }) => (Number(clock?.answeredUnixNano ?? 0) === token ? true : null));
}

test('two agents at once: each gets its acknowledgements, each is handed on in order', async () => {
  const { agent, handedOn, wal, ledger, server, drops } = await collector();
  const agents = ['node-1', 'node-2'].map((agentId) => ({ agentId, at: agent().say(hello(1, agentId)) }));
  for (const { agentId, at } of agents) {
    expect(Number((await at.welcome()).durableSequence)).toBe(0);
    at.say(...batches(1, 20, agentId));
  }
  for (const { agentId, at } of agents) {
    await at.acknowledged(20);
    expect(handedOn.filter((line) => line.startsWith(agentId))).toEqual(
      Array.from({ length: 20 }, (_, i) => `${agentId} ${i + 1}`),
    );
  }
  expect(wal.records).toHaveLength(40);
  expect(server.agents.map(({ agentId, durableSequence }) => [agentId, durableSequence])).toEqual([
    ['node-1', 20],
    ['node-2', 20],
  ]);
  expect(drops()).toEqual({});
  expect(ledger.imbalances()).toEqual([]);
});

test('nothing is acknowledged or handed on before the log has it', async () => {
  const { agent, wal, handedOn } = await collector();
  wal.hold();
  const one = agent().say(hello());
  await one.welcome();
  one.say(batch(1));
  await heard(one, 1);
  expect(wal.begun).toBe(1);
  expect(one.responses.filter(({ acknowledgement }) => acknowledgement != null)).toEqual([]);
  expect(handedOn).toEqual([]);
  wal.letGo();
  await one.acknowledged(1);
  expect(handedOn).toEqual(['node-1 1']);
});

test('an agent that comes again is told how far the collector is, and what it repeats is not stored twice', async () => {
  const { agent, wal, handedOn, drops } = await collector();
  const first = agent().say(hello());
  await first.welcome();
  first.say(...batches(1, 3));
  await first.acknowledged(3);
  first.vanish();
  const second = agent().say(hello());
  expect(Number((await second.welcome()).durableSequence)).toBe(3);
  second.say(...batches(2, 4));
  await second.acknowledged(4);
  expect(handedOn).toEqual(['node-1 1', 'node-1 2', 'node-1 3', 'node-1 4']);
  expect(wal.records).toHaveLength(4);
  expect(drops()).toEqual({ duplicate: 2 });
});

test('a connection lost during a write: the next stream waits for it, and no batch is written twice', async () => {
  const { agent, wal, handedOn, server } = await collector();
  wal.hold();
  const first = agent().say(hello());
  await first.welcome();
  first.say(batch(1));
  await heard(first, 1);
  first.vanish();
  const second = agent().say(hello());
  await heard(second, 2);
  expect(server.agents).toEqual([]);
  wal.letGo();
  expect(Number((await second.welcome()).durableSequence)).toBe(1);
  second.say(batch(2));
  await second.acknowledged(2);
  expect(handedOn).toEqual(['node-1 1', 'node-1 2']);
});

test('a full disk ends the stream; when there is room again the agent goes on, and others never noticed', async () => {
  const { agent, wal, handedOn, drops, notes } = await collector();
  const one = agent().say(hello());
  await one.welcome();
  wal.fill();
  one.say(batch(1));
  expect(await one.ended).toBe('UNAVAILABLE: disk full');
  expect(one.responses.filter(({ acknowledgement }) => acknowledgement != null)).toEqual([]);
  wal.failure = null;
  const again = agent().say(hello());
  expect(Number((await again.welcome()).durableSequence)).toBe(0);
  again.say(batch(1));
  await again.acknowledged(1);
  expect(handedOn).toEqual(['node-1 1']);
  expect(drops()).toEqual({ disk_full: 1 });
  expect(notes[0]).toMatch(
    /^ingest: agent node-1: batch 1 not taken: disk full: no space left on device \(127\./,
  );
});

test('credit comes again when the store has caught up', async () => {
  let held = 0;
  const { agent, server } = await collector({ heldBytes: () => held });
  const one = agent().say(hello());
  await one.welcome();
  held = 1;
  one.say(...batches(1, 2));
  await one.acknowledged(2);
  await heard(one, 1);
  expect(one.responses.filter(({ credit }) => credit != null)).toEqual([]);
  held = 0;
  server.resume();
  expect(await one.response(({ credit }) => credit && Number(credit.bytes))).toBe(2 * payloadOf(1).length);
});

test('a stream that fails behind the log ends, and the collector goes on', async () => {
  const { agent, notes } = await collector({
    onBatch: ({ id }) => {
      if (id.agentId === 'node-1') throw new Error('no window');
    },
  });
  const one = agent().say(hello());
  await one.welcome();
  one.say(batch(1));
  expect(await one.ended).toBe('INTERNAL: the collector failed behind its log');
  expect(notes[0]).toBe('ingest: a batch that is durable was not handed on: Error: no window');
  const other = agent().say(hello(1, 'node-2'));
  await other.welcome();
  other.say(batch(1, 1, 'node-2'));
  expect(await other.acknowledged(1)).toBe(1);
});

/** What a hostile agent does before it is welcome, and after; how its stream ends; the drops that are counted. */
interface Hostile {
  readonly before: (agent: TestAgent) => void;
  readonly after?: readonly Request[];
  readonly ended: RegExp;
  readonly drops: Record<string, number>;
}

const HOSTILE: Record<string, Hostile> = {
  'no message at all': {
    before: (agent) => agent.sayBytes(Buffer.alloc(500, 0xff)),
    ended: /^INVALID_ARGUMENT: a message is no StreamRequest/,
    drops: {},
  },
  'a batch before Hello': {
    before: (agent) => agent.say(batch(1)),
    ended: /^INVALID_ARGUMENT: a batch came before Hello/,
    drops: { stream_ended: 1 },
  },
  'another version': {
    before: (agent) => agent.say(hello(1, 'hostile', 99)),
    ended: /^FAILED_PRECONDITION: the agent speaks protocol version 99/,
    drops: {},
  },
  silence: {
    before: () => {},
    ended: /^DEADLINE_EXCEEDED: no Hello came$/,
    drops: {},
  },
  'wrong order': {
    before: (agent) => agent.say(hello(1, 'hostile')),
    after: [batch(1, 1, 'hostile'), batch(3, 1, 'hostile')],
    ended: /^OUT_OF_RANGE: expected batch 2, got 3$/,
    drops: { stream_ended: 1 },
  },
  'a flood beyond its credit': {
    before: (agent) => agent.say(hello(1, 'hostile')),
    after: [1, 2, 3, 4, 5].map((sequence) => sealed(sequence, new Uint8Array(MAX_BATCH_BYTES), 1)),
    ended: /^RESOURCE_EXHAUSTED: batch 5 has 10000 bytes, but the credit left is 0$/,
    drops: { checksum: 4, stream_ended: 1 },
  },
  'a message beyond all limits': {
    before: (agent) => agent.say(hello(1, 'hostile')),
    after: [sealed(1, new Uint8Array(1 << 20))],
    ended: /^RESOURCE_EXHAUSTED: Received message larger than max/,
    drops: { oversized: 1 },
  },
};

test.each(Object.entries(HOSTILE))('hostile: %s; an agent beside it is served', async (_, row) => {
  let held = 0;
  const { agent, drops, ledger, notes, server } = await collector({
    helloTimeoutMs: 500,
    heldBytes: () => held,
  });
  const kept = agent().say(hello());
  await kept.welcome();
  const bad = agent();
  row.before(bad);
  if (row.after !== undefined) {
    await bad.welcome();
    held = 1;
    bad.say(...row.after);
  }
  kept.say(...batches(1, 5));
  expect(await bad.ended).toMatch(row.ended);
  expect(await kept.acknowledged(5)).toBe(5);
  expect(drops()).toEqual(row.drops);
  expect(ledger.imbalances()).toEqual([]);
  expect(notes.filter((line) => line.includes(': stream ended'))).toHaveLength(1);
  expect(server.agents.map(({ agentId }) => agentId)).toEqual(['node-1']);
});

test('an agent that never reads is bounded, and does not hold up the end of the collector', async () => {
  let tell = (_line: string) => {};
  const note = new Promise<string>((resolve) => {
    tell = resolve;
  });
  const { agent, port, server } = await collector({
    onNote: (line) => /does not read/.test(line) && tell(line),
  });
  // A window of 0 bytes: nothing that the collector says can be delivered.
  const session = connectHttp2(`http://127.0.0.1:${port}`, { settings: { initialWindowSize: 0 } });
  session.on('error', () => {});
  closers.push(() => session.destroy());
  const stream = session.request({
    ':method': 'POST',
    ':path': INGEST_SERVICE.stream.path,
    'content-type': 'application/grpc',
    te: 'trailers',
  });
  stream.on('error', () => {});
  const say = (request: Request) => {
    const message = sonde.v1.StreamRequest.encode(request).finish();
    const head = Buffer.alloc(5);
    head.writeUInt32BE(message.length, 1);
    stream.write(Buffer.concat([head, message]));
  };
  say(hello(1, 'hostile'));
  for (let sequence = 1; sequence <= 200; sequence++) say(sealed(sequence, new Uint8Array(0)));
  expect(await note).toMatch(
    /agent hostile: stream ended: RESOURCE_EXHAUSTED: the agent does not read its refusals/,
  );

  const kept = agent().say(hello());
  await kept.welcome();
  kept.say(batch(1));
  await kept.acknowledged(1);
  await server.close({ graceMs: 20 });
  expect(await kept.ended).toMatch(/^UNAVAILABLE/);
});

test('what is no HTTP/2 is cut off', async () => {
  const { agent, port } = await collector();
  for (const noise of ['GET / HTTP/1.1\r\n\r\n', '\0'.repeat(10_000)]) {
    const socket = connectTcp(port, '127.0.0.1');
    socket.on('error', () => {});
    const closed = new Promise((resolve) => socket.on('close', resolve));
    socket.resume();
    socket.write(noise);
    await closed;
  }
  const kept = agent().say(hello());
  expect(Number((await kept.welcome()).creditBytes)).toBe(CREDIT_BYTES);
});

test('too many streams', async () => {
  const { agent } = await collector({ maxStreams: 1 });
  const first = agent().say(hello());
  await first.welcome();
  expect(await agent().ended).toBe('RESOURCE_EXHAUSTED: 1 streams are open, which is the most');
  first.vanish();
});

test('an agent that has said all gets its acknowledgements and a good end', async () => {
  const { agent } = await collector();
  const one = agent().say(hello());
  await one.welcome();
  one.say(...batches(1, 3)).finish();
  expect(await one.ended).toMatch(/^OK/);
  expect(await one.acknowledged(3)).toBe(3);
});

test('a collector that stops settles what it was writing, and tells the agents', async () => {
  const { agent, wal, handedOn, server } = await collector();
  const one = agent().say(hello());
  await one.welcome();
  wal.hold();
  one.say(batch(1));
  await heard(one, 1);
  const closed = server.close({ graceMs: 60_000 });
  wal.letGo();
  await closed;
  expect(await one.ended).toBe('UNAVAILABLE: the collector is stopping');
  expect(await one.acknowledged(1)).toBe(1);
  expect(handedOn).toEqual(['node-1 1']);
});

test('a write that outlives the grace time is waited for', async () => {
  const { agent, wal, handedOn, server } = await collector();
  const one = agent().say(hello());
  await one.welcome();
  wal.hold();
  one.say(batch(1));
  await heard(one, 1);
  const closed = server.close({ graceMs: 1 });
  await one.ended;
  expect(handedOn).toEqual([]);
  wal.letGo();
  await closed;
  expect(handedOn).toEqual(['node-1 1']);
});

test.each<[string, (port: number) => string, RegExp]>([
  [
    'a port in use',
    (port) => `127.0.0.1:${port}`,
    /^Cannot listen on 127\.0\.0\.1:\d+: another process listens there$/,
  ],
  [
    'no address of this machine',
    () => '192.0.2.1:0',
    /^Cannot listen on 192\.0\.2\.1:0: this machine does not have the address$/,
  ],
  ['no address at all', () => 'here', /^Cannot listen on here: it is not host:port$/],
  ['no port', () => '127.0.0.1:65536', /^Cannot listen on 127\.0\.0\.1:65536: it is not host:port$/],
])('cannot listen: %s', async (_, address, message) => {
  const { port } = await collector();
  const other = new IngestServer({
    wal: new MemoryWal(),
    ledger: new Ledger(),
    durable: new DurableSequences(),
    maxBatchBytes: 1,
    creditBytes: 1,
    heldBytes: () => 0,
    maxHeldBytes: 1,
    onBatch: () => {},
    onNote: () => {},
  });
  const failure = await other.listen(address(port)).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(ListenError);
  expect((failure as ListenError).message).toMatch(message);
  await other.close({ graceMs: 0 });
});

test('refused batches do not end a stream', async () => {
  const { agent, handedOn, drops } = await collector();
  const one = agent().say(hello());
  await one.welcome();
  one.say(
    sealed(1, Uint8Array.of(0xff)),
    sealed(2, payloadOf(2), 5),
    sealed(3, new Uint8Array(11_000)),
    batch(4),
  );
  await one.acknowledged(4);
  const reasons = one.responses.flatMap(({ refusal }) => refusal?.reason ?? []);
  const { RefusalReason } = sonde.v1;
  expect(reasons).toEqual([
    RefusalReason.REFUSAL_REASON_MALFORMED,
    RefusalReason.REFUSAL_REASON_CHECKSUM,
    RefusalReason.REFUSAL_REASON_OVERSIZED,
  ]);
  expect(handedOn).toEqual(['node-1 4']);
  expect(drops()).toEqual({ malformed: 1, checksum: 1, oversized: 1 });
});
