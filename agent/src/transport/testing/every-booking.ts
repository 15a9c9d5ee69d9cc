/** A run for the audit of the ledger: it comes by every place of this room that books something. */
import { Ledger } from '@sonde/ledger';
import { headerOf, maxHeaderBytes } from '../header.ts';
import { BatchQueue, TRANSPORT_STAGE } from '../queue.ts';
import { EMPTY, encodedSpans, reportedLog } from './reports.ts';
import { ship } from './shipping.ts';

/** @returns how many faults the ledger found */
export async function runEveryBooking(): Promise<number> {
  const queued = queueEverything();
  // Nobody listens on the discard port: what counts here happens before anything is sent.
  const { shipper, ledger } = ship('127.0.0.1:9');
  shipper.send({ ...EMPTY, logs: [reportedLog('x'.repeat(2 << 20))] });
  await shipper.close();
  return queued + ledger.imbalances().length;
}

/** Batches that are acknowledged, refused, dropped for want of room, turned away, and left over. */
function queueEverything(): number {
  const ledger = new Ledger();
  const stage = ledger.stage('transport', TRANSPORT_STAGE);
  const header = headerOf({ agentId: 'agent-a', bootEpoch: 1, node: 'node-a', platform: 'sim' });
  const batch = encodedSpans(1, 1);
  const limitBytes = 3 * (batch.body.length + maxHeaderBytes(header));
  const queue = new BatchQueue({ limitBytes, header, stage });
  const sendAll = () => {
    while (queue.next(limitBytes, limitBytes) !== null);
  };
  queue.resume(0);
  for (let i = 0; i < 4; i++) queue.offer(batch);
  sendAll();
  queue.offer(batch);
  queue.acknowledge(1);
  queue.refuse(2, 'refused_malformed');
  queue.offer(batch);
  queue.clear('closed');
  return ledger.imbalances().length;
}
