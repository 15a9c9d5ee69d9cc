/**
 * Who may import whom. A room is a folder under a workspace's `src`; the tables list the rooms and packages whose files it
 * may import. Every violation is printed with the reason, because a rule without one is only an obstacle.
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
  model: {
    may: [],
    packages: ['@sonde/ledger'],
    why: 'model holds plain records that every room can read; it knows no room',
  },
  text: { may: [], why: 'text is shared by protocols and redaction; it knows neither' },
  vm: { may: [], why: 'the eBPF machine can be tested, fuzzed and published alone' },
  hooks: {
    may: ['vm', 'model'],
    packages: ['@sonde/ledger'],
    why: 'a platform runs programs; it must not know what becomes of the events',
  },
  'hooks/linux': {
    may: ['hooks', 'vm', 'model'],
    packages: ['koffi', '@sonde/ledger'],
    io: true,
    why: 'the only room that makes kernel calls',
  },
  workloads: {
    may: ['hooks', 'hooks/sim', 'model'],
    packages: ['@sonde/ledger', '@sonde/documents', 'yaml', 'zod'],
    why: 'workloads make system calls on the simulated kernel; they must not reach a parser past the bytecode',
  },
  probes: {
    may: ['hooks/hook.ts', 'model'],
    packages: ['@sonde/ledger'],
    why: 'probes decode ring buffer bytes of any platform',
  },
  protocols: {
    may: ['model', 'text'],
    packages: ['@sonde/ledger'],
    why: 'parsers see bytes and times only, on any platform',
  },
  correlate: {
    may: ['model', 'text'],
    packages: ['@sonde/ledger'],
    why: 'correlation works on records, wherever they come from',
  },
  topology: {
    may: ['model', 'text'],
    packages: ['@sonde/ledger'],
    why: 'edges come from connections, on any platform',
  },
  metrics: {
    may: ['model', 'text'],
    packages: ['@sonde/ledger'],
    why: 'metrics work on records, wherever they come from',
  },
  logs: {
    may: ['model', 'text'],
    packages: ['@sonde/ledger'],
    why: 'log lines come from records, wherever they come from',
  },
  redact: { may: ['model', 'text'], why: 'what may leave the node is decided on records, before any wire' },
  transport: {
    may: ['model'],
    packages: ['@sonde/ledger', '@sonde/proto', '@grpc/grpc-js'],
    io: true,
    why: 'the only room of the agent that knows wire messages; what may leave was decided before',
  },
  output: {
    may: ['model', 'text', 'topology'],
    packages: ['@sonde/ledger', '@sonde/cli'],
    why: 'output prints records; it computes nothing',
  },
  testing: {
    may: ['*'],
    io: true,
    why: 'testing drives the whole agent for the tests of app; no room may import it',
  },
  app: {
    may: ['*'],
    packages: ['commander', '@sonde/ledger', '@sonde/cli', '@sonde/settings'],
    io: true,
    why: 'the files directly in src are the only ones that know every room and read settings',
  },
};

/** `model` holds columns and identities; `store` is a contract with implementations, and the only room that knows SQL. */
export const COLLECTOR_RULES: Readonly<Record<string, Rule>> = {
  model: {
    may: [],
    packages: ['@sonde/ledger'],
    why: 'model holds what every room exchanges; it knows no room',
  },
  ingest: {
    may: ['model', 'wal'],
    packages: ['@sonde/ledger', '@sonde/proto', '@grpc/grpc-js'],
    io: true,
    why: 'the only room that knows wire messages; it hands on columns that are safe on disk',
  },
  wal: {
    may: ['model'],
    packages: ['@sonde/ledger'],
    io: true,
    why: 'the log holds bytes; it neither reads them nor knows where they go',
  },
  'data-dir': { may: [], io: true, why: 'the data directory knows who owns it, not what is in it' },
  assemble: {
    may: ['model', 'wal', 'store/store.ts'],
    packages: ['@sonde/ledger'],
    why: 'assembly joins columns in memory and composes blocks; it knows no wire and no SQL',
  },
  store: {
    may: ['model'],
    packages: ['@sonde/ledger', 'chdb'],
    io: true,
    why: 'the only room that knows SQL and the formats of the engine',
  },
  api: {
    may: ['model', 'store/store.ts', 'store/summary.ts'],
    packages: ['@sonde/ledger', 'hono', '@hono/node-server', 'zod'],
    io: true,
    why: 'the API answers from the store and the counters; it changes nothing',
  },
  testing: { may: ['*'], io: true, why: 'testing drives the whole collector; no room may import it' },
  app: {
    may: ['*'],
    packages: ['commander', '@sonde/ledger', '@sonde/cli', '@sonde/settings'],
    io: true,
    why: 'the files directly in src are the only ones that know every room and read settings',
  },
};

