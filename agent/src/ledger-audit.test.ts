import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import { Ledger, Stage } from '@sonde/ledger';
import type { Settings } from '@sonde/settings';
import { ViewMerger } from './correlate/merge.ts';
import type { KeyedSpan } from './correlate/spans.ts';
import { Threads } from './correlate/threads.ts';
import { LogLines } from './logs/lines.ts';
import type { FileData, ProcessExit } from './model/events.ts';
import type { OpenRequest } from './model/exchange.ts';
import type { Span } from './model/span.ts';
import { KernelCounters } from './probes/counters.ts';
import { COUNTER } from './probes/layout.gen.ts';
import { Probes } from './probes/probes.ts';
import { runReplay } from './testing/run-replay.ts';
import { runScenario } from './testing/run-scenario.ts';
import { runEveryBooking } from './transport/testing/every-booking.ts';
import { bytesOf, ipv4, tcp, udp } from './workloads/capture/testing/build-packets.ts';
import { writePcap } from './workloads/capture/testing/write-capture.ts';

/**
 * The ledger is only worth something if it notices. Here every place in the code that counts is silenced in turn, and
 * each time some run must no longer balance. A place that no run reaches is a fault of this test, and is told.
 */

const SOURCE = import.meta.dirname;
const BOOKING = ['take', 'give', 'drop', 'hold'] as const;
type Booking = (typeof BOOKING)[number];
const ORIGINAL = Object.fromEntries(BOOKING.map((name) => [name, Stage.prototype[name]])) as Record<
  Booking,
  (...args: never[]) => void
>;

/** Where a booking was called from: `file:line:column` relative to agent/src. */
function callSite(): string {
  const lines = (new Error().stack ?? '').split('\n').slice(1);
  const caller = lines.find(
    (line) => !line.includes('ledger-audit.test.ts') && !line.includes('ledger/ledger.ts'),
  );
  const [, path, at] = /\(?(\/[^():]+):(\d+:\d+)\)?$/.exec(caller ?? '') ?? [];
  return path === undefined ? 'unknown' : `${relative(SOURCE, path).split(sep).join('/')}:${at}`;
}

function instrument(onBooking: (site: string) => boolean): void {
  for (const name of BOOKING) {
    Stage.prototype[name] = function (this: Stage, ...args: never[]) {
      if (onBooking(callSite())) ORIGINAL[name].apply(this, args);
    } as never;
  }
}

afterEach(() => {
  for (const name of BOOKING) Stage.prototype[name] = ORIGINAL[name] as never;
});

const withCapture = (change: Partial<Settings['capture']>) => (config: Settings) => ({
  ...config,
  capture: { ...config.capture, ...change },
});

