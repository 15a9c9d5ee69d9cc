/**
 * `npm run check-captures -- DIR`: plays every capture below DIR and checks what must hold for any of them: no crash, a
 * ledger that balances, the same bytes for another layout of the kernel, the same spans however the bytes are read, and
 * none at all from an object without payload capture. Prints one line a fault and a count; exits with 1 on faults.
 */
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../agent/src/main.ts', import.meta.url));
const NO_PAYLOAD = fileURLToPath(new URL('../agent/bpf/testing/socket-nopayload.bpf.o', import.meta.url));

interface Played {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function play(file: string, ...args: readonly string[]): Promise<Played> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [MAIN, 'replay', file, '--format', 'jsonl', '--ledger', ...args]);
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}

/** Spans without their times, sorted: where reads are merged or split, times differ. */
const timeless = (stdout: string) =>
  stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.stringify({ ...JSON.parse(line), start_unix_nano: '', duration_nano: '' }))
    .sort()
    .join('\n');

async function faultsOf(file: string): Promise<string[]> {
  const faults: string[] = [];
  const playAndCheck = async (name: string, ...args: readonly string[]) => {
    const played = await play(file, ...args);
    // 1 tells of a fault of the file; what was good before it must still add up.
    if (played.code !== 0 && played.code !== 1) faults.push(`${name}: exit code ${played.code}`);
    if (!played.stderr.includes('The ledger balances')) faults.push(`${name}: the ledger does not balance`);
    if (/defect/.test(played.stderr))
      faults.push(`${name}: ${played.stderr.split('\n').find((line) => /defect/.test(line))}`);
    return played;
  };
  const whole = await playAndCheck('as captured');
  if ((await playAndCheck('again')).stdout !== whole.stdout) faults.push('again: other bytes');
  for (const seed of ['0', '2', '3', '4', '5']) {
    const other = await playAndCheck(`layout ${seed}`, '--btf-seed', seed);
    if (other.stdout !== whole.stdout) faults.push(`layout ${seed}: other bytes`);
  }
  for (const args of [
    ['--segment', '1'],
    ['--segment', '65536'],
    ['--rung', 'raw'],
    ['--rung', 'tracepoint'],
  ]) {
    const other = await playAndCheck(args.join(' '), ...args);
    if (timeless(other.stdout) !== timeless(whole.stdout)) faults.push(`${args.join(' ')}: other spans`);
  }
  if ((await playAndCheck('no payload', '--object', NO_PAYLOAD)).stdout !== '')
    faults.push('no payload: spans came out');
  return faults;
}

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  console.error('usage: npm run check-captures -- DIR');
  process.exit(2);
}
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.pcap(ng)?$/.test(name))
  .sort();
let nFaults = 0;
const queue = [...files];
await Promise.all(
  Array.from({ length: availableParallelism() }, async () => {
    for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
      const faults = await faultsOf(join(folder, name));
      nFaults += faults.length;
      for (const fault of faults) console.log(`${name}: ${fault}`);
    }
  }),
);
console.log(`${files.length} captures, ${nFaults} faults`);
process.exit(nFaults === 0 ? 0 : 1);
