import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { EngineMissing } from './engine-faults.ts';
import type { EngineReply, EngineRequest } from './engine-protocol.ts';

let elsewhere = '';
beforeAll(async () => {
  elsewhere = await mkdtemp(join(tmpdir(), 'sonde-engine-'));
});
afterAll(() => rm(elsewhere, { recursive: true, force: true }));

/** The program in a place from where no package can be found. */
async function startWithoutPackages(): Promise<ChildProcess> {
  const store = fileURLToPath(new URL('..', import.meta.url));
  for (const file of ['database.ts', 'chdb/engine-process.ts', 'chdb/engine-config.ts'])
    await cp(join(store, file), join(elsewhere, 'store', file));
  const program = join(elsewhere, 'store/chdb/engine-process.ts');
  return fork(program, [], {
    serialization: 'advanced',
    execArgv: [],
    env: { ...process.env, NODE_OPTIONS: '' },
  });
}

async function ask(engine: ChildProcess, request: EngineRequest): Promise<EngineReply> {
  engine.send(request);
  const [reply] = (await once(engine, 'message')) as [EngineReply];
  return reply;
}

test('without its package the engine says what to do', async () => {
  const engine = await startWithoutPackages();
  const reply = await ask(engine, { id: 1, kind: 'open', folder: elsewhere, configFile: 'none' });
  expect(reply).toMatchObject({ id: 1, kind: 'missing', message: expect.stringMatching(/chdb/) });
  expect(new EngineMissing('Cannot find package').message).toMatch(
    /^The embedded store needs the optional package "chdb", .*Run "npm install" .*Cannot find package$/,
  );
  expect(await ask(engine, { id: 2, kind: 'run', sql: 'SELECT 1' })).toEqual({
    id: 2,
    kind: 'fault',
    message: 'The engine is not open',
  });
  expect(await ask(engine, { id: 3, kind: 'close' })).toMatchObject({ id: 3, kind: 'answer' });
  expect(await once(engine, 'exit')).toEqual([0, null]);
});

test('signals of the terminal are the parent’s business, whose going is not', async () => {
  const engine = await startWithoutPackages();
  await ask(engine, { id: 1, kind: 'run', sql: 'SELECT 1' });
  engine.kill('SIGINT');
  engine.kill('SIGTERM');
  expect(await ask(engine, { id: 2, kind: 'run', sql: 'SELECT 1' })).toMatchObject({ id: 2 });
  engine.disconnect();
  expect(await once(engine, 'exit')).toEqual([null, 'SIGKILL']);
});
