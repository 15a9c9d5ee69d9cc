// Runs on any Node >= 20 before `npm start` and `npm test`: installs the locked packages when they are missing or
// stale. Plain JavaScript, because the Node that can run TypeScript arrives with those very packages.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

if (!isInstalled()) {
  process.stderr.write('Installing packages (npm ci) ...\n');
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 'inherit'],
    // npm passes its own settings to child processes as npm_config_*; they stay, so a mirror or proxy keeps working.
    env: process.env,
  });
  if (status !== 0) {
    process.stderr.write('Cannot install packages: `npm ci` failed (see above)\n');
    process.exit(1);
  }
}

/** True if every non-optional package of the lock is installed at its locked version. */
function isInstalled() {
  const installedLock = `${root}node_modules/.package-lock.json`;
  if (!existsSync(installedLock)) return false;
  const wanted = JSON.parse(readFileSync(`${root}package-lock.json`, 'utf8')).packages;
  const present = JSON.parse(readFileSync(installedLock, 'utf8')).packages;
  return Object.entries(wanted).every(
    ([path, entry]) =>
      !path.startsWith('node_modules/') ||
      entry.optional ||
      entry.link ||
      present[path]?.version === entry.version,
  );
}
