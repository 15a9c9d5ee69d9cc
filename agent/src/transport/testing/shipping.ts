/** A shipper with its ledger, its notes and what it was told, for tests. */
import { Ledger } from '@sonde/ledger';
import type { AcknowledgedBatch } from '../queue.ts';
import { type Configuration, Shipper, type ShipperOptions } from '../shipper.ts';
import { OFFSET } from './reports.ts';

export interface Shipping {
  readonly shipper: Shipper;
  readonly ledger: Ledger;
  readonly notes: string[];
  readonly acknowledged: AcknowledgedBatch[];
  readonly configurations: Configuration[];
}

export const MONOTONIC_NS = 6_000_000_000;

export function ship(collector: string, options: Partial<ShipperOptions> = {}): Shipping {
  const ledger = new Ledger();
  const notes: string[] = [];
  const acknowledged: AcknowledgedBatch[] = [];
  const configurations: Configuration[] = [];
  const shipper = new Shipper({
    collector,
    agentId: 'agent-a',
    bootEpoch: 5,
    agentVersion: '1.2.3',
    node: 'node-a',
    platform: 'sim',
    clock: () => OFFSET,
    monotonicNs: () => MONOTONIC_NS,
    queueBytes: 16 << 20,
    // Pauses are as short as can be: tests wait for what happens, never for a time.
    retryMaxMs: 10,
    random: () => 0,
    ledger,
    onNote: (line) => notes.push(line),
    onAcknowledged: (batch) => acknowledged.push(batch),
    onConfiguration: (configuration) => configurations.push(configuration),
    ...options,
  });
  return { shipper, ledger, notes, acknowledged, configurations };
}

/** What the ledger counts of the transport, in one line. */
export function countsOf(ledger: Ledger): string {
  const { in: taken, out, held, dropped } = ledger.snapshot()[0]!;
  const drops = Object.entries(dropped).filter(([, n]) => n > 0);
  return [`in ${taken}`, `out ${out}`, `held ${held}`, ...drops.map(([reason, n]) => `${reason} ${n}`)].join(
    ', ',
  );
}

/** Resolves when `isTrue` says so; it is asked again after every turn of the event loop. */
export async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setImmediate(resolve));
}
