/** Messages of an agent. */
import { crc32 } from 'node:zlib';
import { PROTOCOL_VERSION, type sonde } from '@sonde/proto';
import { encoded, long, type SampleSize, sampleBatch } from './sample-batch.ts';

export type Request = sonde.v1.StreamRequest.$Properties;

const SMALL: SampleSize = { spans: 1, edges: 0, red: 0, logs: 0, ledger: 0, entities: 1 };

export const hello = (bootEpoch = 1, agentId = 'node-1', protocolVersion = PROTOCOL_VERSION): Request => ({
  hello: { protocolVersion, agentId, bootEpoch: long(bootEpoch), agentVersion: '0.1.0' },
});

/** The payload of a batch with one span; as long for every sequence below 128. */
export const payloadOf = (
  sequence: number,
  bootEpoch = 1,
  agentId = 'node-1',
  size: SampleSize = {},
): Buffer => encoded({ ...sampleBatch({ ...SMALL, ...size }, { sequence, bootEpoch, agentId }), clocks: [] });

export const sealed = (sequence: number, payload: Uint8Array, checksum = crc32(payload)): Request => ({
  batch: { sequence: long(sequence), payload, crc32: checksum },
});

export const batch = (sequence: number, bootEpoch = 1, agentId = 'node-1', size: SampleSize = {}): Request =>
  sealed(sequence, payloadOf(sequence, bootEpoch, agentId, size));
