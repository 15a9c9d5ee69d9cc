import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import {
  addSettingFlags,
  describeSettings,
  environmentName,
  loadSettings,
  settingKeys,
  settingsSchema,
  settingValues,
} from '@sonde/settings';

function load(sources: {
  file?: string;
  environment?: Record<string, string>;
  flags?: Record<string, string>;
}) {
  const folder = mkdtempSync(join(tmpdir(), 'sonde-config-'));
  const warnings: string[] = [];
  try {
    const file = join(folder, 'agent.yaml');
    if (sources.file !== undefined) writeFileSync(file, sources.file);
    const config = loadSettings({
      ...(sources.file === undefined ? {} : { file }),
      environment: sources.environment ?? {},
      flags: sources.flags ?? {},
      warn: (line) => warnings.push(line),
    });
    return { config, warnings };
  } catch (error) {
    throw new Error((error as Error).message.replaceAll(`${folder}/`, ''));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('nothing set gives the defaults', () => expect(load({}).config).toEqual(settingsSchema.parse({})));

test('flags win over the environment, and that over the file', () => {
  const file = 'simulation:\n  btfSeed: 2\n  seed: 2\nstreams:\n  connections: 2';
  const environment = { SONDE_SIMULATION_BTF_SEED: '3', SONDE_SIMULATION_SEED: '3' };
  const { config } = load({ file, environment, flags: { 'simulation.btfSeed': '4' } });
  expect([config.simulation.btfSeed, config.simulation.seed, config.streams.connections]).toEqual([4, 3, 2]);
});

test('every key has its own environment variable', () => {
  const names = settingKeys().map(environmentName);
  expect(new Set(names).size).toBe(names.length);
  expect(names).toContain('SONDE_CAPTURE_PAYLOAD_LIMIT_BYTES');
});

test('every key has its own flag, says what it is, and is read back from a command line', () => {
  const flags = describeSettings().map(({ flag }) => flag);
  expect(new Set(flags).size).toBe(flags.length);
  expect(describeSettings().filter(({ what }) => what === '')).toEqual([]);
  const added: string[] = [];
  addSettingFlags({ option: (flag) => added.push(flag) }, ['listen', 'wal']);
  expect(added).toEqual(['--listen-ingest <value>', '--listen-api <value>', '--segment-bytes <value>']);
  expect(settingValues({ listenApi: 'a:1', segmentBytes: '65536', other: 'x', windowMs: undefined })).toEqual(
    {
      'listen.api': 'a:1',
      'wal.segmentBytes': '65536',
    },
  );
});

test.each([
  [{ file: 'wal:\n  segmentBytes: 70000' }],
  [{ environment: { SONDE_WAL_SEGMENT_BYTES: '70000' } }],
  [{ flags: { 'wal.segmentBytes': '70000' } }],
] as const)('a setting of the collector comes from %j', (sources) =>
  expect(load(sources).config.wal.segmentBytes).toBe(70_000),
);

test('text that looks like a number stays text', () => {
  const { config } = load({
    environment: { SONDE_STORE_DATA_DIR: '2026' },
    flags: { 'transport.agentId': '7' },
  });
  expect([config.store.dataDir, config.transport.agentId]).toEqual(['2026', '7']);
});

describe('a fault is one line', () => {
  test.each([
    [{ file: 'capture:\n  rnug: btf' }, 'agent.yaml:2:3: capture: unknown key "rnug"; did you mean "rung"?'],
    [
      { file: 'capture:\n  ringBytes: 70000' },
      'agent.yaml:2:14: capture.ringBytes: must be a power of two, got 70000',
    ],
    [{ flags: { 'capture.rung': 'kprobe' } }, '--rung: must be "btf", "raw" or "tracepoint", got "kprobe"'],
    [
      { environment: { SONDE_STREAMS_CONNECTIONS: 'many' } },
      'SONDE_STREAMS_CONNECTIONS: must be a whole number, got "many"',
    ],
  ])('%j', (sources, want) => {
    expect(() => load(sources as Parameters<typeof load>[0])).toThrow(want);
  });
});

test('a file that is not there is told by name', () => {
  const sources = { file: 'no-such-file.yaml', environment: {}, flags: {}, warn: () => undefined };
  expect(() => loadSettings(sources)).toThrow('Cannot read configuration file no-such-file.yaml: ENOENT');
});

test('a variable that means nothing is warned of, with the nearest name; those of Kubernetes are not', () => {
  const environment = {
    SONDE_SIMULATION_SED: '1',
    SONDE_AGENT_SERVICE_HOST: '10.0.0.1',
    SONDE_AGENT_PORT_7070_TCP: 'x',
  };
  expect(load({ environment }).warnings).toEqual([
    'SONDE_SIMULATION_SED is no setting; did you mean SONDE_SIMULATION_SEED?',
  ]);
});
