/** A machine with one program on it, for tests that go through load() and run(). */
import type { Engine } from '../interp/engine.ts';
import { type LoadableProgram, type LoadedProgram, Machine, type MachineOptions } from '../machine.ts';
import type { BpfMap } from '../maps/map.ts';
import { LinearMemory } from '../memory.ts';
import { type MapSpec, ProgramType } from '../object/spec.ts';
import { assemble } from './assembler.ts';
import { TestEnvironment } from './environment.ts';

export interface ProgramOptions {
  readonly name?: string;
  readonly type?: ProgramType;
  readonly license?: string;
}

export function programOf(text: string, options: ProgramOptions = {}): LoadableProgram {
  const { bytes, functions } = assemble(text);
  return {
    name: options.name ?? 'test',
    type: options.type ?? ProgramType.TRACING,
    license: options.license ?? 'GPL',
    instructions: bytes,
    functions,
  };
}

export interface TestMachine {
  readonly machine: Machine;
  readonly memory: LinearMemory;
  readonly environment: TestEnvironment;
  readonly maps: readonly BpfMap[];
  load(text: string, options?: ProgramOptions): LoadedProgram;
  /** Loads and runs. @returns r0 */
  run(text: string, context?: bigint): bigint;
}

export function testMachine(
  specs: readonly MapSpec[] = [],
  options: Partial<Pick<MachineOptions, 'instructionBudget' | 'cpus'>> & { readonly engine?: Engine } = {},
): TestMachine {
  const memory = new LinearMemory();
  const environment = new TestEnvironment();
  const machine = new Machine({ memory, cpus: 2, environment, ...options });
  const maps = specs.map((spec) => machine.createMap(spec));
  const load = (text: string, program?: ProgramOptions) => machine.load(programOf(text, program), maps);
  return {
    machine,
    memory,
    environment,
    maps,
    load,
    run: (text, context = 0n) => machine.run(load(text), context),
  };
}
