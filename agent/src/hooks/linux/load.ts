/**
 * Loads an object's programs into the running kernel: its maps are made, its types relocated to the kernel's, each
 * program verified. Nothing is attached, so nothing runs; what is loaded goes when it is closed.
 */
import type { Btf } from '../../vm/btf/btf.ts';
import { relocate } from '../../vm/object/core.ts';
import { type MapSpec, type ObjectSpec, type ProgramSpec, ProgramType } from '../../vm/object/spec.ts';
import { type BpfSyscall, errnoName, type ProgramAttributes } from './bpf-syscall.ts';
import { classify, ProgramRefused, refused } from './classify.ts';

/** Of `enum bpf_attach_type`: what a tp_btf program is. */
const BPF_TRACE_RAW_TP = 23;

/** Map flag: programs cannot write. With the map frozen, its contents are constants to the verifier. */
const BPF_F_RDONLY_PROG = 1 << 7;

/** Levels of the verifier's log. */
const LOG_REASON = 1;
const LOG_STATISTICS = 4;

const BPF_PSEUDO_MAP_FD = 1;
const BPF_PSEUDO_MAP_VALUE = 2;
const LDDW = 0x18;

/** Two instructions: r0 = 0; exit. */
const TRIVIAL = Uint8Array.of(0xb7, 0, 0, 0, 0, 0, 0, 0, 0x95, 0, 0, 0, 0, 0, 0, 0);

export interface LoadedProgram {
  readonly name: string;
  readonly fd: number;
  /** Instructions that the verifier walked through, over all paths; 0 where this kernel does not say. */
  readonly verifiedInstructions: number;
}

export interface LoadedMap {
  readonly spec: MapSpec;
  readonly fd: number;
}

/** The maps of an object in the kernel, and the programs loaded from it so far. Owns all their descriptors. */
export class KernelObject {
  readonly maps: ReadonlyMap<string, LoadedMap>;
  readonly #bpf: BpfSyscall;
  readonly #spec: ObjectSpec;
  readonly #kernel: Btf | null;
  readonly #mapFds: readonly number[];
  readonly #programFds: number[] = [];
  /** The object's own types, -1 if it has none. */
  readonly #btfFd: number;

  private constructor(
    bpf: BpfSyscall,
    spec: ObjectSpec,
    kernel: Btf | null,
    mapFds: readonly number[],
    btfFd: number,
  ) {
    this.#bpf = bpf;
    this.#spec = spec;
    this.#kernel = kernel;
    this.#mapFds = mapFds;
    this.#btfFd = btfFd;
    this.maps = new Map(spec.maps.map((map, index) => [map.name, { spec: map, fd: mapFds[index]! }]));
  }

  /**
   * Makes the maps, and loads the object's types: they tell the verifier which functions are global, so that it looks
   * at each of them once and not once per call. Without, the larger programs are too large for it.
   * @param spec with its constants already set
   * @param kernel types of the running kernel (/sys/kernel/btf/vmlinux), null if it has none
   * @throws BpfError if one of them is refused; then none is left
   */
  static create(bpf: BpfSyscall, spec: ObjectSpec, kernel: Btf | null): KernelObject {
    const fds: number[] = [];
    try {
      for (const map of spec.maps) fds.push(createMap(bpf, map));
      const btfFd = spec.btf === null ? -1 : bpf.loadBtf(spec.btf.bytes);
      return new KernelObject(bpf, spec, kernel, fds, btfFd);
    } catch (error) {
      for (const fd of fds) bpf.close(fd);
      throw error;
    }
  }

