/**
 * `npm start`: what Sonde does, in a minute and without a cluster. Plays the bundled capture and the bundled scenario
 * through the agent, one after the other. Everything it shows is simulated.
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const MAIN = fileURLToPath(new URL('../agent/src/main.ts', import.meta.url));
const isLive = process.stdout.isTTY === true;

const STEPS: readonly { readonly title: string; readonly args: readonly string[] }[] = [
  {
    title: 'A capture of real servers, played as system calls through the eBPF programs',
    args: ['replay', 'agent/captures/demo-http.pcapng', '--format', 'summary'],
  },
  {
    title: 'Five services in the simulated kernel',
    // At the pace of the clock where somebody watches; elsewhere only the end counts.
    args: ['sim', '--scenario', 'agent/scenarios/http-small.yaml', ...(isLive ? ['--pace', '1'] : [])],
  },
];

let child: ReturnType<typeof spawn> | null = null;
let isStopping = false;
// The terminal sends Ctrl-C to the whole group, so the child ends in order by itself; a signal to this process alone
// is handed on.
process.on('SIGINT', () => {
  isStopping = true;
});
process.on('SIGTERM', () => {
  isStopping = true;
  child?.kill('SIGTERM');
});

for (const step of STEPS) {
  if (isStopping) break;
  console.log(`\n== ${step.title}\n   sonde-agent ${step.args.join(' ')}\n`);
  const code = await run(step.args);
  if (code !== 0) process.exit(code);
}

function run(args: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    child = spawn(process.execPath, [MAIN, ...args], { cwd: ROOT, stdio: 'inherit' });
    child.on('error', reject);
    child.on('exit', (code, signal) => resolve(code ?? (signal === null ? 1 : 130)));
  });
}
