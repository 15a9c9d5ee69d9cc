/** The BTF that a simulated kernel publishes: its own layout, as `/sys/kernel/btf/vmlinux` is Linux's. */
import { BtfBuilder } from '../../../vm/btf/builder.ts';
import { BASE_TYPES, type Composite, type FieldType, type KernelLayout } from './layout.ts';
import { TRACEPOINTS, TYPEDEFS } from './structures.ts';

/** @returns the bytes of a `.BTF` section */
export function publishBtf(layout: KernelLayout): Uint8Array {
  return new Publisher(layout).publish();
}

class Publisher {
  readonly #layout: KernelLayout;
  readonly #btf = new BtfBuilder();
  /** Ids of base types, typedefs and structures by their C name. */
  readonly #ids = new Map<string, number>();

  constructor(layout: KernelLayout) {
    this.#layout = layout;
  }

  publish(): Uint8Array {
    for (const [name, { bytes, encoding }] of Object.entries(BASE_TYPES)) {
      const options = { signed: encoding === 'signed', bool: encoding === 'bool' };
      this.#ids.set(name, this.#btf.int(name, bytes, options));
    }
    // Structures point at each other: all get their ids first.
    for (const name of this.#layout.structs.keys()) this.#ids.set(`struct ${name}`, this.#btf.reserve());
    for (const [name, composite] of this.#layout.structs)
      this.#describe(composite, this.#ids.get(`struct ${name}`)!);
    for (const name of Object.keys(TYPEDEFS)) this.#type(name);
    for (const [name, args] of Object.entries(TRACEPOINTS)) this.#tracepoint(name, args);
    return this.#btf.build();
  }

  /** `typedef void (*btf_trace_NAME)(void *, ...)`: what attaching a tp_btf program looks up. */
  #tracepoint(name: string, args: readonly string[]): void {
    const params = ['void *', ...args].map((type) => ({ name: '', type: this.#type(type) }));
    const prototype = this.#btf.functionPrototype(0, params);
    this.#btf.typedef(`btf_trace_${name}`, this.#btf.pointer(prototype));
  }

  #describe(composite: Composite, id?: number): number {
    const members = composite.fields.map(({ name, type, offsetBytes }) => ({
      name,
      type: this.#type(type),
      offsetBytes,
    }));
    return this.#btf[composite.kind](composite.name, composite.sizeBytes, members, id);
  }

  #type(type: FieldType): number {
    if (typeof type !== 'string') return this.#describe(type);
    const known = this.#ids.get(type);
    if (known !== undefined) return known;
    const id = this.#make(type);
    this.#ids.set(type, id);
    return id;
  }

  #make(type: string): number {
    if (type === 'void') return 0;
    if (type.endsWith('*')) return this.#btf.pointer(this.#type(type.slice(0, -1).trimEnd()));
    const array = /^(.*)\[(\d+)\]$/.exec(type);
    if (array !== null) return this.#btf.array(this.#type(array[1]!), Number(array[2]));
    if (type.startsWith('const ')) return this.#btf.const(this.#type(type.slice(6)));
    const untagged = this.#layout.typedefs.get(type);
    if (untagged !== undefined) return this.#btf.typedef(type, this.#describe(untagged));
    const target = TYPEDEFS[type];
    if (target === undefined) throw new RangeError(`Cannot publish the type "${type}": not declared`);
    return this.#btf.typedef(type, this.#type(target));
  }
}
