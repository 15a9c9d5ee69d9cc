/**
 * The header is the last part of a batch to be encoded. A batch gets its sequence when it is first sent, long after its
 * rows were encoded: until then it may be dropped without leaving a gap in the sequences. Serialized protobuf messages
 * may be joined, and read as one message with the fields of both (protobuf.dev, "Encoding", "Last One Wins"): so a
 * serialized Batch that has only a header, put behind the rows, completes them.
 */
import { sonde } from '@sonde/proto';
import { unsigned } from './encode/integers.ts';

export interface AgentIdentity {
  readonly agentId: string;
  /** Grows with every start of the agent; below 2^53. */
  readonly bootEpoch: number;
  readonly node: string;
  readonly platform: 'sim' | 'linux';
}

/** A serialized sonde.v1.Batch with the header for a sequence and nothing else. */
export type HeaderOf = (sequence: number) => Uint8Array;

const PLATFORMS = {
  sim: sonde.v1.Platform.PLATFORM_SIMULATED,
  linux: sonde.v1.Platform.PLATFORM_LINUX,
} as const satisfies Record<AgentIdentity['platform'], sonde.v1.Platform>;

export const headerOf =
  ({ agentId, bootEpoch, node, platform }: AgentIdentity): HeaderOf =>
  (sequence) =>
    sonde.v1.Batch.encode({
      header: {
        agentId,
        bootEpoch: unsigned(bootEpoch),
        sequence: unsigned(sequence),
        node,
        platform: PLATFORMS[platform],
      },
    }).finish();

/** Bytes of the longest header there can be. */
export const maxHeaderBytes = (header: HeaderOf): number => header(Number.MAX_SAFE_INTEGER).length;

/** The body of a batch without rows. */
export const EMPTY_BODY: Uint8Array = sonde.v1.Batch.encode({ strings: [''] }).finish();
