import { expect, test } from '@jest/globals';
import { DurableSequences } from './durable-sequences.ts';

type Settled = [agentId: string, bootEpoch: number, sequence: number];

function check(
  settled: readonly Settled[],
  ask: [agentId: string, bootEpoch: number],
  expected: { highest: number; objection: RegExp | null },
): void {
  const durable = new DurableSequences({ maxAgents: 2, epochsPerAgent: 2 });
  for (const [agentId, bootEpoch, sequence] of settled) durable.advance({ agentId, bootEpoch, sequence });
  expect(durable.highest(...ask)).toBe(expected.highest);
  const objection = durable.objection(...ask);
  if (expected.objection === null) expect(objection).toBeNull();
  else expect(objection).toMatch(expected.objection);
}

test.each<[string, Settled[], [string, number], { highest: number; objection: RegExp | null }]>([
  ['nobody is known', [], ['a', 1], { highest: 0, objection: null }],
  [
    'the highest stays',
    [
      ['a', 1, 5],
      ['a', 1, 9],
      ['a', 1, 7],
    ],
    ['a', 1],
    { highest: 9, objection: null },
  ],
  [
    'each epoch counts by itself',
    [
      ['a', 1, 5],
      ['a', 2, 1],
    ],
    ['a', 1],
    { highest: 5, objection: null },
  ],
  ['a new epoch begins at 0', [['a', 1, 5]], ['a', 2], { highest: 0, objection: null }],
  ['agents count by themselves', [['a', 1, 5]], ['b', 1], { highest: 0, objection: null }],
  [
    'the oldest epoch is forgotten, and nobody may use it',
    [
      ['a', 1, 5],
      ['a', 3, 1],
      ['a', 2, 1],
    ],
    ['a', 1],
    { highest: 0, objection: /boot epoch 1 is forgotten/ },
  ],
  [
    'nor one that is older still',
    [
      ['a', 2, 5],
      ['a', 3, 1],
      ['a', 4, 1],
    ],
    ['a', 1],
    { highest: 0, objection: /boot epoch 1 is forgotten/ },
  ],
  [
    'what was forgotten stays forgotten',
    [
      ['a', 1, 5],
      ['a', 2, 1],
      ['a', 3, 1],
      ['a', 1, 6],
    ],
    ['a', 1],
    { highest: 0, objection: /forgotten/ },
  ],
  [
    'newer ones are kept',
    [
      ['a', 1, 5],
      ['a', 2, 1],
      ['a', 3, 8],
    ],
    ['a', 3],
    { highest: 8, objection: null },
  ],
  [
    'a known agent, when all places are taken',
    [
      ['a', 1, 5],
      ['b', 1, 1],
    ],
    ['b', 2],
    { highest: 0, objection: null },
  ],
  [
    'an unknown agent, when all places are taken',
    [
      ['a', 1, 5],
      ['b', 1, 1],
    ],
    ['c', 1],
    { highest: 0, objection: /2 agents are known/ },
  ],
])('%s', (_, settled, ask, expected) => check(settled, ask, expected));
