/**
 * Nanoseconds an instruction on each engine, and how many times faster the interpreter is than the plain engine, which
 * ran in the same process on the same programs. Times are the least of many short windows: a busy machine only adds.
 *
 *     node agent/bench/interp.bench.ts
 */

import type { Engine } from '../src/vm/interp/engine.ts';
import { interpreter } from '../src/vm/interp/interpreter.ts';
import { plainEngine } from '../src/vm/interp/plain.ts';
import { mapSpec } from '../src/vm/testing/map-spec.ts';
import { testMachine } from '../src/vm/testing/program.ts';

const PROGRAMS: Readonly<Record<string, string>> = {
  'straight arithmetic, 64 bits': loop(`
    add %r0, %r6
    xor %r0, 0x55
    lsh %r0, 7
    mov %r2, %r0
    rsh %r2, 9
    sub %r0, %r2
    or %r0, %r7`),
  'straight arithmetic, 32 bits': loop(`
    add32 %r0, %r6
    xor32 %r0, 0x55
    mul32 %r0, 31
    mov32 %r2, %r0
    rsh32 %r2, 9
    sub32 %r0, %r2
    and32 %r0, 0x7ffffff`),
  'loads, stores and branches, as in a parser': loop(`
    stxdw [%r10-16], %r0
    ldxw %r2, [%r10-16]
    jeq %r2, 300, +1
    add %r0, 1
    ldxh %r3, [%r10-12]
    jsgt %r3, %r2, +1
    stxb [%r10-10], %r3
    jne32 %r3, 7, +1
    mov %r0, 7
    ldxdw %r2, [%r10-16]
    add %r0, %r2`),
  '64-bit multiplication and division': loop(`
    mul %r0, 31
    add %r0, 12345
    div %r0, 7
    mod %r0, %r7`),
  'calls of a function': `${loop('mov %r1, %r0\ncall local f\n')}\nf:\nmov %r6, %r1\nadd %r6, 1\nmov %r0, %r6\nexit`,
  'map lookups': loop(`
    stw [%r10-20], 1
    mov %r2, %r10
    add %r2, -20
    lddw %r1, map 0
    call 1
    ldxdw %r1, [%r0]
    add %r1, 1
    stxdw [%r0], %r1
    mov %r0, %r1`),
  'kernel reads of 8 bytes': loop(`
    mov %r1, %r10
    add %r1, -16
    mov %r2, 8
    mov %r3, %r10
    add %r3, -32
    call 113`),
};

/** A body that runs 200 times, with r6 counting and r7 a constant. */
function loop(body: string): string {
  return `
    stdw [%r10-16], 1
    stdw [%r10-32], 1
    mov %r0, 1
    mov %r6, 0
    mov %r7, 1000003
    again:
    ${body}
    add %r6, 1
    jlt %r6, 200, again
    exit`;
}

function nsPerInstruction(engine: Engine, text: string): number {
  const { machine, load } = testMachine([mapSpec('HASH')], { engine });
  machine.run(
    load(
      'stw [%r10-4], 1\nstdw [%r10-16], 1\nlddw %r1, map 0\nmov %r2, %r10\nadd %r2, -4\nmov %r3, %r10\nadd %r3, -16\nmov %r4, 0\ncall 2\nexit',
    ),
    0n,
  );
  const program = load(text);
  let least = Number.POSITIVE_INFINITY;
  const endNs = process.hrtime.bigint() + 1_000_000_000n;
  for (let nowNs = 0n; nowNs < endNs; ) {
    const before = program.statistics.instructions;
    const startNs = process.hrtime.bigint();
    machine.run(program, 0n);
    nowNs = process.hrtime.bigint();
    least = Math.min(least, Number(nowNs - startNs) / (program.statistics.instructions - before));
  }
  return least;
}

console.log(
  'program                                      plain   interpreter   ratio    (ns an instruction)',
);
for (const [name, text] of Object.entries(PROGRAMS)) {
  const [plain, fast] = [nsPerInstruction(plainEngine, text), nsPerInstruction(interpreter, text)];
  const columns = [
    name.padEnd(42),
    plain.toFixed(1).padStart(7),
    fast.toFixed(1).padStart(13),
    (plain / fast).toFixed(1).padStart(7),
  ];
  console.log(columns.join(' '));
}
