/**
 * A process that wants a data directory. Argument: the directory. Prints "ready"; takes it when a line comes in, and prints
 * "held" or the error; releases it with the next line, and prints "released".
 */
import { createInterface } from 'node:readline';
import { type DataDirectory, openDataDirectory } from '../data-dir.ts';

const path = process.argv[2]!;
let directory: DataDirectory | null = null;

function act(): string {
  if (directory !== null) {
    directory.release();
    return 'released';
  }
  try {
    directory = openDataDirectory({ path, version: '0.1.0', now: () => 0 });
    directory.publish({ api: `http://127.0.0.1:${process.pid}` });
    return 'held';
  } catch (error) {
    return (error as Error).message;
  }
}

console.log('ready');
for await (const _ of createInterface({ input: process.stdin })) console.log(act());
