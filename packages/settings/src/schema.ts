/**
 * Every setting of agent and collector: one schema for the file (YAML), the environment (SONDE_*) and flags. Units stand
 * in the names. Both processes read the same file; each uses its own sections.
 */
import { z } from 'zod';

const isPowerOfTwo = (n: number) => Number.isInteger(Math.log2(n));

const wholeNumber = (min: number, max: number, preset: number) =>
  z
    .int('must be a whole number')
    .min(min, `must be at least ${min}`)
    .max(max, `must be at most ${max}`)
    .default(preset);

const bytes = (min: number, preset: number, max = Number.MAX_SAFE_INTEGER) =>
  z
    .int('must be a whole number of bytes')
    .min(min, `must be at least ${min}`)
    .max(max, `must be at most ${max}`)
    .default(preset);

const ADDRESS = /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+):(\d{1,5})$/;

/** Host and port of a setting that is `host:port`; an IPv6 address without its brackets. */
export function hostAndPort(text: string): { readonly host: string; readonly port: number } {
  const [, host, port] = ADDRESS.exec(text)!;
  return { host: host!.replace(/^\[|\]$/g, ''), port: Number(port) };
}

const address = (what: string, preset: string) =>
  z
    .string('must be host:port')
    .refine((text) => Number(ADDRESS.exec(text)?.[2] ?? 65_536) < 65_536, 'must be host:port')
    .default(preset)
    .describe(what);

export const settingsSchema = z.strictObject({
  capture: z
    .strictObject({
      rung: z
        .enum(['btf', 'raw', 'tracepoint'], 'must be "btf", "raw" or "tracepoint"')
        .default('btf')
        .describe('Rung of the attach ladder: how the programs hook system calls.'),
      unix: z
        .boolean('must be true or false')
        .default(true)
        .describe('Whether AF_UNIX sockets are captured.'),
      files: z
        .enum(['none', 'logs', 'all'], 'must be "none", "logs" or "all"')
        .default('logs')
        .describe('none; logs: what is written to descriptors 1 and 2; all: lengths of reads too.'),
      payloadLimitBytes: z
        .int('must be a whole number of bytes')
        .min(0, 'must be at least 0')
        .max(65_536, 'must be at most 65536')
        .default(65_536)
        .describe('Bytes of one call that are copied; the rest is known by its length.'),
      ringBytes: z
        .int('must be a whole number of bytes')
        .min(65_536, 'must be at least 65536')
        .max(1 << 30, 'must be at most 1073741824')
        .refine(isPowerOfTwo, 'must be a power of two')
        .default(16 << 20)
        .describe('Size of the ring buffer between the programs and the agent; a power of two.'),
      enterTimes: z
        .boolean('must be true or false')
        .default(false)
        .describe(
          'Whether the start of every call is taken too, at the price of a second program run a call.',
        ),
    })
    .prefault({}),
  reorderWindowMs: z
    .number('must be a number of milliseconds')
    .min(0, 'must be at least 0')
    .max(1000, 'must be at most 1000')
    .default(1)
    .describe('How long an event waits for one of another CPU that happened before it.'),
  streams: z
    .strictObject({
      connections: z
        .int('must be a whole number')
        .min(1, 'must be at least 1')
        .default(65_536)
        .describe('Connections followed at once.'),
      flowBytes: z
        .int('must be a whole number of bytes')
        .min(1024, 'must be at least 1024')
        .default(1 << 20)
        .describe('Bytes held for one direction of one connection while a message is not whole.'),
      totalBytes: z
        .int('must be a whole number of bytes')
        .min(1024, 'must be at least 1024')
        .default(64 << 20)
        .describe('Bytes held for all connections together.'),
    })
    .prefault({}),
  transport: z
    .strictObject({
      collector: address('Where the agent sends to: host and gRPC port of the collector.', '127.0.0.1:7070'),
      agentId: z
        .string('must be text')
        .regex(/^[A-Za-z0-9._-]{0,128}$/, 'must be at most 128 letters, digits, ".", "_" or "-"')
        .default('')
        .describe('Identity of the agent, the same over restarts; empty: the name of the node.'),
      batchRows: wholeNumber(1, 1_000_000, 5_000).describe('Spans of one batch at most.'),
      batchMs: wholeNumber(10, 60_000, 500).describe('How long a row waits for its batch to fill.'),
      queueBytes: bytes(65_536, 64 << 20).describe(
        'Batches that are not acknowledged; what no longer fits is dropped, oldest first, and counted.',
      ),
      retryMaxMs: wholeNumber(100, 600_000, 10_000).describe(
        'Longest pause between two tries to reach the collector.',
      ),
    })
    .prefault({}),
  listen: z
    .strictObject({
      ingest: address(
        'Where the collector takes batches of agents (gRPC). Port 0: any free one.',
        '127.0.0.1:7070',
      ),
      api: address('Where the collector answers (HTTP). Port 0: any free one.', '127.0.0.1:8080'),
    })
    .prefault({}),
  ingest: z
    .strictObject({
      maxBatchBytes: bytes(1024, 4 << 20).describe('Largest batch that is taken.'),
      creditBytes: bytes(1024, 16 << 20).describe('What one agent may send ahead of its acknowledgements.'),
      heldBytes: bytes(1 << 20, 256 << 20).describe(
        'Acknowledged and not yet stored, over all agents; above it no credit is given.',
      ),
    })
    .prefault({}),
  wal: z
    .strictObject({
      segmentBytes: bytes(65_536, 64 << 20, 1 << 30).describe(
        'Size from which a new file of the log is begun.',
      ),
    })
    .prefault({}),
  assembly: z
    .strictObject({
      windowMs: wholeNumber(0, 60_000, 2_000).describe('How long a row waits for the other end of its call.'),
      blockRows: wholeNumber(1, 1_000_000, 50_000).describe('Rows from which a block is stored at once.'),
      blockMs: wholeNumber(10, 60_000, 1_000).describe('Longest pause between two blocks.'),
      indexSpans: wholeNumber(1024, 1 << 26, 1 << 20).describe(
        'Client spans remembered, so that later rows find their trace.',
      ),
    })
    .prefault({}),
  store: z
    .strictObject({
      dataDir: z
        .string('must be a path')
        .min(1, 'must be a path')
        .default('sonde-data')
        .describe('Folder of the embedded store and the write-ahead log.'),
      blockDir: z
        .string('must be a path')
        .default('')
        .describe(
          'Folder for blocks on their way into the store, best in memory (tmpfs); empty: inside dataDir.',
        ),
      memoryBytes: bytes(256 << 20, 1 << 30).describe('Memory that the embedded engine may take.'),
      retentionDays: wholeNumber(1, 3650, 7).describe('Days from ingest after which rows are deleted.'),
    })
    .prefault({}),
  simulation: z
    .strictObject({
      seed: z
        .int('must be a whole number')
        .min(0, 'must be at least 0')
        .default(1)
        .describe('Order of threads, sequence numbers, addresses.'),
      btfSeed: z
        .int('must be a whole number')
        .min(0, 'must be at least 0')
        .default(1)
        .describe('Layout of the simulated kernel structures; every seed gives the same spans.'),
    })
    .prefault({}),
});

export type Settings = z.output<typeof settingsSchema>;
