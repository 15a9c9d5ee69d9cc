/** A scenario that went the whole way: played, observed, sent, joined, stored, and read after a restart. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seenCalls } from '../../agent/src/testing/calls.ts';
import { type Observation, observe, type ScenarioChoice } from './observe.ts';
import { TestCollector, type TestCollectorOptions } from './test-collector.ts';

export interface StoredScenario extends Observation {
  readonly calls: ReturnType<typeof seenCalls>;
  /** Nothing comes to it any more: it was started on what another one had stored. */
  readonly collector: TestCollector;
  close(): Promise<void>;
}

export interface StoreOptions {
  readonly assembly?: TestCollectorOptions['assembly'];
}

export async function storeScenario(
  choice: ScenarioChoice,
  options: StoreOptions = {},
): Promise<StoredScenario> {
  const folder = mkdtempSync(join(tmpdir(), 'sonde-e2e-'));
  const dataDir = join(folder, 'data');
  const first = await TestCollector.start({ dataDir, ...options });
  const observation = await observe(choice, { collector: first.ingestAddress, folder }).finally(() =>
    first.stop(),
  );
  const calls = seenCalls(observation);
  const collector = await TestCollector.start({ dataDir });
  return {
    ...observation,
    calls,
    collector,
    close: async () => {
      await collector.stop();
      rmSync(folder, { recursive: true });
    },
  };
}
