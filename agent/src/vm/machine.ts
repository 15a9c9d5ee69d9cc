/**
 * The eBPF machine of one simulated kernel: maps and programs in one linear memory. It loads (checks, links, prepares)
 * programs and runs them. It does no input or output and reads no clock: time comes from the environment.
 */
import type { Environment } from './environment.ts';
import type { Kernel } from './helpers/call.ts';
import { helperName } from './helpers/table.ts';
import type { Engine, LinkedProgram, Runnable } from './interp/engine.ts';
import { Execution } from './interp/execution.ts';
import { interpreter } from './interp/interpreter.ts';
import { link } from './interp/link.ts';
import { type Code, decode } from './isa/decode.ts';
import { disassemble } from './isa/disassemble.ts';
import { ArrayMap } from './maps/array.ts';
import { createMap } from './maps/create.ts';
import type { BpfMap } from './maps/map.ts';
import { RingBuffer } from './maps/ringbuf.ts';
import type { LinearMemory } from './memory.ts';
import { type MapSpec, type ProgramSpec, ProgramType } from './object/spec.ts';
import { activeCalls } from './verifier/passive.ts';
import type { CheckedMap } from './verifier/program.ts';
import { checkStructure } from './verifier/structure.ts';

export interface MachineOptions {
  readonly memory: LinearMemory;
  /** Possible CPUs, at least 1. */
  readonly cpus: number;
  readonly environment: Environment;
  /** Most instructions of one run, tail calls and callbacks included. Default 1,000,000. */
  readonly instructionBudget?: number;
  /** Default: the interpreter. */
  readonly engine?: Engine;
}

/** What load() needs of a ProgramSpec; a relocated copy of `instructions` is expected. */
export type LoadableProgram = Pick<ProgramSpec, 'name' | 'type' | 'instructions'> & {
  readonly license: string;
  readonly functions: readonly { readonly slot: number }[];
};

export interface LoadedProgram {
  readonly id: number;
  readonly name: string;
  readonly type: ProgramType;
  readonly maps: readonly BpfMap[];
  readonly runnable: Runnable;
  readonly statistics: ProgramStatistics;
}

export interface ProgramStatistics {
  runs: number;
  /** Of all runs, tail calls, callbacks and runs that faulted included. */
  instructions: number;
  lastInstructions: number;
  /** Runs that ended with an ExecutionFault. */
  faults: number;
  /** Loads from bad addresses that read zero. */
  zeroLoads: number;
}

/** The checks refused a program. */
export class ProgramRejected extends Error {
  override readonly name = 'ProgramRejected';
  readonly program: string;
  /** All that is known, a line each: what is wrong, and the instruction. */
  readonly log: string;

  constructor(program: string, why: string, log: string) {
    super(`Cannot load program "${program}": ${why}`);
    this.program = program;
    this.log = log;
  }
}

/** Types whose pointers to kernel structures are BTF pointers, so that a load from a bad one reads zero. */
const TRACING_TYPES: readonly ProgramType[] = [
  ProgramType.KPROBE,
  ProgramType.TRACEPOINT,
  ProgramType.RAW_TRACEPOINT,
  ProgramType.TRACING,
];

export class Machine {
  readonly memory: LinearMemory;
  readonly cpus: number;
  readonly environment: Environment;
  readonly #engine: Engine;
  readonly #budget: number;
  readonly #maps = new Map<number, BpfMap>();
  readonly #rings: RingBuffer[] = [];
  readonly #programs = new Map<number, LoadedProgram>();
  /** What executions and their helpers see of this machine. */
  readonly kernel: Kernel;
  /** By depth of nesting: a hook that fires inside a hook runs on the next one. */
  readonly #executions: Execution[] = [];
  #depth = 0;
  #nextProgramId = 1;
  #instructions = 0;
  #runs = 0;

  constructor(options: MachineOptions) {
    this.memory = options.memory;
    this.cpus = options.cpus;
    this.environment = options.environment;
    this.#engine = options.engine ?? interpreter;
    this.#budget = options.instructionBudget ?? 1_000_000;
    this.kernel = {
      memory: this.memory,
      cpus: this.cpus,
      environment: this.environment,
      mapAt: (offset) => this.#maps.get(offset),
      ringAt: (offset) => this.#rings.find((ring) => ring.holds(offset)),
    };
  }

  /** Instructions of all programs so far. */
  get instructions(): number {
    return this.#instructions;
  }

  /** Runs of all programs so far, nested ones included, tail calls not. */
  get runs(): number {
    return this.#runs;
  }

