/**
 * The wire contract: `node tasks/proto.ts` lints the .proto files, refuses a change that would break a peer that speaks
 * the last accepted contract, and writes the generated code; `--check` compares instead. `proto/accepted.binpb` is that
 * last accepted contract; `--accept-breaking` takes a breaking change on purpose (raise PROTOCOL_VERSION with it).
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PROTO = join(ROOT, 'proto');
const BIN = join(ROOT, 'node_modules', '.bin');
const ACCEPTED = join(PROTO, 'accepted.binpb');
const PACKAGE = join('sonde', 'v1');

const isCheck = process.argv.includes('--check');
const acceptsBreaking = process.argv.includes('--accept-breaking');

const scratch = mkdtempSync(join(tmpdir(), 'sonde-proto-'));
try {
  process.exitCode = main();
} finally {
  rmSync(scratch, { recursive: true });
}

function main(): number {
  if (!buf('lint')) return 1;
  if (existsSync(ACCEPTED) && !acceptsBreaking && !buf('breaking', '--against', ACCEPTED)) {
    console.error('A peer that speaks the accepted contract would be broken (proto/accepted.binpb).');
    return 1;
  }
  const made = [...generate(), { file: ACCEPTED, bytes: built() }];
  const stale = made.filter(({ file, bytes }) => !existsSync(file) || !readFileSync(file).equals(bytes));
  if (!isCheck) for (const { file, bytes } of stale) writeFileSync(file, bytes);
  else for (const { file } of stale) console.error(`${file.slice(ROOT.length)} is stale: run npm run proto`);
  console.log(`proto: ${made.length} files, ${stale.length} ${isCheck ? 'stale' : 'written'}`);
  return isCheck && stale.length > 0 ? 1 : 0;
}

interface Made {
  readonly file: string;
  readonly bytes: Buffer;
}

/** The generated module and its types. */
function generate(): Made[] {
  const sources = readdirSync(join(PROTO, PACKAGE))
    .filter((name) => name.endsWith('.proto'))
    .sort()
    .map((name) => join(PACKAGE, name));
  const out = join(scratch, 'sonde.gen.js');
  const isDone = run('pbjs', [
    ...['--target', 'static-module', '--wrap', 'esm', '--dts', '--path', '.', '--out', out],
    // 64-bit values are always Long, never sometimes a number; absent fields are null, never a default.
    ...['--force-long', '--null-semantics'],
    ...['create', 'verify', 'convert', 'delimited', 'service', 'typeurl'].map((part) => `--no-${part}`),
    ...sources,
  ]);
  if (!isDone) throw new Error('pbjs failed');
  return ['sonde.gen.js', 'sonde.gen.d.ts'].map((name) => ({
    file: join(PROTO, 'src', name),
    bytes: readFileSync(join(scratch, name)),
  }));
}

/** The contract as one image, without comments: what breaks is judged against it. */
function built(): Buffer {
  const image = join(scratch, 'image.binpb');
  if (!buf('build', '--exclude-source-info', '--output', image)) throw new Error('buf build failed');
  return readFileSync(image);
}

function buf(...args: string[]): boolean {
  return run('buf', args);
}

function run(tool: string, args: readonly string[]): boolean {
  // The tools' launchers are scripts of Node; they run on the Node that runs this task.
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(BIN, tool), ...args], {
    cwd: PROTO,
    encoding: 'utf8',
  });
  if (status !== 0) console.error(`${stdout}${stderr}`.trim());
  return status === 0;
}
