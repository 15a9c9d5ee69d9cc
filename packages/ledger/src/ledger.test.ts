import { expect, test } from '@jest/globals';
import { Ledger } from './ledger.ts';

function ledgerWith(feed: (stage: ReturnType<Ledger['stage']>) => void) {
  const ledger = new Ledger();
  feed(ledger.stage('work', { unit: 'events', drops: { broken: 'it was broken' } }));
  return ledger;
}

test('what is taken is given, dropped or held', () => {
  const ledger = ledgerWith((stage) => {
    stage.take(10);
    stage.give(6);
    stage.drop('broken', 3);
    stage.hold(1);
  });
  expect(ledger.imbalances()).toEqual([]);
});

test('a lost increment shows as an imbalance', () => {
  const ledger = ledgerWith((stage) => stage.take());
  expect(ledger.imbalances()).toEqual([
    { stage: 'work', expected: 1, found: 0, rule: 'in = out + dropped + held' },
  ]);
});

test('a stage takes all that the stage before it gave', () => {
  const ledger = ledgerWith((stage) => {
    stage.take();
    stage.give();
  });
  ledger.stage('next', { unit: 'events', from: 'work', drops: {} });
  expect(ledger.imbalances()).toEqual([{ stage: 'next', expected: 1, found: 0, rule: 'in = out of work' }]);
});

test('a reason that the stage does not list is refused', () => {
  expect(() => ledgerWith((stage) => stage.drop('whatever'))).toThrow(/no drop reason "whatever"/);
});