  /** A map with its memory; frozen from the start if the spec says so. @throws MapError, RangeError if memory is full */
  createMap(spec: MapSpec): BpfMap {
    const map = createMap(
      { memory: this.memory, cpus: this.cpus, programById: (id) => this.#programs.get(id) },
      spec,
    );
    this.#maps.set(map.handle, map);
    if (map instanceof RingBuffer) this.#rings.push(map);
    return map;
  }

  /** Frees a map. No program that was loaded with it may run any more. */
  closeMap(map: BpfMap): void {
    this.#maps.delete(map.handle);
    const ring = this.#rings.indexOf(map as RingBuffer);
    if (ring !== -1) this.#rings.splice(ring, 1);
    map.close();
  }

  /**
   * Checks a program, puts the addresses of maps and functions into it, and makes it ready to run.
   * @param maps by the index that `lddw` instructions give
   * @throws ProgramRejected
   */
  load(program: LoadableProgram, maps: readonly BpfMap[]): LoadedProgram {
    const code = check(program, maps);
    const functions = program.functions.map(({ slot }) => slot);
    const linked: LinkedProgram = {
      name: program.name,
      code: link(code, maps, this.memory),
      functions,
      badLoads: TRACING_TYPES.includes(program.type) ? 'zero' : 'fault',
    };
    const loaded: LoadedProgram = {
      id: this.#nextProgramId++,
      name: program.name,
      type: program.type,
      maps,
      runnable: this.#engine.prepare(linked),
      statistics: { runs: 0, instructions: 0, lastInstructions: 0, faults: 0, zeroLoads: 0 },
    };
    this.#programs.set(loaded.id, loaded);
    return loaded;
  }

  /** Forgets a program: its id can no longer be put into a program array. */
  unload(program: LoadedProgram): void {
    this.#programs.delete(program.id);
  }

  /**
   * Runs a program to its end. May be called while another run is under way, from the environment.
   * @param context r1: kernel address of the hook's context
   * @returns r0, unsigned
   * @throws ExecutionFault
   */
  run(program: LoadedProgram, context: bigint): bigint {
    const execution = this.#executions[this.#depth] ?? this.#newExecution(program);
    const { statistics } = program;
    this.#depth++;
    this.#runs++;
    statistics.runs++;
    let ended = false;
    try {
      const result = execution.run(program.runnable, context, 0n, this.#budget);
      ended = true;
      return result;
    } finally {
      this.#depth--;
      this.#instructions += execution.executed;
      statistics.instructions += execution.executed;
      statistics.lastInstructions = execution.executed;
      statistics.zeroLoads += execution.zeroLoads;
      if (!ended) statistics.faults++;
    }
  }

  #newExecution(program: LoadedProgram): Execution {
    const execution = new Execution(this.kernel, program.runnable);
    this.#executions.push(execution);
    return execution;
  }
}

/** The decoded program, if every check accepts it. @throws ProgramRejected */
function check(program: LoadableProgram, maps: readonly BpfMap[]): Code {
  const decoded = decode(program.instructions);
  if (decoded.kind === 'malformed') {
    const { slot, why } = decoded.malformed;
    throw new ProgramRejected(program.name, `${why} (instruction ${slot})`, `${slot}: ${why}`);
  }
  const { code } = decoded;
  const active = activeCalls(code);
  if (active.length > 0) {
    const log = active
      .map(({ slot, helper }) => `${slot}: call of ${helper}, which is not passive`)
      .join('\n');
    throw new ProgramRejected(program.name, `it calls ${active[0]!.helper}, which is not passive`, log);
  }
  const verdict = checkStructure(
    {
      type: program.type,
      license: program.license,
      code,
      functions: program.functions.map(({ slot }) => slot),
    },
    maps.map(checkedMap),
  );
  if (verdict.kind === 'accepted') return code;
  const instruction = code[verdict.slot];
  const text = instruction ? disassemble(instruction, helperName) : '';
  throw new ProgramRejected(
    program.name,
    `${verdict.why} (instruction ${verdict.slot}${text === '' ? '' : `: ${text}`})`,
    `${verdict.slot}: ${text}\n${verdict.why}`,
  );
}

function checkedMap(map: BpfMap): CheckedMap {
  const pointable = map instanceof ArrayMap && map.spec.maxEntries === 1 && map.valuesPerEntry === 1;
  if (!pointable) return { valueBytes: 0, contents: null };
  return { valueBytes: map.spec.valueBytes, contents: map.frozen ? map.lookup(new Uint8Array(4)) : null };
}