export const RULES: Readonly<Record<string, Readonly<Record<string, Rule>>>> = {
  agent: AGENT_RULES,
  collector: COLLECTOR_RULES,
};

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const sourceFolder = (workspace: string) => join(ROOT, workspace, 'src');
const IMPORT =
  /(?:^|\n)\s*(?:import|export)\s[^;'"]*?from\s*['"]([^'"]+)['"]|(?:^|\n)\s*import\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/g;

/** The rule that governs a file of a workspace's `src`: the longest room name that prefixes its path. */
export function roomOf(workspace: string, path: string): string {
  if (!path.includes('/')) return 'app';
  const rooms = Object.keys(RULES[workspace]!).filter((room) => path === room || path.startsWith(`${room}/`));
  return rooms.sort((a, b) => b.length - a.length)[0] ?? path.split('/')[0]!;
}

/** Faults of one file: `path` relative to the workspace's `src` with forward slashes, `source` its text. */
export function check(workspace: string, path: string, source: string): string[] {
  const room = roomOf(workspace, path);
  const rule = RULES[workspace]![room];
  const file = `${workspace}/src/${path}`;
  if (rule === undefined)
    return [`${file}: no rule for the room "${room}"; add one to tasks/layers.ts with its reason`];
  const isTest = /\.(test|suite|bench)\.ts$/.test(path) || /(^|\/)testing\//.test(path);
  const faults: string[] = [];
  for (const match of source.matchAll(IMPORT)) {
    const target = match[1] ?? match[2] ?? match[3]!;
    const fault = target.startsWith('.')
      ? relativeFault(workspace, path, rule, target, isTest)
      : packageFault(rule, target, isTest);
    if (fault !== null) faults.push(`${file}: ${fault}; ${rule.why}`);
  }
  return faults;
}

function relativeFault(
  workspace: string,
  path: string,
  rule: Rule,
  target: string,
  isTest: boolean,
): string | null {
  const source = sourceFolder(workspace);
  const to = relative(source, resolve(source, dirname(path), target))
    .split(sep)
    .join('/');
  if (to.startsWith('../')) return isTest || rule.io ? null : `imports "${to}" outside ${workspace}/src`;
  const room = roomOf(workspace, path);
  const toRoom = roomOf(workspace, to);
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
  const parts = target.split('/');
  const name = target.startsWith('@') ? parts.slice(0, 2).join('/') : parts[0]!;
  return rule.packages?.includes(name) ? null : `imports the package "${name}"`;
}

function* sources(directory: string): Generator<string> {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) yield* sources(path);
    else if (entry.name.endsWith('.ts')) yield path;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const files = Object.keys(RULES).flatMap((workspace) =>
    [...sources(sourceFolder(workspace))].map((file) => ({ workspace, file })),
  );
  const faults = files.flatMap(({ workspace, file }) =>
    check(
      workspace,
      relative(sourceFolder(workspace), file).split(sep).join('/'),
      readFileSync(file, 'utf8'),
    ),
  );
  for (const fault of faults) console.error(fault);
  console.log(`layers: ${files.length} files, ${faults.length} faults`);
  process.exit(faults.length === 0 ? 0 : 1);
}
