/** The collector's own ledger on its way into the store. */
import type { Ledger } from '@sonde/ledger';
import type { Assembler } from './assemble/assembler.ts';
import { encodeOwnBatch } from './ingest/own-batch.ts';
import { decodeRecord } from './ingest/recovery.ts';
import type { Wal } from './wal/wal.ts';

/** No agent can have it: ingest takes letters, digits and a few marks only. */
const OWN_ID = '@collector';

export class OwnReports {
  readonly #options;
  readonly #bootEpoch = Date.now();
  #sequence = 0;

  constructor(options: {
    readonly ledger: Ledger;
    readonly wal: Pick<Wal, 'append'>;
    readonly assembler: Pick<Assembler, 'add'>;
    unixNs(): bigint;
  }) {
    this.#options = options;
  }

  /** Sends a snapshot on its way. @throws what the log throws */
  async report(): Promise<void> {
    const { ledger, wal, assembler, unixNs } = this.#options;
    this.#sequence++;
    const id = { agentId: OWN_ID, bootEpoch: this.#bootEpoch, sequence: this.#sequence };
    const payload = encodeOwnBatch(id, unixNs(), ledger.snapshot());
    const batch = decodeRecord(payload);
    if ('fault' in batch) throw new Error(`The collector's own batch is faulty: ${batch.fault}`);
    assembler.add(batch, await wal.append('batch', payload), payload.length);
  }
}
