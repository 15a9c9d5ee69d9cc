/**
 * The contract between the agent and what runs its eBPF programs: the simulated kernel (`hooks/sim`) or Linux
 * (`hooks/linux`). A program cannot tell the platforms apart, and neither can any room behind this file.
 */

export interface Platform {
  readonly name: 'sim' | 'linux';
  /** The node it observes, as it stands in records. */
  readonly node: string;
  /**
   * Relocates the object's chosen programs against this platform's BTF, checks them and creates its maps; nothing is
   * attached.
   * @throws LoadError with the program, the reason and the log; ObjectError for bytes that are no eBPF object
   */
  load(object: Uint8Array, options?: LoadOptions): LoadedObject;
}

export interface LoadOptions {
  /** Overwrites variables of `.rodata` by name before it is frozen (little-endian, of their declared size). */
  readonly constants?: Readonly<Record<string, number>>;
  /** Which programs to load, by section; default all. A rung of the ladder is loaded only when it is chosen. */
  readonly sections?: (section: string) => boolean;
  /** Overwrites `max_entries` of maps by name (bytes for ring buffers: a power of two, whole pages). */
  readonly mapEntries?: Readonly<Record<string, number>>;
}

export interface LoadedObject {
  /** Programs by name with their section, e.g. `tp_btf/sys_exit`. */
  readonly programs: ReadonlyMap<string, string>;
  /**
   * Attaches one program to the hook its section names. A hook is named as in libbpf section names.
   * @throws AttachError
   */
  attach(program: string): Link;
  /** @throws RangeError if the object has no such map */
  map(name: string): MapAccess;
  /** @throws RangeError if the object has no such ring buffer */
  ring(name: string): RingReader;
  /** Programs that the platform stopped while they ran, by name: empty while all is well, and always on Linux. */
  readonly faults: ReadonlyMap<string, ProgramFaults>;
  /** Detaches everything and frees the maps. */
  close(): void;
}

/** How often a program was stopped, and why the last time. The kernel goes on all the same. */
export interface ProgramFaults {
  readonly count: number;
  readonly last: string;
}

export interface Link {
  readonly program: string;
  readonly hook: string;
  detach(): void;
}

/** User space's view of one map. Keys and values are raw bytes of the map's declared sizes. */
export interface MapAccess {
  readonly name: string;
  readonly keyBytes: number;
  readonly valueBytes: number;
  lookup(key: Uint8Array): Uint8Array | null;
  /** One value per possible CPU; for maps that are not per-CPU, one value. */
  lookupPerCpu(key: Uint8Array): Uint8Array[] | null;
  /** @returns false if the map is full */
  update(key: Uint8Array, value: Uint8Array): boolean;
  delete(key: Uint8Array): boolean;
  keys(): Iterable<Uint8Array>;
}

export interface RingReader {
  /**
   * Hands every committed record, oldest first, to `onRecord`. The bytes belong to the ring and are valid only during
   * the call: copy what is kept. Never throws for a record's content.
   * @returns records handed over
   */
  drain(onRecord: (record: Uint8Array) => void, maxRecords?: number): number;
  /** Bytes written and not read yet. */
  pendingBytes(): number;
  pendingRecords(): number;
}

/** The platform would not load an object. */
export class LoadError extends Error {
  override readonly name = 'LoadError';
  readonly program: string;
  /** The verifier's or checker's full log; "" if it gave none. */
  readonly log: string;
  /** Linux errno, 0 if the fault is not the kernel's. */
  readonly errno: number;

  constructor(
    program: string,
    reason: string,
    details: { log?: string; errno?: number; cause?: unknown } = {},
  ) {
    super(`Cannot load program "${program}": ${reason}`, { cause: details.cause });
    this.program = program;
    this.log = details.log ?? '';
    this.errno = details.errno ?? 0;
  }
}

/** The platform would not attach a program. */
export class AttachError extends Error {
  override readonly name = 'AttachError';
  readonly hook: string;

  constructor(hook: string, reason: string, cause?: unknown) {
    super(`Cannot attach ${hook}: ${reason}`, { cause });
    this.hook = hook;
  }
}
