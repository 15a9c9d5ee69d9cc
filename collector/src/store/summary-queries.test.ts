import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Block } from '../model/block.ts';
import type { Handover, Summary } from './summary.ts';
import { summaryOf } from './summary-queries.ts';
import type { Table } from './tables/table.ts';
import { TABLES } from './tables/tables.ts';
import { TestEngine } from './tables/testing/engine.ts';
import { aliasesOf, batchOf, blockOf } from './tables/testing/plain-batch.ts';

let engine: TestEngine;
beforeAll(() => {
  engine = new TestEngine();
});
beforeEach(async () => {
  await engine.dropTables();
  await engine.createTables();
});
afterAll(() => engine.close());

const EMPTY: Summary = {
  simulated: false,
  nodes: 0,
  services: 0,
  connections: 0,
  edges: 0,
  spans: 0,
  traces: 0,
  spansPerTraceMax: 0,
  logs: 0,
  logsWithSpan: 0,
  ledger: [],
  handovers: [],
};

/** What a batch with the entity that tests have where they say no other gives. */
const ONE_SERVICE = { simulated: true, nodes: 1, services: 1 };

const trace = (n: number) => n.toString(16).padStart(32, '0');
const spans = (...traces: readonly number[]) =>
  batchOf({ spans: traces.map((n) => ({ traceId: trace(n) })) });
const aliases = (...pairs: readonly (readonly [number, number])[]) =>
  aliasesOf(pairs.map(([alias, of]) => [trace(alias), trace(of)]));

const check = (what: string, blocks: readonly Block[], wanted: Partial<Summary>) =>
  test(what, async () => {
    for (const [i, block] of blocks.entries()) await engine.insert({ ...block, id: `block-${i}` });
    expect(await summaryOf(engine.query)).toEqual({ ...EMPTY, ...wanted });
  });

check('tables without rows give zeros', [], {});

check(
  'nodes and services are those of entities; one without a name is no service',
  [
    blockOf([
      batchOf({
        platform: 'linux',
        entities: [{ id: 'a' }, { id: 'b' }, { id: 'c', serviceName: '', unnamed: 'pod not listed' }],
      }),
      batchOf({ platform: 'linux', node: 'node-b', entities: [{ id: 'd', serviceName: 'front' }] }),
    ]),
  ],
  { nodes: 2, services: 2 },
);

check(
  'one simulated batch makes it simulated',
  [blockOf([batchOf({ platform: 'linux', entities: [{ id: 'a' }] }), batchOf({ entities: [{ id: 'b' }] })])],
  { ...ONE_SERVICE },
);

check(
  "connections are the client side's; the server side's only where no client was observed",
  [
    blockOf([
      batchOf({
        entities: [{}],
        edges: [
          { connections: 2n },
          { connections: 1n, minute: 28_333_334 },
          { protocol: 'http', requests: 8n },
          { connections: 5n, side: 2, serverPort: 80 },
          { client: '203.0.113.7', side: 2, connections: 4n },
        ],
      }),
    ]),
  ],
  { ...ONE_SERVICE, edges: 2, connections: 7 },
);

check('spans of a trace count together over blocks', [blockOf([spans(1, 1, 2)]), blockOf([spans(1)])], {
  ...ONE_SERVICE,
  spans: 4,
  traces: 2,
  spansPerTraceMax: 3,
});

check(
  'aliases are followed to their end, also through traces that have no rows and when they came in several blocks',
  [
    blockOf([spans(1, 2, 3, 9)], { aliases: aliases([3, 4], [4, 2]) }),
    blockOf([], { aliases: aliases([2, 1]) }),
    blockOf([], { aliases: aliases([2, 1]) }),
  ],
  { ...ONE_SERVICE, spans: 4, traces: 2, spansPerTraceMax: 3 },
);

check(
  'a circle of aliases does not keep the summary from ending',
  [blockOf([spans(1, 2)], { aliases: aliases([1, 2], [2, 1]) })],
  { ...ONE_SERVICE, spans: 2, traces: 2, spansPerTraceMax: 1 },
);

check(
  'lines with a span are told from those without',
  [blockOf([batchOf({ logs: [{}, { traceId: trace(1), spanId: '00000000000000aa' }] })])],
  { ...ONE_SERVICE, logs: 2, logsWithSpan: 1 },
);

