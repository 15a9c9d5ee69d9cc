import { existsSync, readFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from '@jest/globals';
import { Btf } from '../../vm/btf/btf.ts';
import { withConstants } from '../../vm/object/constants.ts';
import { readObject } from '../../vm/object/read.ts';
import { type ObjectSpec, type ProgramSpec, ProgramType } from '../../vm/object/spec.ts';
import { BpfSyscall } from './bpf-syscall.ts';
import { ProgramRefused } from './classify.ts';
import { KernelObject, whyNothingLoads } from './load.ts';

const OBJECTS = ['socket.bpf.o', 'testing/socket-nopayload.bpf.o'];
const KERNEL_BTF = '/sys/kernel/btf/vmlinux';

const opened = await BpfSyscall.open();
const reason = typeof opened === 'string' ? opened : whyNotHere(opened);
if (reason !== null) print(`skipped, nothing can be loaded into this kernel: ${reason}`);
const withKernel = reason === null ? describe : describe.skip;

withKernel('load into the running kernel', () => {
  const bpf = opened as BpfSyscall;
  const kernel = existsSync(KERNEL_BTF) ? Btf.parse(readFileSync(KERNEL_BTF)) : null;
  const open: KernelObject[] = [];
  afterEach(() => {
    for (const object of open.splice(0)) object.close();
  });

  function create(spec: ObjectSpec, types = kernel): KernelObject {
    const object = KernelObject.create(bpf, spec, types);
    open.push(object);
    return object;
  }

  /** Loads every program; none may be rejected. @returns names of the rungs of which all programs loaded */
  function check(file: string, constants: Record<string, number>, types: Btf | null): string[] {
    const spec = withConstants(readShipped(file), constants);
    const object = create(spec, types);
    const rungs = new Map<string, { loaded: number; refused: string[]; verified: number }>();
    for (const program of spec.programs) {
      const rung = program.section.split('/')[0]!;
      const counts = rungs.get(rung) ?? { loaded: 0, refused: [], verified: 0 };
      rungs.set(rung, counts);
      try {
        counts.verified += object.loadProgram(program).verifiedInstructions;
        counts.loaded++;
      } catch (error) {
        if (!(error instanceof ProgramRefused) || error.refusal === 'rejected') throw error;
        counts.refused.push(error.message);
      }
    }
    for (const [rung, { loaded, refused, verified }] of rungs) {
      const without = refused.length > 0 ? `, ${refused.length} refused: ${refused[0]}` : '';
      print(
        `${file} ${JSON.stringify(constants)} ${rung}: ${loaded} loaded, ${verified} instructions verified${without}`,
      );
    }
    return [...rungs].filter(([, { refused }]) => refused.length === 0).map(([rung]) => rung);
  }

  const wholeLadder = ['tp_btf', 'raw_tp', 'tracepoint'];

  for (const file of OBJECTS) {
    test(`${file}: the verifier accepts every program of every rung`, () => {
      const rungs = check(file, {}, kernel);
      // Where a policy or an old kernel refuses a type, the ladder must still have a rung that stands.
      expect(wholeLadder).toEqual(expect.arrayContaining(rungs));
      expect(rungs).not.toEqual([]);
    });

    test(`${file}: with all options on, too`, () => {
      const all = { enter_times: 1, capture_files: 2, own_tgid: process.pid };
      expect(check(file, all, kernel)).not.toEqual([]);
    });

    test(`${file}: with has_btf = 0 it needs no types of the kernel`, () => {
      expect(check(file, { has_btf: 0 }, null)).toEqual(['raw_tp', 'tracepoint']);
    });
  }

  test('constants lie in the frozen map as they were set', () => {
    const spec = withConstants(readShipped('socket.bpf.o'), { own_tgid: 0x01020304 });
    const { fd, spec: map } = create(spec).maps.get('.rodata')!;
    const key = new Uint8Array(4);
    expect(bpf.lookupMap(fd, key, map.valueBytes)).toEqual(map.initial);
    expect([...map.initial!].join()).toContain([4, 3, 2, 1].join());
    expect(() => bpf.updateMap(fd, key, map.initial!)).toThrow(/Cannot update a map: EPERM/);
  });

  test('a value that user space writes can be read back', () => {
    const { fd } = create(readShipped('socket.bpf.o')).maps.get('allowed_tgids')!;
    const key = Uint8Array.of(1, 2, 3, 4);
    expect(bpf.lookupMap(fd, key, 4)).toBeNull();
    bpf.updateMap(fd, key, Uint8Array.of(3, 0, 0, 0));
    expect(bpf.lookupMap(fd, key, 4)).toEqual(Uint8Array.of(3, 0, 0, 0));
  });

  test('a program that reads what it must not is refused with the verifier’s own line', () => {
    // r0 = *(u64 *)(r2 + 0); exit: r2 holds nothing.
    const load = Uint8Array.of(0x79, 0x20, 0, 0, 0, 0, 0, 0, 0x95, 0, 0, 0, 0, 0, 0, 0);
    const refusal = refusalOf(create(objectOf({})), programOf({ instructions: load }));
    expect(refusal.refusal).toBe('rejected');
    expect(refusal.message).toBe(
      'Cannot load program "probe": the verifier refused it (EACCES): R2 !read_ok',
    );
    expect(refusal.log).toContain('r0 = *(u64 *)(r2 +0)');
  });

  test('a hook that the kernel lacks is named', () => {
    const program = programOf({ type: ProgramType.TRACING, attachTo: 'sonde_has_no_such' });
    expect(refusalOf(create(objectOf({})), program)).toMatchObject({
      refusal: 'unsupported',
      message: expect.stringMatching(/^Cannot load program "probe": this kernel('s BTF)? has no /),
    });
  });

  test('a map that the kernel refuses leaves none behind', () => {
    const map = readShipped('socket.bpf.o').maps.find(({ name }) => name === 'events')!;
    const wrong = objectOf({ maps: [map, { ...map, name: 'wrong', maxEntries: 5 }] });
    expect(() => KernelObject.create(bpf, wrong, kernel)).toThrow(/Cannot create map "wrong": EINVAL/);
  });
});

function whyNotHere(bpf: BpfSyscall): string | null {
  const errno = whyNothingLoads(bpf);
  return errno === null ? null : `bpf(2) answers ${errno}`;
}

function readShipped(file: string): ObjectSpec {
  return readObject(readFileSync(new URL(`../../../bpf/${file}`, import.meta.url)));
}

function objectOf(parts: Partial<ObjectSpec>): ObjectSpec {
  return { license: 'Dual BSD/GPL', programs: [], maps: [], btf: null, ...parts };
}

/** A program that returns 0, with other parts where a test wants them. */
function programOf(parts: Partial<ProgramSpec>): ProgramSpec {
  return {
    name: 'probe',
    section: 'raw_tp/sys_enter',
    type: ProgramType.RAW_TRACEPOINT,
    attachTo: 'sys_enter',
    instructions: Uint8Array.of(0xb7, 0, 0, 0, 0, 0, 0, 0, 0x95, 0, 0, 0, 0, 0, 0, 0),
    coreRelocations: [],
    functions: [],
    ...parts,
  };
}

function refusalOf(object: KernelObject, program: ProgramSpec): ProgramRefused {
  try {
    object.loadProgram(program);
  } catch (error) {
    if (error instanceof ProgramRefused) return error;
    throw error;
  }
  throw new Error('the program was loaded');
}

/** Not console.log: Jest would add where it was called. */
function print(line: string): void {
  process.stderr.write(`linux load: ${line}\n`);
}
