/**
 * The strings of a block, each once, under numbers that count up in the order of their first use. Batches have tables of
 * strings of their own; this is the one that their rows share.
 */
import { ByteWriter } from './byte-writer.ts';

export class BlockStrings {
  readonly #ids = new Map<string, number>();
  /** Every string as its column wants it: with its length before it. */
  readonly #arena = new ByteWriter(1 << 16);
  /** String i lies in the arena from ends[i - 1] to ends[i]. */
  readonly #ends: number[] = [];
  /** By a number: the id of its decimal form + 1. */
  readonly #idsOfNumbers = new Uint32Array(1 << 16);

  idOf(text: string): number {
    const known = this.#ids.get(text);
    if (known !== undefined) return known;
    const id = this.#ends.length;
    this.#ids.set(text, id);
    this.#arena.text(text);
    this.#ends.push(this.#arena.length);
    return id;
  }

  /** The decimal form of a whole number; quick for those of a port. */
  idOfNumber(n: number): number {
    const known = this.#idsOfNumbers[n];
    if (known !== undefined && known > 0) return known - 1;
    const id = this.idOf(String(n));
    if (known !== undefined) this.#idsOfNumbers[n] = id + 1;
    return id;
  }

  /** The strings of a batch: its own indices to the numbers of the block. */
  of(strings: readonly string[]): BatchStrings {
    return new BatchStrings(this, strings);
  }

  /** Writes a string with its length before it. */
  write(out: ByteWriter, id: number): void {
    out.copy(this.#arena, id === 0 ? 0 : this.#ends[id - 1]!, this.#ends[id]!);
  }
}

export class BatchStrings {
  readonly texts: readonly string[];
  readonly #block: BlockStrings;
  readonly #ids: Int32Array;

  constructor(block: BlockStrings, texts: readonly string[]) {
    this.texts = texts;
    this.#block = block;
    this.#ids = new Int32Array(texts.length).fill(-1);
  }

  /** The number in the block of the string that the batch calls `index`. */
  id(index: number): number {
    const known = this.#ids[index]!;
    if (known >= 0) return known;
    const id = this.#block.idOf(this.texts[index]!);
    this.#ids[index] = id;
    return id;
  }
}
