/**
 * An object file (or BTF blob) that cannot be used as it stands: damaged, of another kind, or asking for what this
 * loader does not do. The bytes are the caller's, so this is a fault of the outside world and never of a kernel.
 */
export class ObjectError extends Error {
  override readonly name: string = 'ObjectError';
  /** Where in the bytes the problem shows: from the start of the file, or of the BTF blob; null if nowhere in particular. */
  readonly offset: number | null;

  /** @param doing what failed, as in "Cannot read object" */
  constructor(problem: string, offset: number | null = null, doing = 'read object') {
    super(`Cannot ${doing}: ${problem}${offset === null ? '' : `, at offset ${offset}`}`);
    this.offset = offset;
  }
}

/** The same for BTF: offsets count from the start of the `.BTF` or `.BTF.ext` bytes, not of the file around them. */
export class BtfError extends ObjectError {
  override readonly name = 'BtfError';

  constructor(problem: string, offset: number | null = null, doing = 'read BTF') {
    super(problem, offset, doing);
  }
}
