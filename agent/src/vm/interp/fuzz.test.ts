/**
 * Whatever the structural check accepts runs to a result or an ExecutionFault, within its budget, and to the same one
 * on every engine: registers, stack, counts and all.
 */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { HELPERS } from '../helpers/table.ts';
import { encode } from '../isa/decode.ts';
import { INSTRUCTIONS, type InstructionKind } from '../isa/instructions.ts';
import { ProgramRejected } from '../machine.ts';
import { ProgramType } from '../object/spec.ts';
import { ENGINES } from '../testing/engines.ts';
import { mapSpec } from '../testing/map-spec.ts';
import { testMachine } from '../testing/program.ts';
import { type Engine, ExecutionFault } from './engine.ts';

const BUDGET = 2000;
const MAPS = [
  mapSpec('HASH'),
  mapSpec('ARRAY', { maxEntries: 1, valueBytes: 64 }),
  mapSpec('PERCPU_ARRAY'),
  mapSpec('LRU_HASH', { maxEntries: 2 }),
  mapSpec('RINGBUF'),
];

const kinds = INSTRUCTIONS.filter(
  ({ refused, action }) => refused === null && !(action.form === 'call' && action.target === 'local'),
);

/** An instruction that the structural check has nothing against, by itself. */
const instruction = fc
  .record({
    kind: fc.oneof(
      fc.constantFrom(...kinds),
      fc.constantFrom(
        ...kinds.filter(({ action }) => ['load', 'store', 'atomic', 'call'].includes(action.form)),
      ),
    ),
    dst: fc.integer({ min: 0, max: 9 }),
    src: fc.integer({ min: 0, max: 10 }),
    offset: fc.oneof(fc.integer({ min: -32, max: -1 }), fc.integer({ min: 0, max: 6 })),
    imm: fc.oneof(fc.integer({ min: -8, max: 64 }), fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })),
    map: fc.nat(MAPS.length - 1),
    helper: fc.constantFrom(...HELPERS.map(({ id }) => id)),
    throughStack: fc.boolean(),
  })
  .map(({ kind, dst, src, offset, imm, map, helper, throughStack }) => {
    const { action, uses, fixed } = kind;
    const isStore = action.form === 'store' || action.form === 'atomic';
    return encode({
      kind,
      dst: uses.dst === 'none' ? 0 : isStore && throughStack ? 10 : dst,
      src: uses.src === 'none' ? 0 : (fixed.src ?? (uses.src === 'update' ? src % 10 : src)),
      offset: uses.offset === 'free' ? offset : (fixed.offset ?? 0),
      imm: uses.imm === 'free' ? immOf(kind, imm, map, helper) : (fixed.imm ?? 0),
      nextImm: action.form === 'wide' && action.value === 'imm' ? imm : 0,
    });
  });

function immOf({ action }: InstructionKind, imm: number, map: number, helper: number): number {
  if (action.form === 'call') return helper;
  if (action.form === 'wide' && action.value === 'map') return map;
  if (action.form === 'wide' && action.value === 'map-value') return 1;
  if (action.form === 'jump') return imm & 7;
  if (action.form === 'alu' && /lsh|rsh|arsh/.test(action.operation)) return imm & 31;
  return imm;
}

/** What a program does on an engine, in one line. */
function outcome(engine: Engine, instructions: Uint8Array, type: ProgramType): string {
  const { machine, memory, maps } = testMachine(MAPS, { engine, instructionBudget: BUDGET });
  const functions = [{ slot: 0 }];
  const context = memory.alloc(64);
  const program = machine.load({ name: 'fuzz', type, license: 'GPL', instructions, functions }, maps);
  const run = (): string => {
    try {
      return `r0 = ${machine.run(program, memory.addressOf(context))}`;
    } catch (fault) {
      if (fault instanceof ExecutionFault) return fault.message;
      throw fault;
    }
  };
  const runs = [run(), run()];
  const written = memory.u8
    .subarray(0, memory.top)
    .reduce((hash, byte) => (Math.imul(hash, 31) + byte) | 0, 0);
  return `${runs.join(' / ')} / memory ${written} / ${JSON.stringify(program.statistics)}`;
}

test('random accepted programs do the same on all engines', () => {
  let accepted = 0;
  fc.assert(
    fc.property(
      fc.array(instruction, { minLength: 1, maxLength: 25 }),
      fc.constantFrom(ProgramType.TRACING, ProgramType.RAW_TRACEPOINT),
      (parts, type) => {
        const exit = encode({
          kind: kinds.find(({ name }) => name === 'exit')!,
          dst: 0,
          src: 0,
          offset: 0,
          imm: 0,
          nextImm: 0,
        });
        const bytes = Uint8Array.from([...parts.flatMap((part) => [...part]), ...exit]);
        let outcomes: string[];
        try {
          outcomes = ENGINES.map((engine) => outcome(engine, bytes, type));
        } catch (fault) {
          if (fault instanceof ProgramRejected) return;
          throw fault;
        }
        accepted++;
        expect(outcomes).toEqual(outcomes.map(() => outcomes[0]));
      },
    ),
    { numRuns: 400 },
  );
  // Else the generator has become useless.
  expect(accepted).toBeGreaterThan(60);
});
