import { expect, test } from '@jest/globals';
import { Outbox, type StreamResponse } from './outbox.ts';
import { long } from './testing/sample-batch.ts';

/** What was written, as lines; `done` finishes the write that is going on. */
function slowAgent() {
  const written: string[] = [];
  let finish: (() => void) | null = null;
  const outbox = new Outbox((response, done) => {
    written.push(lineOf(response));
    finish = done;
  });
  return { outbox, written, done: () => finish!() };
}

function lineOf({ welcome, refusal, acknowledgement, credit, clock }: StreamResponse): string {
  if (welcome != null) return 'welcome';
  if (refusal != null) return `refusal ${refusal.sequence}`;
  if (acknowledgement != null) return `ack ${acknowledgement.sequence}`;
  if (credit != null) return `credit ${credit.bytes}`;
  return `clock ${clock?.unixNano}`;
}

type Agent = ReturnType<typeof slowAgent>;

test.each<[string, (agent: Agent) => void, string[]]>([
  ['what comes alone is written at once', ({ outbox }) => outbox.acknowledge(1), ['ack 1']],
  [
    'what comes during a write is merged',
    ({ outbox, done }) => {
      outbox.acknowledge(1);
      for (let sequence = 2; sequence <= 1000; sequence++) {
        outbox.acknowledge(sequence);
        outbox.grant(10);
        outbox.answerClock({ unixNano: long(sequence) });
      }
      done();
      done();
      done();
      done();
    },
    ['ack 1', 'ack 1000', 'credit 9990', 'clock 1000'],
  ],
  [
    'a refusal goes before the acknowledgement that covers it',
    ({ outbox, done }) => {
      outbox.welcome({});
      outbox.acknowledge(3);
      outbox.refuse({ sequence: long(2) });
      outbox.refuse({ sequence: long(3) });
      done();
      done();
      done();
    },
    ['welcome', 'refusal 2', 'refusal 3', 'ack 3'],
  ],
  [
    'at the end everything is handed over, and nothing after it',
    ({ outbox, done }) => {
      outbox.welcome({});
      outbox.grant(5);
      outbox.acknowledge(2);
      outbox.flush();
      outbox.acknowledge(3);
      done();
    },
    ['welcome', 'ack 2', 'credit 5'],
  ],
])('%s', (_, act, expected) => {
  const agent = slowAgent();
  act(agent);
  expect(agent.written).toEqual(expected);
});

test('refusals that nobody reads are bounded', () => {
  const { outbox } = slowAgent();
  const verdicts = Array.from({ length: 70 }, (_, i) => outbox.refuse({ sequence: long(i) }));
  // One is being written, 64 wait.
  expect(verdicts.filter((isTaken) => isTaken)).toHaveLength(65);
});
