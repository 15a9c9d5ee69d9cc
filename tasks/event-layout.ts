/** The layout of the eBPF programs' records, from the BTF of the committed object, as TypeScript constants. */
import { readFileSync } from 'node:fs';
import { readObject } from '../agent/src/vm/object/read.ts';

const OBJECT = new URL('../agent/bpf/socket.bpf.o', import.meta.url);
const HEADER = new URL('../agent/bpf/events.h', import.meta.url);

const STRUCTS = [
  'event_head',
  'endpoint',
  'socket_id',
  'data_event',
  'socket_event',
  'tcp_state_event',
  'descriptor_event',
  'process_event',
  'file_event',
  'skip_key',
];

/**
 * Enumerations with the prefix that their enumerators share. They are read from the header: a compiler writes only those
 * enumerations into BTF that some type refers to.
 */
const ENUMS: readonly (readonly [name: string, prefix: string, constant: string])[] = [
  ['event_kind', 'EVENT_', 'EVENT'],
  ['event_rung', 'RUNG_', 'RUNG'],
  ['event_flag', 'FLAG_', 'FLAG'],
  ['direction', 'DIRECTION_', 'DIRECTION'],
  ['socket_cause', 'CAUSE_', 'CAUSE'],
  ['counter', '', 'COUNTER'],
  ['allow_flag', '', 'ALLOW'],
];

/** @throws Error if the object has no BTF, or lacks a type of events.h (then a program no longer uses it) */
export function eventLayout(): string {
  const { btf } = readObject(readFileSync(OBJECT));
  if (btf === null) throw new Error(`Cannot read the layout: ${OBJECT.pathname} has no BTF`);

  const header = readFileSync(HEADER, 'utf8');
  const structs = STRUCTS.map((name) => {
    const type = btf.struct(name);
    if (type === null) throw new Error(`Cannot find struct ${name} in the object's BTF`);
    const fields = type.members.map((member) => `  ${member.name}: ${member.offsetBits / 8},`);
    return [
      `/** struct ${name}: offsets in bytes. */`,
      `export const ${name.toUpperCase()} = {`,
      `  bytes: ${type.sizeBytes},`,
      ...fields,
      '} as const;',
      '',
    ];
  });
  const enums = ENUMS.map(([name, prefix, constant]) => {
    const lines = enumerators(header, name).map(([key, value]) => `  ${key.slice(prefix.length)}: ${value},`);
    return [`/** enum ${name}. */`, `export const ${constant} = {`, ...lines, '} as const;', ''];
  });
  const head = [
    '// Generated from the BTF of agent/bpf/socket.bpf.o (bpf/events.h) by npm run generate; do not edit.',
    '',
  ];
  return [...head, ...structs.flat(), ...enums.flat()].join('\n');
}

/** Names and values of one enumeration of the header: decimal numbers, `1 << n`, or one more than the last. */
function enumerators(header: string, name: string): [string, number][] {
  const body = new RegExp(`enum ${name} \\{([^}]*)\\}`).exec(header)?.[1];
  if (body === undefined) throw new Error(`Cannot find enum ${name} in events.h`);
  let next = 0;
  return body
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
    .map((entry) => {
      const [, key, shiftBy, decimal] = /^(\w+)(?:\s*=\s*(?:1\s*<<\s*(\d+)|(\d+)))?$/.exec(entry) ?? [];
      if (key === undefined) throw new Error(`Cannot read "${entry}" of enum ${name}`);
      const value =
        shiftBy !== undefined ? 1 << Number(shiftBy) : decimal !== undefined ? Number(decimal) : next;
      next = value + 1;
      return [key, value];
    });
}
