import { expect, test } from '@jest/globals';
import { type Counted, closingLines } from './closing-lines.ts';
import { Redactor } from './redact/redact.ts';

const NOTHING: Counted = {
  redactor: new Redactor(),
  red: { folded: 0 },
  topology: { bounds: { foldedEdges: 0, foldedRows: 0, forgottenSockets: 0 } },
  transport: { dropped: { closed: 0, queue_full: 0 } },
};

const check = (counted: Partial<Counted>, want: readonly unknown[]) =>
  expect(closingLines({ ...NOTHING, ...counted })).toEqual(want);

test('nothing happened, nothing is said', () => check({}, []));

test('what was not delivered is said with its reasons', () =>
  check({ transport: { dropped: { closed: 4, queue_full: 10, too_large: 0 } } }, [
    '14 rows were not delivered to the collector (closed 4, queue_full 10)',
  ]));

test('what was replaced is said by its pattern', () => {
  const redactor = new Redactor();
  for (const name of Object.keys(redactor.counts)) Object.assign(redactor.counts, { [name]: 1 });
  const names = Object.keys(redactor.counts);
  check({ redactor }, [
    `${names.length} values were replaced before they left the node (${names.map((name) => `${name} 1`).join(', ')})`,
  ]);
});

test('each bound that was reached has its line', () =>
  check(
    {
      red: { folded: 1 },
      topology: { bounds: { foldedEdges: 2, foldedRows: 3, forgottenSockets: 4 } },
    },
    [
      expect.stringMatching(/^1 spans/),
      expect.stringMatching(/^2 connections/),
      expect.stringMatching(/^3 countings/),
      expect.stringMatching(/^4 sockets/),
    ],
  ));
