/**
 * Compiles the eBPF programs: `node tasks/bpf.ts` writes the objects that are committed, `node tasks/bpf.ts --check`
 * compiles them again elsewhere and compares the bytes. The same bytes come out only of the same compiler, so where
 * that very version is missing there is nothing to compare, and the check says so and passes.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('../agent/bpf', import.meta.url));

/** Debian's packages clang-19 and llvm-19. */
const CLANG = 'clang-19';
const OBJCOPY = 'llvm-objcopy-19';
const VERSION = '19.1.7';

interface Target {
  readonly object: string;
  readonly flags: readonly string[];
}

const TARGETS: readonly Target[] = [
  { object: 'socket.bpf.o', flags: [] },
  // Cannot copy payload, whatever its configuration says.
  { object: 'testing/socket-nopayload.bpf.o', flags: ['-DPAYLOAD_MAX=0'] },
];

/** Compiles all targets in `folder`, a copy of agent/bpf or the folder itself. @throws if the compiler complains */
export function compile(folder: string): void {
  for (const { object, flags } of TARGETS) {
    run(folder, CLANG, [
      ...['-target', 'bpf', '-mcpu=v3', '-O2', '-g', '-fno-addrsig'],
      ...['-Wall', '-Wextra', '-Werror', '-Wno-unused-parameter', '-Wno-unused-function'],
      // The payload of a record lies behind its head, in a larger structure.
      '-Wno-gnu-variable-sized-type-not-at-end',
      // Without these two, a relative source name and the folder as the working one, its path stands in the object.
      ...['-fdebug-compilation-dir=.', `-ffile-prefix-map=${folder}=.`],
      ...flags,
      ...['-c', 'socket.bpf.c', '-o', object],
    ]);
    // Types and line information stay; DWARF goes, and so do relocations of BTF, which no loader reads.
    run(folder, OBJCOPY, ['--strip-debug', '-R', '.rel.BTF', '-R', '.rel.BTF.ext', object]);
  }
}

/** @returns why the objects cannot be compiled to the same bytes here, or null if they can */
export function missingCompiler(): string | null {
  for (const tool of [CLANG, OBJCOPY]) {
    let answer: string;
    try {
      answer = run(FOLDER, tool, ['--version']);
    } catch (error) {
      return `${tool} cannot be run (${(error as NodeJS.ErrnoException).code})`;
    }
    const version = /version (\d+\.\d+\.\d+)/.exec(answer)?.[1];
    if (version !== VERSION)
      return `${tool} is ${version ?? 'of unknown version'}, the objects were made with ${VERSION}`;
  }
  return null;
}

/** Compiles a copy of the sources. @returns the names of the objects whose committed bytes differ */
export function differences(): string[] {
  const copy = mkdtempSync(join(tmpdir(), 'sonde-bpf-'));
  try {
    cpSync(FOLDER, copy, { recursive: true, filter: (path) => !path.endsWith('.o') });
    compile(copy);
    return TARGETS.map(({ object }) => object).filter(
      (object) => !readFileSync(join(copy, object)).equals(readFileSync(join(FOLDER, object))),
    );
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

function run(folder: string, command: string, args: readonly string[]): string {
  return execFileSync(command, args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
}

function main(check: boolean): number {
  const missing = missingCompiler();
  if (missing !== null) {
    if (check) console.log(`bpf: comparison skipped: ${missing}`);
    else console.error(`bpf: cannot compile: ${missing}`);
    return check ? 0 : 1;
  }
  if (!check) {
    compile(FOLDER);
    for (const { object } of TARGETS)
      console.log(`bpf: ${object}, ${readFileSync(join(FOLDER, object)).length} bytes`);
    return 0;
  }
  const different = differences();
  for (const object of different)
    console.error(`bpf: agent/bpf/${object} is not what its sources give: run "npm run bpf"`);
  if (different.length === 0) console.log(`bpf: ${TARGETS.length} objects are what their sources give`);
  return different.length === 0 ? 0 : 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exit(main(process.argv.includes('--check')));
