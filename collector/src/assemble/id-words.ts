/**
 * Trace ids (16 bytes) and span ids (8 bytes) as 32-bit words. Words are big-endian, so that the order of words is the
 * order of bytes, on every machine.
 */
import { randomBytes } from 'node:crypto';

/** Words of a trace id. */
export const TRACE_WORDS = 4;

/** @param at offset of the id's first byte */
export const readWord = (bytes: Uint8Array, at: number): number =>
  ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;

/** Puts row `row` of a column of trace ids into `into`. */
export function readTrace(column: Uint8Array, row: number, into: Uint32Array): void {
  const at = row * 16;
  into[0] = readWord(column, at);
  into[1] = readWord(column, at + 4);
  into[2] = readWord(column, at + 8);
  into[3] = readWord(column, at + 12);
}

/** Puts the trace id at word `from` of `words` into row `row` of a column. */
export function writeTrace(words: Uint32Array, from: number, column: Uint8Array, row: number): void {
  for (let i = 0; i < TRACE_WORDS; i++) {
    const word = words[from + i]!;
    const at = row * 16 + i * 4;
    column[at] = word >>> 24;
    column[at + 1] = word >>> 16;
    column[at + 2] = word >>> 8;
    column[at + 3] = word;
  }
}

/** Zeros stand for no trace. */
export const isNoTrace = (words: Uint32Array, at: number): boolean =>
  (words[at]! | words[at + 1]! | words[at + 2]! | words[at + 3]!) === 0;

export const isSameTrace = (a: Uint32Array, aAt: number, b: Uint32Array, bAt: number): boolean =>
  a[aAt] === b[bAt] && a[aAt + 1] === b[bAt + 1] && a[aAt + 2] === b[bAt + 2] && a[aAt + 3] === b[bAt + 3];

/** Negative, 0 or positive, as in a sort. */
export function compareTraces(a: Uint32Array, aAt: number, b: Uint32Array, bAt: number): number {
  for (let i = 0; i < TRACE_WORDS; i++) {
    const difference = a[aAt + i]! - b[bAt + i]!;
    if (difference !== 0) return difference;
  }
  return 0;
}

export function copyTrace(from: Uint32Array, fromAt: number, to: Uint32Array, toAt: number): void {
  to[toAt] = from[fromAt]!;
  to[toAt + 1] = from[fromAt + 1]!;
  to[toAt + 2] = from[fromAt + 2]!;
  to[toAt + 3] = from[fromAt + 3]!;
}

// Ids come from agents, and an agent that means harm would choose them so that they fall into one place of a table. It
// does not know the seed.

export const hashTrace = (words: Uint32Array, at: number, seed: number): number =>
  finish(mix(mix(mix(mix(seed, words[at]!), words[at + 1]!), words[at + 2]!), words[at + 3]!));

export const hashSpan = (high: number, low: number, seed: number): number =>
  finish(mix(mix(seed, high), low));

function mix(state: number, word: number): number {
  const product = Math.imul(state ^ word, 0x9e3779b1);
  return product ^ (product >>> 15);
}

function finish(state: number): number {
  const product = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
  return (product ^ (product >>> 13)) >>> 0;
}

/** The least power of two that is not less. */
export function powerOfTwoFrom(n: number): number {
  let power = 1;
  while (power < n) power *= 2;
  return power;
}

/** For tables of one life of the collector. */
export const randomSeed = (): number => randomBytes(4).readUInt32LE();