check(
  'of each stage of each start of each agent the last snapshot counts',
  [
    blockOf([
      batchOf({
        entities: [],
        ledger: [
          { in: 9, out: 6, held: 1, dropped: { full: 2 }, timeUnixNs: 20n },
          { in: 5, out: 5, timeUnixNs: 10n },
          { stage: 'bytes', unit: 'bytes', in: 2 ** 40, out: 2 ** 40 },
        ],
      }),
      batchOf({
        entities: [],
        id: { sequence: 2, bootEpoch: 2 },
        ledger: [{ in: 1, out: 1, dropped: { full: 0, late: 0 } }],
      }),
      batchOf({ entities: [], id: { agentId: 'agent-b' }, ledger: [{ in: 3, dropped: { late: 3 } }] }),
    ]),
  ],
  {
    ledger: [
      { stage: 'bytes', unit: 'bytes', in: 2 ** 40, out: 2 ** 40, held: 0, dropped: {} },
      { stage: 'spans', unit: 'spans', in: 13, out: 7, held: 1, dropped: { full: 2, late: 3 } },
    ],
  },
);

describe('what agents were told is safe is compared with the manifest', () => {
  const transport = (out: number, held = 0) => [
    { stage: 'transport', unit: 'rows', in: out + held, out, held, dropped: {} },
  ];
  /** A batch of so many rows, besides those of the ledger. */
  const batch = (
    sequence: number,
    nRows: number,
    ledger: ReturnType<typeof transport> | [] = [],
    agentId = 'a',
  ) => batchOf({ entities: Array(nRows).fill({}), id: { agentId, sequence }, ledger });
  const checkHandovers = (what: string, blocks: readonly Block[], wanted: readonly Partial<Handover>[]) =>
    test(what, async () => {
      for (const [i, block] of blocks.entries()) await engine.insert({ ...block, id: `block-${i}` });
      const { handovers } = await summaryOf(engine.query);
      const preset = { from: 'transport', to: 'batches', unit: 'rows', held: 0, missing: 0, surplus: 0 };
      expect(handovers).toEqual(wanted.map((handover) => ({ ...preset, ...handover })));
    });

  checkHandovers(
    'the last word of an agent speaks of all batches before it',
    [blockOf([batch(1, 2), batch(2, 3, transport(2)), batch(3, 0, transport(6))])],
    [{ out: 6, in: 6 }],
  );
  checkHandovers(
    'an agent that was killed has sent more than it could tell',
    [blockOf([batch(1, 2), batch(2, 3, transport(2)), batch(3, 7)])],
    [{ out: 2, in: 2 }],
  );
  checkHandovers(
    'what was under way at the last word may have come',
    [blockOf([batch(1, 2), batch(2, 4), batch(3, 0, transport(2, 4))])],
    [{ out: 2, held: 4, in: 6 }],
  );
  checkHandovers(
    'or not',
    [blockOf([batch(1, 2), batch(3, 0, transport(2, 4))])],
    [{ out: 2, held: 4, in: 2 }],
  );
  checkHandovers(
    'an acknowledged batch that is not stored is missing, whatever other agents have too much',
    [
      blockOf([batch(1, 2), batch(3, 0, transport(6))]),
      blockOf([batch(1, 5, [], 'b'), batch(2, 0, transport(1), 'b')]),
    ],
    [{ out: 7, in: 7, missing: 4, surplus: 4 }],
  );
  checkHandovers(
    'a batch that is stored twice is too much',
    [blockOf([batch(1, 2), batch(2, 0, transport(2))]), blockOf([batch(1, 2)])],
    [{ out: 2, in: 4, surplus: 2 }],
  );
  checkHandovers(
    'an agent whose first batches have expired is not compared',
    [blockOf([batch(8, 2, transport(100))])],
    [],
  );

  test('nor is a snapshot whose batch is not in the manifest yet', async () => {
    await engine.insert(blockOf([batch(1, 2), batch(2, 3, transport(2))]));
    const isOther = ({ name }: Table) => name !== 'batches';
    await engine.insert(
      { ...blockOf([batch(3, 4), batch(4, 0, transport(10))]), id: 'second' },
      TABLES.filter(isOther),
    );
    expect((await summaryOf(engine.query)).handovers).toMatchObject([
      { out: 2, in: 2, missing: 0, surplus: 0 },
    ]);
  });
});

test('numbers of 64 bits may come as text', async () => {
  await engine.insert(blockOf([batchOf({ entities: [], ledger: [{ in: 3, dropped: { late: 3 } }] })]));
  const quoted = async (sql: string) =>
    (await engine.query(sql)).map((row) =>
      JSON.parse(JSON.stringify(row, (_, value) => (typeof value === 'number' ? String(value) : value))),
    );
  expect(await summaryOf(quoted)).toEqual(await summaryOf(engine.query));
});
