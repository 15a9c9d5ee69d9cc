import { describe, expect, test } from '@jest/globals';
import { faultOf, refusalOf } from './engine-faults.ts';

const check = (message: string, name: string, says: string) =>
  test(message, () => {
    const fault = faultOf(message, '/data/chdb');
    expect({ name: fault.name, says: fault.message }).toEqual({ name, says: `Store /data/chdb${says}` });
  });

describe('what the engine says is', () => {
  const SPACE = 'Cannot reserve 1.00 MiB, not enough space';
  check(
    `Query failed: Code: 243. DB::Exception: ${SPACE}. (NOT_ENOUGH_SPACE)`,
    'StoreFull',
    `: the disk is full: ${SPACE}.`,
  );
  check(
    'Code: 75. DB::ErrnoException: Cannot write to file /data/chdb/x: , errno: 28, strerror: No space left on device. (CANNOT_WRITE_TO_FILE_DESCRIPTOR)',
    'StoreFull',
    ': the disk is full: Cannot write to file /data/chdb/x: , errno: 28, strerror: No space left on device.',
  );
  check(
    'Code: 241. DB::Exception: (total) memory limit exceeded: would use 1.24 GiB. (MEMORY_LIMIT_EXCEEDED) (version 26.7.2.1).',
    'StoreUnavailable',
    ': (total) memory limit exceeded: would use 1.24 GiB.',
  );
  check(
    'Code: 252. DB::Exception: Too many parts (3000). (TOO_MANY_PARTS)',
    'StoreUnavailable',
    ': Too many parts (3000).',
  );
  check(
    'Code: 76. DB::Exception: Cannot lock file /data/chdb/status. Another server instance in same directory is already running. (CANNOT_OPEN_FILE)',
    'EngineLocked',
    ' is held by another process',
  );
  check(
    'Query failed: Code: 60. DB::Exception: Table sonde.x does not exist. (UNKNOWN_TABLE)\nStack trace:\n0. main',
    'StoreRefusal',
    ': Table sonde.x does not exist.',
  );
  check(
    'Code: 43. DB::Exception: Code: 252. DB::Exception: Too many parts. (TOO_MANY_PARTS) (version 26.7.2.1). (ILLEGAL)',
    'StoreUnavailable',
    ': Too many parts.',
  );
  check(
    'Code: 76. DB::ErrnoException: Cannot open file /data/x: errno: 24, strerror: Too many open files. (CANNOT_OPEN_FILE)',
    'StoreUnavailable',
    ': Cannot open file /data/x: errno: 24, strerror: Too many open files.',
  );
  check('Something else altogether', 'StoreUnavailable', ': Something else altogether');
});

test('a refusal is what the engine has against a query, in one line', () => {
  const refusal = refusalOf(
    'Query failed: Code: 73. DB::Exception: Code: 73. DB::Exception: Unknown format X. (UNKNOWN_FORMAT) (version 26.7.2.1). (UNKNOWN_FORMAT)\nand more',
  );
  expect({ name: refusal.name, says: refusal.message }).toEqual({
    name: 'QueryRefused',
    says: 'Unknown format X.',
  });
});
