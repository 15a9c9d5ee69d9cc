/** Names of program sections, as libbpf reads them. */
import { ObjectError } from './error.ts';
import { ProgramType } from './spec.ts';

/** What stands behind the prefix: nothing or anything, one name, or a category and a name. */
type Target = 'optional' | 'name' | 'category/name';

const SECTIONS: Readonly<Record<string, readonly [ProgramType, Target]>> = {
  tp_btf: [ProgramType.TRACING, 'name'],
  raw_tp: [ProgramType.RAW_TRACEPOINT, 'name'],
  raw_tracepoint: [ProgramType.RAW_TRACEPOINT, 'name'],
  tp: [ProgramType.TRACEPOINT, 'category/name'],
  tracepoint: [ProgramType.TRACEPOINT, 'category/name'],
  kprobe: [ProgramType.KPROBE, 'name'],
  kretprobe: [ProgramType.KPROBE, 'name'],
  socket: [ProgramType.SOCKET_FILTER, 'optional'],
  xdp: [ProgramType.XDP, 'optional'],
  tc: [ProgramType.SCHED_CLS, 'optional'],
  classifier: [ProgramType.SCHED_CLS, 'optional'],
};

const TARGETS: Readonly<Record<Target, RegExp>> = {
  optional: /^/,
  name: /^[^/]+$/,
  'category/name': /^[^/]+\/[^/]+$/,
};

/** @throws ObjectError for a section of another kind, or without the name that it needs */
export function programSection(section: string): { readonly type: ProgramType; readonly attachTo: string } {
  const slash = section.indexOf('/');
  const prefix = slash < 0 ? section : section.slice(0, slash);
  const attachTo = slash < 0 ? '' : section.slice(slash + 1);
  if (!Object.hasOwn(SECTIONS, prefix)) {
    const known = Object.keys(SECTIONS).join(', ');
    throw new ObjectError(`section "${section}" holds programs of an unknown kind (known: ${known})`);
  }
  const [type, target] = SECTIONS[prefix]!;
  if (!TARGETS[target].test(attachTo)) {
    throw new ObjectError(
      `section "${section}" does not name its hook, want ${prefix}/${target.toUpperCase()}`,
    );
  }
  return { type, attachTo };
}
