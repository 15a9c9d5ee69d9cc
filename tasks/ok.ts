/**
 * All that continuous integration checks, in one go: types, format, layers, generated code, lock, tests with goldens.
 * Prints a line for each check and ends with `N passed, N failed, N skipped`, where every test of the suite counts and
 * every other check counts as one. Exits with 1 if anything failed.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const BIN = join(ROOT, 'node_modules', '.bin');

interface Check {
  readonly name: string;
  readonly command: readonly string[];
}

const task = (file: string, ...args: string[]) => [process.execPath, join(ROOT, 'tasks', file), ...args];

const CHECKS: readonly Check[] = [
  { name: 'types', command: [join(BIN, 'tsc'), '-p', 'tsconfig.json'] },
  { name: 'format and lint', command: [join(BIN, 'biome'), 'check', '--error-on-warnings', '.'] },
  { name: 'layers', command: task('layers.ts') },
  { name: 'generated code', command: task('generate.ts', '--check') },
  { name: 'wire contract', command: task('proto.ts', '--check') },
  { name: 'eBPF objects', command: task('bpf.ts', '--check') },
  { name: 'lock', command: task('lockcheck.ts') },
];

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

interface JestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numRuntimeErrorTestSuites: number;
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

const counts: Counts = { passed: 0, failed: 0, skipped: 0 };

for (const check of CHECKS) {
  const startMs = performance.now();
  const { status, stdout, stderr, error } = spawnSync(check.command[0]!, check.command.slice(1), {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
  const output = `${stdout ?? ''}${stderr ?? ''}${error?.message ?? ''}`.trim();
  if (status === 0) {
    const skip = output.split('\n').find((line) => /\bskipped:/.test(line));
    if (skip === undefined) counts.passed++;
    else counts.skipped++;
    console.log(
      `${skip === undefined ? 'ok  ' : 'skip'} ${check.name} (${seconds} s)${skip === undefined ? '' : `: ${skip}`}`,
    );
  } else {
    counts.failed++;
    console.log(`FAIL ${check.name} (${seconds} s)\n${output}\n`);
  }
}

runTests(counts);
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exit(counts.failed === 0 ? 0 : 1);

function runTests(totals: Counts): void {
  const folder = mkdtempSync(join(tmpdir(), 'sonde-ok-'));
  const reportFile = join(folder, 'jest.json');
  const { status } = spawnSync(
    task('jest.ts')[0]!,
    [...task('jest.ts').slice(1), '--json', `--outputFile=${reportFile}`],
    {
      cwd: ROOT,
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  );
  try {
    const report = JSON.parse(readFileSync(reportFile, 'utf8')) as JestReport;
    totals.passed += report.numPassedTests;
    totals.failed += report.numFailedTests + report.numRuntimeErrorTestSuites;
    const skipped = report.testResults
      .flatMap((suite) => suite.assertionResults)
      .filter((result) => result.status === 'pending' || result.status === 'todo');
    totals.skipped += skipped.length;
    for (const result of skipped) console.log(`skip ${result.fullName}`);
    if (status !== 0 && report.numFailedTests + report.numRuntimeErrorTestSuites === 0) totals.failed++;
  } catch (error) {
    totals.failed++;
    console.log(`FAIL tests: Jest wrote no report (exit ${status}): ${(error as Error).message}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
