import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { type Settings, settingsSchema } from '@sonde/settings';
import { expectGolden } from './model/testing/golden.ts';
import { runReplay, timeless } from './testing/run-replay.ts';
import { bytesOf, ipv4, udp } from './workloads/capture/testing/build-packets.ts';
import { writePcap } from './workloads/capture/testing/write-capture.ts';

const CAPTURES = join(import.meta.dirname, '..', 'captures');
const DEMO = join(CAPTURES, 'demo-http.pcapng');
const NO_PAYLOAD = join(import.meta.dirname, '..', 'bpf', 'testing', 'socket-nopayload.bpf.o');

const config = (change: (defaults: Settings) => object): Settings => {
  const defaults = settingsSchema.parse({});
  return { ...defaults, ...change(defaults) };
};
const withSeed = (btfSeed: number) =>
  config(({ simulation }) => ({ simulation: { ...simulation, btfSeed } }));
const withRung = (rung: Settings['capture']['rung']) =>
  config(({ capture }) => ({ capture: { ...capture, rung } }));

describe('the bundled capture', () => {
  test('gives the golden spans', async () => {
    const { code, stdout } = await runReplay(DEMO);
    expect(code).toBe(0);
    expectGolden(join(CAPTURES, 'demo-http.golden.jsonl'), stdout);
  });

  test('gives the same bytes twice', async () =>
    expect(await runReplay(DEMO)).toEqual(await runReplay(DEMO)));

  test.each([0, 2, 3, 4, 5])('gives the same bytes with the kernel laid out by seed %d', async (seed) => {
    expect((await runReplay(DEMO, { config: withSeed(seed) })).stdout).toBe((await runReplay(DEMO)).stdout);
  });

  test.each(['raw', 'tracepoint'] as const)('gives the same spans on the %s rung', async (rung) => {
    expect(timeless((await runReplay(DEMO, { config: withRung(rung) })).stdout)).toEqual(
      timeless((await runReplay(DEMO)).stdout),
    );
  });

  test.each([1, 7, 65_536])('gives the same spans read by %d bytes', async (segmentBytes) => {
    expect(timeless((await runReplay(DEMO, { segmentBytes })).stdout)).toEqual(
      timeless((await runReplay(DEMO)).stdout),
    );
  });

  test('gives no span to an object that was compiled without payload capture', async () => {
    const { code, stdout, stderr } = await runReplay(DEMO, { objectFile: NO_PAYLOAD });
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr).toMatch(/The ledger balances/);
  });
});

test('years of silence in a capture take no time', async () => {
  const YEAR_NS = 365n * 86_400n * 1_000_000_000n;
  const datagram = ipv4(udp(bytesOf('question'), 4000, 53), {
    from: '10.0.0.1',
    to: '10.0.0.2',
    protocol: 17,
  });
  const packets = [0n, 15n * YEAR_NS].map((timestampNs) => ({ timestampNs, bytes: datagram }));
  const folder = mkdtempSync(join(tmpdir(), 'sonde-replay-'));
  try {
    const file = join(folder, 'years.pcap');
    writeFileSync(file, writePcap(packets, { linkType: 101 }));
    const { code, stderr } = await runReplay(file);
    expect(code).toBe(0);
    expect(stderr).toMatch(/capture\.bytes +bytes +16 +16 +0/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
