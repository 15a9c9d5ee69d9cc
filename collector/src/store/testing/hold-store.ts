/** A process that opens a store, keeps its engine busy, says which process that is, and waits to be killed. */
import { openChdbStore } from '../chdb/chdb-store.ts';
import { testBlock } from './test-block.ts';
import { testOptions } from './test-options.ts';

const store = await openChdbStore(testOptions(process.argv[2]!));
const busy = [
  store.query('SELECT max(number) FROM numbers(1e18)', { format: 'TSV', maxRows: 1, timeoutMs: 600_000 }),
  store.insert(testBlock(1)),
  store.insert(testBlock(2)),
];
process.send!(store.enginePid);
await Promise.all(busy);