/** A capture with everything that a capture can have wrong. */
function oddCapture(): Uint8Array {
  const [a, b] = ['10.0.0.1', '10.0.0.2'];
  let atNs = 0n;
  const packets: { timestampNs: bigint; bytes: Uint8Array; originalBytes?: number }[] = [];
  const add = (bytes: Uint8Array, originalBytes?: number) => {
    atNs += 1_000_000n;
    packets.push({ timestampNs: atNs, bytes, ...(originalBytes === undefined ? {} : { originalBytes }) });
  };
  const FIN = 1;
  const SYN = 2;
  const RST = 4;
  const ACK = 16;
  /** A segment of the client at `port`, or of the server to it where `port` is negative. */
  const send = (port: number, sequence: number, flags: number, text = '', acknowledged = 1001) => {
    const [from, to, own, other] = port > 0 ? [a, b, port, 80] : [b, a, 80, -port];
    add(
      ipv4(tcp(bytesOf(text), { fromPort: own, toPort: other, sequence, acknowledged, flags }), {
        from,
        to,
        protocol: 6,
      }),
    );
  };
  // A whole connection: request, retransmission, a gap, an answer, bytes beyond the end.
  send(5000, 500, SYN, '', 0);
  send(-5000, 1000, SYN | ACK, '', 501);
  send(5000, 501, ACK, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  send(5000, 501, ACK, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  send(-5000, 1001, ACK, 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc', 528);
  send(-5000, 1100, ACK, 'later', 528);
  send(5000, 528, ACK, '', 1105);
  send(-5000, 1105, FIN | ACK, '', 528);
  send(-5000, 1106, ACK, 'beyond the end', 528);
  send(5000, 528, RST, 'a reason for people', 1106);
  send(5000, 528, ACK, 'after the reset', 1106);
  // A SYN that nobody answers; a segment far outside the window; an answer without a request.
  send(5001, 1, SYN, '', 0);
  send(5002, 1, ACK, 'GET /a HTTP/1.1\r\n\r\n', 7);
  send(5002, 1_500_000_000, ACK, 'elsewhere', 7);
  send(-5003, 1, ACK, 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n', 7);
  // Nobody answers a SYN with data; a keep-alive probe; a lone acknowledgement; a socket connected to itself.
  send(5004, 1, SYN, 'data', 0);
  send(5005, 9, ACK, '\0', 7);
  send(5005, 10, ACK, 'GET /b HTTP/1.1\r\n\r\n', 7);
  send(5006, 9, ACK, '', 7);
  add(
    ipv4(tcp(bytesOf('self'), { fromPort: 7, toPort: 7, sequence: 1, acknowledged: 1, flags: ACK }), {
      from: a,
      to: a,
      protocol: 6,
    }),
  );
  // A reset while bytes wait behind a hole that nothing acknowledges, and bytes that cross it.
  send(5007, 500, SYN, '', 0);
  send(-5007, 1000, SYN | ACK, '', 501);
  send(5007, 600, ACK, 'behind a hole');
  send(-5007, 1001, RST | ACK, '', 501);
  send(5007, 501, ACK, 'sent before the reset arrived');
  // Datagrams, one of them cut; a fragment that stays alone; a packet that is no IP.
  const datagram = ipv4(udp(bytesOf('question'), 4000, 53), { from: a, to: b, protocol: 17 });
  add(datagram);
  add(datagram.subarray(0, datagram.length - 3), datagram.length);
  const whole = udp(bytesOf('in two fragments'), 4000, 53);
  const fragment = { from: a, to: b, protocol: 17, id: 8 };
  add(ipv4(whole.subarray(0, 16), { ...fragment, moreFragments: true }));
  add(ipv4(whole.subarray(16), { ...fragment, offset: 16 }));
  add(ipv4(bytesOf('12345678'), { ...fragment, id: 9, moreFragments: true }));
  add(Uint8Array.of(0x00, 0x01, 0x02));
  return writePcap(packets, { linkType: 101 });
}

interface Run {
  readonly name: string;
  /** @returns what did not add up, at any time of the run */
  readonly imbalances: () => Promise<number>;
}

async function replayed(file: string, signal?: AbortSignal): Promise<number> {
  const { stderr } = await runReplay(file, {}, signal);
  return stderr.match(/defect: ledger/g)?.length ?? 0;
}

function played(options: Parameters<typeof runScenario>[0]): number {
  let found = 0;
  const { agents } = runScenario({
    ...options,
    onDrain: (running) => {
      if (found === 0) found = running.reduce((sum, agent) => sum + agent.imbalances().length, 0);
    },
  });
  return found + agents.reduce((sum, agent) => sum + agent.imbalances().length, 0);
}

/** Two views of one call, and the same view twice. */
function merged(): number {
  const ledger = new Ledger();
  const merger = new ViewMerger({ ledger, onSpan: () => undefined });
  const view = (kind: Span['kind']): KeyedSpan => ({ callKey: 'k', span: { kind, attributes: {} } as Span });
  for (const kind of ['client', 'client', 'server'] as const) merger.push(view(kind), 0);
  return ledger.imbalances().length;
}

/** A request more than may be open, and one whose process is gone before it ends. */
function overtaken(): number {
  const ledger = new Ledger();
  const threads = new Threads({ ledger, maxOpen: 1 });
  for (const tid of [1, 2]) threads.opened({ end: { side: 'server', tgid: 1 }, tid } as OpenRequest);
  const before = ledger.imbalances().length;
  threads.onEvent({ kind: 'process-exit', tgid: 1 } as ProcessExit);
  return before + ledger.imbalances().length;
}

/** Lines that are too long, without text, not copied, and not ended. */
function logged(): number {
  const ledger = new Ledger();
  const lines = new LogLines({
    ledger,
    onLine: () => undefined,
    activeSpan: () => null,
    limits: { maxLineBytes: 4 },
  });
  let found = 0;
  for (const [text, lostBytes] of [
    ['abcdef', 0],
    ['gh\n', 0],
    ['\n', 0],
    ['ij', 1],
    ['k', 0],
  ] as const) {
    const payload = bytesOf(text);
    const length = payload.length + lostBytes;
    const write = {
      kind: 'file',
      direction: 'send',
      fd: 1,
      callOffset: 0,
      callBytes: length,
      length,
      payload,
    };
    lines.onEvent(write as unknown as FileData);
    found += ledger.imbalances().length;
  }
  return found;
}

/** A ring with a record of no known kind. */
function probed(): number {
  const ledger = new Ledger();
  const map = {
    name: 'counters',
    keyBytes: 4,
    valueBytes: 8,
    lookup: () => null,
    lookupPerCpu: () => null,
    update: () => false,
    delete: () => false,
    keys: () => [],
  };
  const ring = {
    drain: (onRecord: (record: Uint8Array) => void) => {
      onRecord(new Uint8Array(1));
      return 1;
    },
    pendingBytes: () => 0,
    pendingRecords: () => 0,
  };
  new Probes({ node: 'n', ring, counters: map, ledger, onEvent: () => undefined }).drain();
  return ledger.imbalances().filter(({ stage }) => stage === 'probes').length;
}

const DEMO = join(SOURCE, '..', 'captures', 'demo-http.pcapng');
const folder = mkdtempSync(join(tmpdir(), 'sonde-audit-'));
const ODD = join(folder, 'odd.pcap');
writeFileSync(ODD, oddCapture());
afterAll(() => rmSync(folder, { recursive: true }));

const RUNS: readonly Run[] = [
  { name: 'an odd capture', imbalances: () => replayed(ODD) },
  { name: 'the bundled capture', imbalances: () => replayed(DEMO) },
  { name: 'an interrupted replay', imbalances: () => replayed(DEMO, AbortSignal.abort()) },
  { name: 'views of one call', imbalances: async () => merged() },
  { name: 'requests beyond bounds', imbalances: async () => overtaken() },
  { name: 'lines of every kind', imbalances: async () => logged() },
  { name: 'a malformed record', imbalances: async () => probed() },
  { name: 'batches of every fate', imbalances: () => runEveryBooking() },
  { name: 'faulty services', imbalances: async () => played({ file: 'faults.yaml', durationNs: 1e9 }) },
  {
    name: 'a ring that overflows',
    imbalances: async () =>
      played({ durationNs: 0.5e9, config: withCapture({ ringBytes: 65_536 }), drains: false }),
  },
];

/** Places in the source that book something on a stage; `this.#incoming.take()` and the like are other things. */
function bookingSites(): Set<string> {
  const sites = new Set<string>();
  for (const entry of readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })) {
    const file = entry.split(sep).join('/');
    if (
      !file.endsWith('.ts') ||
      /\.(test|suite)\.ts$|\/testing\/|^hooks\/|^workloads\/scenario\/|^ledger\//.test(file)
    )
      continue;
    const lines = readFileSync(join(SOURCE, file), 'utf8').split('\n');
    for (const [index, line] of lines.entries()) {
      if (
        /[sS]tages?(\.\w+)?\.(take|give|drop|hold)\(|#(streams|messages|exchanges|spans)\.(take|give|drop|hold)\(/.test(
          line,
        )
      ) {
        sites.add(`${file}:${index + 1}`);
      }
    }
  }
  return sites;
}

const lineOf = (site: string) => site.replace(/:\d+$/, '');

describe('the ledger', () => {
  const reachedBy = new Map<string, Set<Run>>();

  test('balances in every run', async () => {
    for (const run of RUNS) {
      instrument((site) => {
        reachedBy.set(site, (reachedBy.get(site) ?? new Set()).add(run));
        return true;
      });
      expect([run.name, await run.imbalances()]).toEqual([run.name, 0]);
    }
  }, 120_000);

  test('is booked by every place in the code that books', () => {
    const reached = new Set([...reachedBy.keys()].map(lineOf));
    expect([...bookingSites()].filter((site) => !reached.has(site))).toEqual([]);
  });

  test('notices when any single one of them is silent', async () => {
    const unnoticed: string[] = [];
    for (const [silent, runs] of reachedBy) {
      instrument((site) => site !== silent);
      let isNoticed = false;
      for (const run of runs) isNoticed ||= (await run.imbalances()) > 0;
      if (!isNoticed) unnoticed.push(silent);
    }
    expect({ unnoticed, nSites: reachedBy.size }).toEqual({ unnoticed: [], nSites: reachedBy.size });
  }, 600_000);
});

describe("the programs' own counters", () => {
  /** Counters beside the balance: they tell of something that is not a call or a record. */
  const ASIDE = new Set(['SOCKETS_FULL', 'PROCESSES_FULL', 'MESSAGES_OMITTED', 'COUNTERS']);
  const names = Object.keys(COUNTER).filter((name) => !ASIDE.has(name)) as (keyof typeof COUNTER)[];

  test.each(names)('%s: without it nothing adds up', (name) => {
    const ledger = new Ledger();
    const perCpu = (index: number) => {
      // Every counter has a value of its own; taken and offered are what the others come to.
      const value = (counter: number): number => {
        const within = (first: number, last: number) => counter >= first && counter <= last;
        if (counter === COUNTER.CALLS_TAKEN) return sum(COUNTER.CALLS_TAKEN + 1, COUNTER.RECORDS_OFFERED - 1);
        if (counter === COUNTER.RECORDS_OFFERED)
          return value(COUNTER.RECORDS_WRITTEN) + value(COUNTER.RECORDS_RING_FULL);
        return within(0, COUNTER.COUNTERS - 1) ? 10 + counter : 0;
      };
      const sum = (first: number, last: number) => {
        let total = 0;
        for (let counter = first; counter <= last; counter++) total += value(counter);
        return total;
      };
      return index === COUNTER[name] && isSilent ? 0 : value(index);
    };
    let isSilent = false;
    const counters = new KernelCounters(
      {
        name: 'counters',
        keyBytes: 4,
        valueBytes: 8,
        lookup: () => null,
        lookupPerCpu: (key) => {
          const bytes = new Uint8Array(8);
          new DataView(bytes.buffer).setBigUint64(0, BigInt(perCpu(key[0]!)), true);
          return [bytes];
        },
        update: () => false,
        delete: () => false,
        keys: () => [],
      },
      ledger,
    );
    counters.refresh();
    expect(ledger.imbalances()).toEqual([]);
    isSilent = true;
    counters.refresh();
    expect(ledger.imbalances()).not.toEqual([]);
  });
});
