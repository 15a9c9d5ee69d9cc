/** One agent's stream, as short as it can be: sends batches as far as its credit goes and waits for the acknowledgements. */
import { once } from 'node:events';
import { credentials, makeClientConstructor } from '@grpc/grpc-js';
import { INGEST_SERVICE, Long, PROTOCOL_VERSION, type sonde } from '@sonde/proto';
import type { MadeBatch } from './batches.ts';

type Response = sonde.v1.StreamResponse.$Properties;

/** @throws if a batch is refused or the stream ends early */
export async function sendBatches(options: {
  readonly address: string;
  readonly agentId: string;
  readonly bootEpoch: number;
  readonly batches: readonly MadeBatch[];
}): Promise<void> {
  const { address, agentId, bootEpoch, batches } = options;
  const Client = makeClientConstructor(INGEST_SERVICE, 'Ingest');
  const client = new Client(address, credentials.createInsecure(), { 'grpc.max_send_message_length': -1 });
  const stream = client.stream!();
  const last = batches.at(-1)!.sequence;
  let creditBytes = 0;
  let next = 0;
  const pump = async () => {
    while (next < batches.length && creditBytes >= batches[next]!.payload.length) {
      const batch = batches[next++]!;
      creditBytes -= batch.payload.length;
      const { payload, crc32 } = batch;
      if (!stream.write({ batch: { sequence: Long.fromNumber(batch.sequence, true), payload, crc32 } }))
        await once(stream, 'drain');
    }
  };
  let pumping: Promise<void> = Promise.resolve();
  const done = new Promise<void>((resolve, reject) => {
    stream.on('error', reject);
    stream.on('end', () => reject(new Error('The collector ended the stream')));
    stream.on('data', ({ welcome, credit, acknowledgement, refusal }: Response) => {
      if (refusal) reject(new Error(`Batch ${refusal.sequence} was refused: ${refusal.message}`));
      if (welcome) creditBytes = welcome.creditBytes!.toNumber();
      if (credit) creditBytes += credit.bytes!.toNumber();
      if (acknowledgement?.sequence?.toNumber() === last) resolve();
      pumping = pumping.then(pump);
    });
  });
  stream.write({
    hello: {
      protocolVersion: PROTOCOL_VERSION,
      agentId,
      bootEpoch: Long.fromNumber(bootEpoch, true),
      agentVersion: 'bench',
    },
  });
  await done;
  stream.removeAllListeners('end').on('end', () => undefined);
  stream.end();
  client.close();
}