  /**
   * Relocates a program and has the kernel verify it.
   * @throws ProgramRefused
   * @throws RelocationError if the kernel's types do not give one answer
   */
  loadProgram(program: ProgramSpec): LoadedProgram {
    const instructions = this.#relocate(program);
    patchMaps(instructions, this.#mapFds);
    const attributes: ProgramAttributes = {
      type: program.type,
      name: program.name,
      license: this.#spec.license,
      instructions,
      expectedAttachType: program.type === ProgramType.TRACING ? BPF_TRACE_RAW_TP : 0,
      attachBtfId: program.type === ProgramType.TRACING ? this.#attachId(program) : 0,
      functions: this.#btfFd < 0 ? null : { btfFd: this.#btfFd, info: functionInfo(program) },
      logLevel: LOG_STATISTICS,
    };
    const answer = this.#bpf.loadProgram(attributes);
    if (answer.fd < 0) throw this.#explain(attributes, answer.errno);
    this.#programFds.push(answer.fd);
    const processed = /processed (\d+) insns/.exec(answer.log);
    return { name: program.name, fd: answer.fd, verifiedInstructions: Number(processed?.[1] ?? 0) };
  }

  /** Unloads everything. */
  close(): void {
    for (const fd of [...this.#programFds, ...this.#mapFds, this.#btfFd]) if (fd >= 0) this.#bpf.close(fd);
    this.#programFds.length = 0;
  }

  /** @returns a copy of the program's instructions */
  #relocate(program: ProgramSpec): Uint8Array {
    const { btf } = this.#spec;
    if (btf === null) return program.instructions.slice();
    return relocate(program, btf, this.#kernel).instructions;
  }

  /** The kernel knows a typed tracepoint by a typedef of its arguments. */
  #attachId(program: ProgramSpec): number {
    const typedef = `btf_trace_${program.attachTo}`;
    const id = this.#kernel?.find(typedef, 'typedef')[0];
    if (id !== undefined) return id;
    const reason = this.#kernel === null ? 'this kernel has no BTF' : `this kernel's BTF has no "${typedef}"`;
    throw new ProgramRefused(program.name, 'unsupported', reason, '', 0);
  }

  /** Asks a second time, for the log: the first try wants statistics only, for writing a log costs more than verifying. */
  #explain(attributes: ProgramAttributes, firstErrno: number): ProgramRefused {
    const again = this.#bpf.loadProgram({ ...attributes, logLevel: LOG_REASON });
    if (again.fd >= 0) this.#bpf.close(again.fd);
    const errno = again.fd >= 0 ? firstErrno : again.errno;
    const refusal = classify(errno, again.log, () => whyNothingLoads(this.#bpf) === null);
    return refused(attributes.name, refusal, errno, again.log);
  }
}

/**
 * Tries the smallest program there is.
 * @returns the errno's name if not even that may be loaded: then nothing may; null if it loads
 */
export function whyNothingLoads(bpf: BpfSyscall): string | null {
  const answer = bpf.loadProgram({
    type: ProgramType.RAW_TRACEPOINT,
    name: 'trivial',
    license: 'Dual BSD/GPL',
    instructions: TRIVIAL,
    expectedAttachType: 0,
    attachBtfId: 0,
    functions: null,
    logLevel: 0,
  });
  if (answer.fd < 0) return errnoName(answer.errno);
  bpf.close(answer.fd);
  return null;
}

function createMap(bpf: BpfSyscall, map: MapSpec): number {
  const fd = bpf.createMap({ ...map, flags: map.flags | (map.frozen ? BPF_F_RDONLY_PROG : 0) });
  try {
    if (map.initial !== null) bpf.updateMap(fd, new Uint8Array(map.keyBytes), map.initial);
    if (map.frozen) bpf.freezeMap(fd);
    return fd;
  } catch (error) {
    bpf.close(fd);
    throw error;
  }
}

/** `struct bpf_func_info` of each function: slot and type. */
function functionInfo(program: ProgramSpec): Uint8Array {
  return new Uint8Array(
    Uint32Array.from(program.functions.flatMap(({ slot, btfId }) => [slot, btfId])).buffer,
  );
}

/** Replaces indices into ObjectSpec.maps by the descriptors of the kernel's maps. */
function patchMaps(instructions: Uint8Array, fds: readonly number[]): void {
  const view = new DataView(instructions.buffer, instructions.byteOffset, instructions.byteLength);
  for (let at = 0; at < instructions.length; at += 8) {
    if (instructions[at] !== LDDW) continue;
    const pseudo = instructions[at + 1]! >> 4;
    if (pseudo === BPF_PSEUDO_MAP_FD || pseudo === BPF_PSEUDO_MAP_VALUE) {
      view.setInt32(at + 4, fds[view.getInt32(at + 4, true)]!, true);
    }
    at += 8; // lddw takes two slots
  }
}
