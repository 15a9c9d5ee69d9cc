import type { ChdbStoreOptions } from '../chdb/chdb-store.ts';

/** Small and quiet. */
export const testOptions = (dataDir: string): ChdbStoreOptions => ({
  dataDir,
  blockDir: '',
  memoryBytes: 512 << 20,
  retentionDays: 30,
  onNote: () => undefined,
});
