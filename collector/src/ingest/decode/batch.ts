/**
 * The payload of a batch to columns. Whatever the bytes are, the answer is columns that keep every promise of
 * model/columns.ts, or one fault; never an exception.
 */
import { Long, sonde } from '@sonde/proto';
import { type BatchColumns, type BatchId, type Platform, rowsOf } from '../../model/columns.ts';
import { Faults } from './faults.ts';
import { safeNumber, type Targets } from './table-reader.ts';
import { edgeColumns, entityColumns, ledgerColumns, logColumns, redColumns, spanColumns } from './tables.ts';

/** Rows of one batch, over all tables; far above what agents send, so that a small payload cannot make large tables. */
export const MAX_ROWS = 1_000_000;
export const MAX_CLOCK_SAMPLES = 1_000;
const MAX_NAME_LENGTH = 256;

export type DecodedBatch = GoodBatch | BatchFault;

export interface GoodBatch {
  readonly columns: BatchColumns;
  /** Rows of tables that the store does not have: `metrics` and `profiles`. They are not in `columns`. */
  readonly unstoredRows: number;
  readonly clocks: readonly ClockSample[];
}

export interface BatchFault {
  /** One line for people, such as "spans.name: row 17 names string 93 of 40". */
  readonly fault: string;
}

/** sonde.v1.ClockSample. */
export interface ClockSample {
  readonly bootId: string;
  readonly monotonicNs: bigint;
  readonly unixNs: bigint;
  /** `unixNs` of the sample that is answered; 0 in a question. */
  readonly answeredUnixNs: bigint;
}

const PLATFORMS: Readonly<Record<number, Platform>> = {
  [sonde.v1.Platform.PLATFORM_SIMULATED]: 'simulated',
  [sonde.v1.Platform.PLATFORM_LINUX]: 'linux',
};

/** @param payload an encoded sonde.v1.Batch; nothing of it is kept */
export function decodeBatch(payload: Uint8Array): DecodedBatch {
  let batch: sonde.v1.Batch.$Properties;
  try {
    // The codec reads a Buffer and any other byte array by different code; one of them is enough.
    batch = sonde.v1.Batch.decode(Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength));
  } catch (error) {
    return { fault: `no Batch: ${(error as Error).message}` };
  }
  return checkedBatch(batch);
}

/** The checks and the filling of columns, without the codec. */
export function checkedBatch(batch: sonde.v1.Batch.$Properties): DecodedBatch {
  const faults = new Faults();
  const header = checkedHeader(batch.header, faults);
  const strings = batch.strings ?? [];
  if (strings[0] !== '') faults.add('strings: entry 0 is not the empty string');
  const unstoredRows = (batch.metrics?.name?.length ?? 0) + (batch.profiles?.type?.length ?? 0);
  checkSize(batch, unstoredRows, faults);
  if (faults.first !== null || header === null) return { fault: faults.first ?? 'header: none' };

  const targets: Targets = { strings: strings.length, entities: batch.entities?.id?.length ?? 0 };
  const columns: BatchColumns = {
    ...header,
    strings,
    entities: entityColumns(batch.entities, targets, faults),
    spans: spanColumns(batch.spans, targets, faults),
    edges: edgeColumns(batch.edges, targets, faults),
    red: redColumns(batch.red, targets, faults),
    logs: logColumns(batch.logs, targets, faults),
    ledger: ledgerColumns(batch.ledger, strings, targets, faults),
  };
  if (faults.first !== null) return { fault: faults.first };
  return { columns, unstoredRows, clocks: (batch.clocks ?? []).map(clockSample) };
}

/** All rows of a good batch, with those that nothing stores. */
export const allRowsOf = (batch: GoodBatch): number => rowsOf(batch.columns) + batch.unstoredRows;

export function clockSample(sample: sonde.v1.ClockSample.$Properties): ClockSample {
  return {
    bootId: sample.bootId ?? '',
    monotonicNs: bigintOf(sample.monotonicNano),
    unixNs: bigintOf(sample.unixNano),
    answeredUnixNs: bigintOf(sample.answeredUnixNano),
  };
}

function checkedHeader(
  header: sonde.v1.Header.$Properties | null | undefined,
  faults: Faults,
): { id: BatchId; node: string; platform: Platform } | null {
  if (header == null) {
    faults.add('header: none');
    return null;
  }
  const agentId = header.agentId ?? '';
  const node = header.node ?? '';
  const bootEpoch = safeNumber(header.bootEpoch ?? Long.UZERO);
  const sequence = safeNumber(header.sequence ?? Long.UZERO);
  const platform = PLATFORMS[header.platform ?? 0];
  if (agentId === '' || agentId.length > MAX_NAME_LENGTH)
    faults.add(`header.agent_id: ${agentId.length} characters, but 1 to ${MAX_NAME_LENGTH} are allowed`);
  if (node.length > MAX_NAME_LENGTH)
    faults.add(`header.node: ${node.length} characters, but at most ${MAX_NAME_LENGTH} are allowed`);
  if (bootEpoch === null) faults.add('header.boot_epoch: 2^53 or more');
  if (sequence === null) faults.add('header.sequence: 2^53 or more');
  if (sequence === 0) faults.add('header.sequence: 0, but the first batch is 1');
  if (platform === undefined) faults.add(`header.platform: the unknown value ${header.platform ?? 0}`);
  if (bootEpoch === null || sequence === null || platform === undefined) return null;
  return { id: { agentId, bootEpoch, sequence }, node, platform };
}

function checkSize(batch: sonde.v1.Batch.$Properties, unstoredRows: number, faults: Faults): void {
  const rows =
    (batch.entities?.id?.length ?? 0) +
    (batch.spans?.startUnixNano?.length ?? 0) +
    (batch.edges?.minute?.length ?? 0) +
    (batch.red?.minute?.length ?? 0) +
    (batch.logs?.timeUnixNano?.length ?? 0) +
    (batch.ledger?.timeUnixNano?.length ?? 0) +
    unstoredRows;
  if (rows > MAX_ROWS) faults.add(`batch: ${rows} rows, but at most ${MAX_ROWS} are allowed`);
  const samples = batch.clocks?.length ?? 0;
  if (samples > MAX_CLOCK_SAMPLES)
    faults.add(`clocks: ${samples} samples, but at most ${MAX_CLOCK_SAMPLES} are allowed`);
}

const bigintOf = (value: Long | null | undefined): bigint => BigInt((value ?? Long.UZERO).toString());
