/**
 * Who may import whom. A room is a folder under `agent/src` (or another workspace); the table lists the rooms whose
 * files it may import. Every violation is printed with the reason, because a rule without one is only an obstacle.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

interface Rule {
  /** Rooms that may be imported, besides the room itself. A path prefix: `hooks/sim` allows that folder only. */
  readonly may: readonly string[];
  /** Packages from npm that the room may import; `node:` modules are free where `io` is true. */
  readonly packages?: readonly string[];
  /** Whether the room may touch the outside world (files, network, processes, clock). */
  readonly io?: boolean;
  readonly why: string;
}

export const AGENT_RULES: Readonly<Record<string, Rule>> = {
  model: { may: [], why: 'model holds plain records that every room can read; it knows no room' },
  text: { may: [], why: 'text is shared by protocols and redaction; it knows neither' },
  ledger: { may: [], why: 'the ledger counts for every room, so it can depend on none' },
  vm: { may: [], why: 'the eBPF machine can be tested, fuzzed and published alone' },
  hooks: {
    may: ['vm', 'model', 'ledger'],
    why: 'a platform runs programs; it must not know what becomes of the events',
  },
  'hooks/linux': {
    may: ['hooks', 'vm', 'model', 'ledger'],
    packages: ['koffi'],
    io: true,
    why: 'the only room that makes kernel calls',
  },
  workloads: {
    may: ['hooks', 'hooks/sim', 'model', 'ledger', 'documents'],
    packages: ['yaml', 'zod'],
    why: 'workloads make system calls on the simulated kernel; they must not reach a parser past the bytecode',
  },
  probes: {
    may: ['hooks/hook.ts', 'model', 'ledger'],
    why: 'probes decode ring buffer bytes of any platform',
  },
  protocols: { may: ['model', 'text', 'ledger'], why: 'parsers see bytes and times only, on any platform' },
  correlate: {
    may: ['model', 'text', 'ledger'],
    why: 'correlation works on records, wherever they come from',
  },
  topology: { may: ['model', 'text', 'ledger'], why: 'edges come from connections, on any platform' },
  metrics: { may: ['model', 'text', 'ledger'], why: 'metrics work on records, wherever they come from' },
  output: { may: ['model', 'text', 'ledger', 'topology'], why: 'output prints records; it computes nothing' },
  documents: {
    may: [],
    packages: ['yaml', 'zod'],
    why: 'documents checks YAML text; it knows no schema of ours',
  },
  testing: {
    may: ['*'],
    io: true,
    why: 'testing drives the whole agent for the tests of app; no room may import it',
  },
  app: {
    may: ['*'],
    packages: ['commander', 'yaml', 'zod'],
    io: true,
    why: 'app.ts, main.ts and config.ts are the only files that know every room',
  },
};

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const AGENT_SRC = join(ROOT, 'agent', 'src');
const IMPORT =
  /(?:^|\n)\s*(?:import|export)\s[^;'"]*?from\s*['"]([^'"]+)['"]|(?:^|\n)\s*import\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/g;

/** The rule that governs a file of `agent/src`: the longest room name that prefixes its path. */
export function roomOf(path: string): string {
  if (!path.includes('/')) return 'app';
  const rooms = Object.keys(AGENT_RULES).filter((room) => path === room || path.startsWith(`${room}/`));
  return rooms.sort((a, b) => b.length - a.length)[0] ?? path.split('/')[0]!;
}

/** Faults of one file: `path` relative to agent/src with forward slashes, `source` its text. */
export function check(path: string, source: string): string[] {
  const room = roomOf(path);
  const rule = AGENT_RULES[room];
  if (rule === undefined)
    return [`${path}: no rule for the room "${room}"; add one to tasks/layers.ts with its reason`];
  const isTest = /\.(test|suite|bench)\.ts$/.test(path) || path.includes('/testing/');
  const faults: string[] = [];
  for (const match of source.matchAll(IMPORT)) {
    const target = match[1] ?? match[2] ?? match[3]!;
    const fault = target.startsWith('.')
      ? relativeFault(path, room, rule, target, isTest)
      : packageFault(rule, target, isTest);
    if (fault !== null) faults.push(`${path}: ${fault}; ${rule.why}`);
  }
  return faults;
}

function relativeFault(
  path: string,
  room: string,
  rule: Rule,
  target: string,
  isTest: boolean,
): string | null {
  const to = relative(AGENT_SRC, resolve(AGENT_SRC, dirname(path), target))
    .split(sep)
    .join('/');
  if (to.startsWith('../')) return isTest || rule.io ? null : `imports "${to}" outside agent/src`;
  const toRoom = roomOf(to);
  if (toRoom === room) return protocolFault(path, to);
  if (rule.may.includes('*')) return null;
  if (rule.may.some((allowed) => toRoom === allowed || to === allowed)) return null;
  // A test may bring in what drives the code under test, never the other way round.
  if (isTest) return null;
  return `imports "${to}" (room "${toRoom}"), but "${room}" may import only ${rule.may.join(', ') || 'itself'}`;
}

/** Folders of `protocols` that are no protocol. */
const SHARED_PROTOCOL_FOLDERS = ['engine', 'testing', 'testdata'];

/** A protocol knows the contract and the engine's types, never another protocol: a switch is a verdict, not an import. */
function protocolFault(path: string, to: string): string | null {
  const [, name, inside] = path.split('/');
  const [, toName, toInside] = to.split('/');
  const isBetween = path.startsWith('protocols/') && to.startsWith('protocols/') && name !== toName;
  if (!isBetween || inside === undefined || toInside === undefined) return null;
  if (SHARED_PROTOCOL_FOLDERS.includes(name!) || SHARED_PROTOCOL_FOLDERS.includes(toName!)) return null;
  return `imports the protocol "${toName}" from the protocol "${name}"`;
}

function packageFault(rule: Rule, target: string, isTest: boolean): string | null {
  if (isTest) return null;
  if (target.startsWith('node:')) {
    const pure = ['node:crypto', 'node:util', 'node:buffer', 'node:assert'].includes(target);
    return rule.io || pure ? null : `imports "${target}", but this room does no input or output`;
  }
  return rule.packages?.includes(target.split('/')[0]!) ? null : `imports the package "${target}"`;
}

function* sources(directory: string): Generator<string> {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) yield* sources(path);
    else if (entry.name.endsWith('.ts')) yield path;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const files = [...sources(AGENT_SRC)];
  const faults = files.flatMap((file) =>
    check(relative(AGENT_SRC, file).split(sep).join('/'), readFileSync(file, 'utf8')),
  );
  for (const fault of faults) console.error(fault);
  console.log(`layers: ${files.length} files, ${faults.length} faults`);
  process.exit(faults.length === 0 ? 0 : 1);
}
