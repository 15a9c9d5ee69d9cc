/** The collector's own counters as a batch like those of agents: they take the same way into the store. */
import type { StageSnapshot } from '@sonde/ledger';
import { Long, sonde } from '@sonde/proto';
import type { BatchId } from '../model/columns.ts';

/** @returns an encoded sonde.v1.Batch with one row of the ledger for each stage */
export function encodeOwnBatch(
  id: BatchId,
  timeUnixNs: bigint,
  stages: readonly StageSnapshot[],
): Uint8Array {
  const strings = [''];
  const indexOf = (text: string): number => {
    const known = strings.indexOf(text);
    return known === -1 ? strings.push(text) - 1 : known;
  };
  const drops = stages.map(({ dropped }) => Object.entries(dropped).filter(([, n]) => n > 0));
  return sonde.v1.Batch.encode({
    header: {
      agentId: id.agentId,
      bootEpoch: long(id.bootEpoch),
      sequence: long(id.sequence),
      // It observes no node.
      node: '',
      platform: sonde.v1.Platform.PLATFORM_LINUX,
    },
    ledger: {
      timeUnixNano: stages.map(() => Long.fromBigInt(timeUnixNs, true)),
      stage: stages.map(({ stage }) => indexOf(stage)),
      unit: stages.map(({ unit }) => indexOf(unit)),
      in: stages.map((stage) => long(stage.in)),
      out: stages.map((stage) => long(stage.out)),
      held: stages.map((stage) => long(stage.held)),
      reasonCount: drops.map(({ length }) => length),
      reason: drops.flat().map(([reason]) => indexOf(reason)),
      dropped: drops.flat().map(([, n]) => long(n)),
    },
    strings,
  }).finish();
}

const long = (value: number) => Long.fromNumber(value, true);
