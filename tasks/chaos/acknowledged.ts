/** What agents were told is safe: a line of JSON a batch, written once the acknowledgement had come. */
import { existsSync, readFileSync } from 'node:fs';

/** A batch, as its agent counted it. */
export interface Acknowledged {
  readonly agent: string;
  readonly epoch: number;
  readonly sequence: number;
  readonly spans: number;
  readonly logs: number;
  /** Of its RED rows. */
  readonly requests: number;
  /** Of all tables together. */
  readonly rows: number;
}

/** Unique for ever. */
export const nameOf = (batch: { agent: string; epoch: number | string; sequence: number | string }): string =>
  `${batch.agent}/${batch.epoch}/${batch.sequence}`;

/**
 * An agent that is killed may leave a part of its last line, which the next one continues. Objects here are flat, so a
 * whole one is what has no other brace between its own. Of a torn line nobody knows what was acknowledged, and nothing is
 * demanded for it.
 */
export function readAcknowledged(file: string): ReadonlyMap<string, Acknowledged> {
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const batches = [...text.matchAll(/\{[^{}]*\}/g)].map(([object]) => JSON.parse(object) as Acknowledged);
  return new Map(batches.map((batch) => [nameOf(batch), batch]));
}
