/**
 * Runs the tests that compare with golden files. `npm run golden -- --accept` writes what they found instead: read the
 * diff before you commit it.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const isAccepting = process.argv.includes('--accept');
const { status } = spawnSync(
  process.execPath,
  [
    fileURLToPath(new URL('jest.ts', import.meta.url)),
    ...(isAccepting ? ['--ci=false'] : []),
    '-t',
    'golden',
  ],
  { stdio: 'inherit', env: { ...process.env, ...(isAccepting ? { SONDE_ACCEPT: '1' } : {}) } },
);
process.exit(status ?? 1);
