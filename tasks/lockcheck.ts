/**
 * Checks package-lock.json: every optional platform package that a locked package names has an entry (without it
 * `npm ci` fails on a clean machine), and no entry names a registry (the lock must work behind any mirror).
 */
import { readFileSync } from 'node:fs';

interface LockEntry {
  readonly resolved?: string;
  readonly link?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const lock = JSON.parse(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8')) as {
  packages: Record<string, LockEntry>;
};
const entries = Object.entries(lock.packages);
const locked = new Set(entries.map(([path]) => path.replace(/^.*node_modules\//, '')));

const faults = entries.flatMap(([path, entry]) => [
  ...Object.keys(entry.optionalDependencies ?? {})
    .filter((name) => !locked.has(name))
    .map((name) => `${path || 'root'}: optional package "${name}" has no entry; npm ci would fail`),
  ...(entry.resolved?.startsWith('http')
    ? [`${path}: names the registry ${new URL(entry.resolved).host}`]
    : []),
]);

for (const fault of faults) console.error(fault);
console.log(
  faults.length === 0 ? `lock: ${entries.length} entries, complete` : `lock: ${faults.length} faults`,
);
process.exit(faults.length === 0 ? 0 : 1);
