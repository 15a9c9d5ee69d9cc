/**
 * `npm start`: the whole product on one machine. A collector with an embedded store, and three simulated nodes that run the
 * demo shop, each with an agent and a stream of its own, until Ctrl-C.
 */
import type { ChildProcess } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { aborted, ExitCode, onInterrupt, Terminal, tolerateGoneReaders } from '@sonde/cli';
import { glance, glanceLines } from './live-summary.ts';
import { exitCode, hasEnded, outputOf, start, stop, untilListening } from './processes.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const DEMO_SHOP = 'agent/scenarios/shop.yaml';
const REDRAW_MS = 1000;

const USAGE = `npm start [-- OPTIONS]
  --once               play the workload's own stretch of time, as fast as it goes, and end
  --json               with --once: print one JSON object (npm start -s keeps npm's banner out of it)
  --capture FILE       play a capture (pcap, pcapng) instead of the demo shop
  --scenario FILE      run another scenario instead of the demo shop
  --data-dir DIR       folder of the store; default: .sonde/live, with --once or --capture a new one below .sonde
  --listen-ingest A    host:port where agents send to; default 127.0.0.1:7070, with --once any free port
  --listen-api A       host:port of the API; default 127.0.0.1:8080, with --once any free port`;

interface Options {
  readonly once: boolean;
  readonly json: boolean;
  readonly workload: readonly ['--capture' | '--scenario', string];
  readonly dataDir: string;
  readonly listen: readonly string[];
}

/** Between two looks whether the npm that runs this is still there. */
const PARENT_WATCH_MS = 1_000;

const terminal = new Terminal('npm start', process.stdout, process.stderr, process.env);
tolerateGoneReaders();
const interruption = onInterrupt();

const options = optionsOf(process.argv.slice(2));
process.exitCode = options === null ? ExitCode.USAGE : await main(options);

async function main({ once, json, workload, dataDir, listen }: Options): Promise<number> {
  watchNpm();
  mkdirSync(join(ROOT, '.sonde'), { recursive: true });
  const collector = start('collector', ['run', '--data-dir', dataDir, ...listen]);
  const listening = await Promise.race([untilListening(collector), aborted(interruption).then(() => null)]);
  if (listening === null) {
    const code = await stop(collector);
    return interruption.aborted ? ExitCode.INTERRUPTED : code;
  }
  const { ingest, api } = listening;
  const agent = start('agent', ['run', ...workload, '--collector', ingest, ...(once ? ['--once'] : [])]);
  const agentCode = once ? await untilDone(agent, collector) : await untilInterrupted(agent, collector, api);
  if (!hasEnded(agent)) await stop(agent);
  const collectorCode = await stop(collector);
  // A fault in the middle of the input leaves what was good before it.
  const isWorthASummary = once && agentCode <= ExitCode.FAILED && collectorCode === ExitCode.OK;
  if (isWorthASummary && !(await printSummary(dataDir, json))) return ExitCode.FAILED;
  return agentCode || collectorCode;
}

/** Waits for an agent that ends by itself, or for Ctrl-C. @returns its exit code */
async function untilDone(agent: ChildProcess, collector: ChildProcess): Promise<number> {
  void aborted(interruption).then(() => agent.kill('SIGTERM'));
  await Promise.race([exitCode(agent), exitCode(collector)]);
  return hasEnded(agent) ? exitCode(agent) : collectorIsGone();
}

/** Shows what is in the store until Ctrl-C, or until one of the two ends without being asked. @returns the exit code */
async function untilInterrupted(agent: ChildProcess, collector: ChildProcess, api: string): Promise<number> {
  terminal.note(`API at ${api} (try ${api}/api/v1/summary); Ctrl-C ends.`);
  while (!interruption.aborted) {
    if (hasEnded(collector)) return collectorIsGone();
    // An agent that played a capture is done; what it found stays to be looked at.
    if (hasEnded(agent) && agent.exitCode !== ExitCode.OK) return exitCode(agent);
    await sleep(REDRAW_MS, undefined, { ref: false, signal: interruption }).catch(() => undefined);
    if (terminal.isLive && !interruption.aborted) {
      const now = await glance(api, interruption).catch(() => null);
      if (now !== null) terminal.redraw(glanceLines(now, terminal.style));
    }
  }
  return hasEnded(agent) ? exitCode(agent) : stop(agent);
}

function collectorIsGone(): number {
  terminal.fail('the collector ended; see above');
  return ExitCode.FAILED;
}

/** @returns false if there is none; why has been said */
async function printSummary(dataDir: string, json: boolean): Promise<boolean> {
  const text = await outputOf('collector', ['summary', '--data-dir', dataDir]).catch((error: Error) => {
    terminal.fail(error.message);
    return null;
  });
  if (text === null) return false;
  if (json) terminal.print([text.trim()]);
  else {
    terminal.print(glanceLines({ summary: JSON.parse(text), edges: [] }, terminal.style));
    terminal.print([`Ask it: npx --no sonde-collector sql 'SELECT ...' --data-dir ${dataDir}`]);
  }
  return true;
}

/** Ends in order if npm is killed: it could not hand that on. */
function watchNpm(): void {
  // npm sets it; whoever runs this file without npm may leave it to itself.
  if (process.env.INIT_CWD === undefined) return;
  const npm = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === npm) return;
    clearInterval(timer);
    process.kill(process.pid, 'SIGTERM');
  }, PARENT_WATCH_MS);
  timer.unref();
}

/** @returns null if they make no sense; it has been said */
function optionsOf(args: string[]): Options | null {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const names = {
    once: flag,
    json: flag,
    help: flag,
    capture: text,
    scenario: text,
    'data-dir': text,
    'listen-ingest': text,
    'listen-api': text,
  };
  let values: ReturnType<typeof parseArgs<{ options: typeof names }>>['values'];
  try {
    ({ values } = parseArgs({ args, options: names }));
  } catch (error) {
    const [what] = (error as Error).message.split('. ', 1);
    terminal.fail(`${what}; npm start -- --help shows what there is`);
    return null;
  }
  if (values.help === true) {
    terminal.print([USAGE]);
    process.exit(ExitCode.OK);
  }
  if (values.json === true && values.once !== true) {
    terminal.fail('--json says what --once prints: give both');
    return null;
  }
  if (values.capture !== undefined && values.scenario !== undefined) {
    terminal.fail('Give either --capture or --scenario');
    return null;
  }
  const once = values.once === true;
  const anyPort = once ? '127.0.0.1:0' : undefined;
  const listen = (['listen-ingest', 'listen-api'] as const).flatMap((name) => {
    const address = values[name] ?? anyPort;
    return address === undefined ? [] : [`--${name}`, address];
  });
  const { capture } = values;
  const isFresh = once || capture !== undefined;
  return {
    once,
    json: values.json === true,
    workload:
      capture === undefined
        ? ['--scenario', values.scenario === undefined ? DEMO_SHOP : fromCaller(values.scenario)]
        : ['--capture', fromCaller(capture)],
    dataDir:
      values['data-dir'] === undefined
        ? join('.sonde', isFresh ? `run-${stamp(new Date())}` : 'live')
        : fromCaller(values['data-dir']),
    listen,
  };
}

/** A path as the caller meant it: npm runs scripts in the folder of the package. */
function fromCaller(path: string): string {
  return resolve(process.env.INIT_CWD ?? process.cwd(), path);
}

/** `20260102-030405-678`: sorts by time, and no two runs have the same. */
function stamp(date: Date): string {
  return date.toISOString().replace(/[-:]/g, '').replace('T', '-').replace('.', '-').replace('Z', '');
}
