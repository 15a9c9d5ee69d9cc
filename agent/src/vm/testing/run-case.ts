/** Runs a case on an engine, past the checks: cases hold what no program may (a call through a register). */
import type { Engine, LinkedProgram } from '../interp/engine.ts';
import { Execution } from '../interp/execution.ts';
import { link } from '../interp/link.ts';
import { decodeKnown } from '../isa/decode.ts';
import { Machine } from '../machine.ts';
import { LinearMemory } from '../memory.ts';
import type { Case } from './cases.ts';
import { TestEnvironment } from './environment.ts';

/**
 * @param memory one that is used again makes many runs cheap; what a run takes it gives back
 * @returns r0, unsigned
 * @throws ExecutionFault
 */
export function runCase(engine: Engine, each: Case, memory: LinearMemory = new LinearMemory()): bigint {
  const machine = new Machine({ memory, cpus: 2, environment: new TestEnvironment() });
  const maps = each.maps.map((spec) => machine.createMap(spec));
  const linked: LinkedProgram = {
    name: each.name,
    code: link(decodeKnown(each.program.bytes), maps, memory),
    functions: each.program.functions.map(({ slot }) => slot),
    badLoads: 'fault',
  };
  const at = memory.alloc(each.memory.length);
  memory.u8.set(each.memory, at);
  const runnable = engine.prepare(linked);
  const execution = new Execution(machine.kernel, runnable);
  try {
    return execution.run(runnable, memory.addressOf(at), BigInt(each.memory.length), 1_000_000);
  } finally {
    execution.close();
    memory.free(at);
    for (const map of maps) machine.closeMap(map);
  }
}
