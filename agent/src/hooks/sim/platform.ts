/** The simulated kernel as the agent's platform: loads objects against its BTF and runs their programs on its hooks. */
import { Btf } from '../../vm/btf/btf.ts';
import { type LoadedProgram, Machine, ProgramRejected } from '../../vm/machine.ts';
import type { BpfMap } from '../../vm/maps/map.ts';
import { RingBuffer } from '../../vm/maps/ringbuf.ts';
import { withConstants } from '../../vm/object/constants.ts';
import { relocate } from '../../vm/object/core.ts';
import { readObject } from '../../vm/object/read.ts';
import type { MapSpec, ObjectSpec, ProgramSpec } from '../../vm/object/spec.ts';
import {
  AttachError,
  type Link,
  LoadError,
  type LoadedObject,
  type LoadOptions,
  type MapAccess,
  type Platform,
  type ProgramFaults,
  type RingReader,
} from '../hook.ts';
import { KernelEnvironment } from './environment.ts';
import type { Kernel } from './kernel.ts';
import { publishBtf } from './layout/publish.ts';

export class SimPlatform implements Platform {
  readonly name = 'sim';
  readonly #kernel: Kernel;
  readonly #machine: Machine;
  /** Published when the first object is loaded: most nodes of a test never need it. */
  #btf: Btf | null = null;

  constructor(kernel: Kernel, seed: number) {
    this.#kernel = kernel;
    const environment = new KernelEnvironment(kernel, seed);
    this.#machine = new Machine({ memory: kernel.memory, cpus: kernel.cpus, environment });
  }

  get node(): string {
    return this.#kernel.name;
  }

  /** What this kernel says of its structures, as `/sys/kernel/btf/vmlinux` would. */
  get btf(): Btf {
    this.#btf ??= Btf.parse(publishBtf(this.#kernel.layout));
    return this.#btf;
  }

  load(object: Uint8Array, options: LoadOptions = {}): SimObject {
    const spec = withConstants(readObject(object), options.constants ?? {});
    const chosen = spec.programs.filter(({ section }) => options.sections?.(section) ?? true);
    const maps = withEntries(spec.maps, options.mapEntries ?? {});
    return new SimObject(this.#kernel, this.#machine, { ...spec, programs: chosen, maps }, this.btf);
  }
}

/** One loaded object. Each program is relocated and checked when it is loaded, not when it is attached. */
export class SimObject implements LoadedObject {
  readonly programs: ReadonlyMap<string, string>;
  readonly #kernel: Kernel;
  readonly #machine: Machine;
  readonly #maps: readonly BpfMap[];
  readonly #loaded = new Map<string, LoadedProgram>();
  readonly #faults = new Map<string, ProgramFaults>();
  readonly #links = new Set<Link>();

  constructor(kernel: Kernel, machine: Machine, spec: ObjectSpec, btf: Btf) {
    this.#kernel = kernel;
    this.#machine = machine;
    this.programs = new Map(spec.programs.map(({ name, section }) => [name, section]));
    const maps: BpfMap[] = [];
    this.#maps = maps;
    try {
      for (const map of spec.maps) maps.push(inLoadError(map.name, () => machine.createMap(map)));
      for (const program of spec.programs) {
        this.#loaded.set(
          program.name,
          inLoadError(program.name, () => this.#load(spec, program, btf)),
        );
      }
    } catch (fault) {
      this.close();
      throw fault;
    }
  }

  /** Programs that the machine stopped, by name; empty while all is well. */
  get faults(): ReadonlyMap<string, ProgramFaults> {
    return this.#faults;
  }

  attach(name: string): Link {
    const program = this.#loaded.get(name);
    const hook = this.programs.get(name);
    if (program === undefined || hook === undefined)
      throw new AttachError(name, 'the object has no such program');
    const detach = this.#kernel.hooks.attach(hook, (context) => this.#run(program, context));
    if (detach === null) throw new AttachError(hook, 'the simulated kernel has no such hook');
    const link: Link = {
      program: name,
      hook,
      detach: () => {
        detach();
        this.#links.delete(link);
      },
    };
    this.#links.add(link);
    return link;
  }

  map(name: string): MapAccess {
    return new SimMap(this.#find(name));
  }

  ring(name: string): RingReader {
    const map = this.#find(name);
    if (map instanceof RingBuffer) return map;
    throw new RangeError(`Map "${name}" is not a ring buffer`);
  }

  close(): void {
    for (const link of [...this.#links]) link.detach();
    for (const program of this.#loaded.values()) this.#machine.unload(program);
    for (const map of this.#maps) this.#machine.closeMap(map);
  }

  #load(spec: ObjectSpec, program: ProgramSpec, btf: Btf): LoadedProgram {
    const { name, type, functions } = program;
    const instructions =
      spec.btf === null ? program.instructions : relocate(program, spec.btf, btf).instructions;
    return this.#machine.load({ name, type, functions, instructions, license: spec.license }, this.#maps);
  }

  /** A program that faults is stopped; it must not stop the kernel. */
  #run(program: LoadedProgram, context: bigint): void {
    try {
      this.#machine.run(program, context);
    } catch (fault) {
      const count = (this.#faults.get(program.name)?.count ?? 0) + 1;
      this.#faults.set(program.name, { count, last: messageOf(fault) });
    }
  }

  #find(name: string): BpfMap {
    const map = this.#maps.find(({ spec }) => spec.name === name);
    if (map === undefined) throw new RangeError(`The object has no map "${name}"`);
    return map;
  }
}

class SimMap implements MapAccess {
  readonly name: string;
  readonly keyBytes: number;
  readonly valueBytes: number;
  readonly #map: BpfMap;

  constructor(map: BpfMap) {
    this.name = map.spec.name;
    this.keyBytes = map.spec.keyBytes;
    this.valueBytes = map.spec.valueBytes;
    this.#map = map;
  }

  lookup(key: Uint8Array): Uint8Array | null {
    return this.lookupPerCpu(key)?.[0] ?? null;
  }

  lookupPerCpu(key: Uint8Array): Uint8Array[] | null {
    return this.#map.lookupPerCpu(key);
  }

  /** Every CPU of a per-CPU map gets the value. */
  update(key: Uint8Array, value: Uint8Array): boolean {
    const all = new Uint8Array(this.#map.userValueBytes);
    for (let at = 0; at < all.length; at += this.#map.valueStride) all.set(value, at);
    return this.#map.update(key, all) === 0;
  }

  delete(key: Uint8Array): boolean {
    return this.#map.delete(key) === 0;
  }

  keys(): Iterable<Uint8Array> {
    return this.#map.keys();
  }
}

/** Maps with other sizes. @throws LoadError for a name that no map has */
function withEntries(
  maps: readonly MapSpec[],
  entries: Readonly<Record<string, number>>,
): readonly MapSpec[] {
  for (const name of Object.keys(entries)) {
    if (!maps.some((map) => map.name === name)) throw new LoadError(name, 'the object has no such map');
  }
  return maps.map((map) => ({ ...map, maxEntries: entries[map.name] ?? map.maxEntries }));
}

function inLoadError<T>(what: string, load: () => T): T {
  try {
    return load();
  } catch (fault) {
    if (fault instanceof LoadError) throw fault;
    const log = fault instanceof ProgramRejected ? fault.log : '';
    throw new LoadError(what, messageOf(fault), { log, cause: fault });
  }
}

const messageOf = (fault: unknown) => (fault instanceof Error ? fault.message : String(fault));
