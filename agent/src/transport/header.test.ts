import { describe, expect, test } from '@jest/globals';
import { encodeReport } from './encode/batch.ts';
import { EMPTY_BODY, headerOf, maxHeaderBytes } from './header.ts';
import { readBatch } from './testing/read-batch.ts';
import { OFFSET, spanReport } from './testing/reports.ts';

describe('headerOf()', () => {
  const header = headerOf({ agentId: 'agent-a', bootEpoch: 2 ** 53 - 1, node: 'node-a', platform: 'linux' });
  const check = (body: Uint8Array, sequence: number, wantSpans: number) => {
    const { header: read, spans } = readBatch(Buffer.concat([body, header(sequence)]));
    expect(read).toEqual({
      agentId: 'agent-a',
      bootEpoch: 9_007_199_254_740_991n,
      sequence: BigInt(sequence),
      node: 'node-a',
      platform: 'PLATFORM_LINUX',
    });
    expect(spans.length).toBe(wantSpans);
  };
  const { batches } = encodeReport(spanReport(1, 3), { offset: OFFSET, nowNs: 0, maxBodyBytes: 1e6 });

  test('makes a whole batch of a body when it is put behind it', () => check(batches[0]!.body, 1, 3));
  test('does so for a body without rows', () => check(EMPTY_BODY, 7, 0));
  test('does so for the largest sequence, which is the longest header', () => {
    check(batches[0]!.body, Number.MAX_SAFE_INTEGER, 3);
    expect(header(Number.MAX_SAFE_INTEGER).length).toBe(maxHeaderBytes(header));
    expect(header(1).length).toBeLessThan(maxHeaderBytes(header));
  });
});
