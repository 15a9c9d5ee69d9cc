/** Calls between observed services, as agents that see only their own node report them, and the traces they truly are. */
import fc from 'fast-check';
import type { MadeBatch, MadeLine, MadeSpan } from './made-batches.ts';

/** One call: who serves it, and in the course of which other call it was made. */
export interface WorldCall {
  /** Index of a call before this one; -1: nothing observed caused it. */
  readonly cause: number;
  readonly server: string;
  /** Where the call comes from; null: from outside, so that nobody reports the client's end. Else the cause's server. */
  readonly client: string | null;
}

/** A row with what is true of it. */
export interface WorldRow {
  readonly agent: string;
  readonly span: MadeSpan;
  readonly lines: readonly MadeLine[];
  /** The trace to which it belongs in truth. */
  readonly root: number;
  /** Provisional traces from its own up to the root. */
  readonly ancestors: readonly number[];
}

const AGENTS = ['a', 'b', 'c'];

/** Trees of calls, several in one list. */
export const worldCalls = (maxCalls: number): fc.Arbitrary<WorldCall[]> =>
  fc
    .array(
      fc.record({
        cause: fc.nat(),
        isRoot: fc.integer({ min: 0, max: 5 }),
        server: fc.constantFrom(...AGENTS),
        rootClient: fc.constantFrom(...AGENTS, null),
      }),
      { minLength: 1, maxLength: maxCalls },
    )
    .map((drafts) => {
      const calls: WorldCall[] = [];
      for (const [i, { cause, isRoot, server, rootClient }] of drafts.entries()) {
        const causeIndex = i === 0 || isRoot === 0 ? -1 : cause % i;
        const client = causeIndex < 0 ? rootClient : calls[causeIndex]!.server;
        calls.push({ cause: causeIndex, server, client });
      }
      return calls;
    });

/**
 * The rows of all agents. The trace id of a call's key is the call's number from 1; span ids are 2 n for its client's end
 * and 2 n + 1 for its server's. An agent that sees both ends of a call keeps the trace; another begins one.
 */
export function rowsOfWorld(calls: readonly WorldCall[], startMs = 1_000): WorldRow[] {
  const rows: WorldRow[] = [];
  /** Of each call: the provisional trace of its server's end, and those above it. */
  const serverTraces: number[][] = [];
  for (const [i, { cause, server, client }] of calls.entries()) {
    const key = i + 1;
    const above = cause < 0 ? [] : serverTraces[cause]!;
    const clientTraces = cause < 0 ? [key] : above;
    const [serverTrace] = client === server ? clientTraces : [key];
    const ancestors = [...new Set([serverTrace!, ...clientTraces])];
    serverTraces.push(ancestors);
    const root = ancestors.at(-1)!;
    const parent = cause < 0 ? 0 : (cause + 1) * 2 + 1;
    if (client !== null) {
      const span: MadeSpan = { trace: clientTraces[0]!, id: key * 2, parent, kind: 'client', startMs };
      rows.push({ agent: client, span, lines: [], root, ancestors: clientTraces });
    }
    const span: MadeSpan = {
      trace: serverTrace!,
      id: key * 2 + 1,
      parent: key * 2,
      kind: 'server',
      startMs: startMs + 1,
    };
    rows.push({ agent: server, span, lines: [{ trace: serverTrace! }, { trace: 0 }], root, ancestors });
  }
  return rows;
}

/** Batches of each agent, so many rows in each at most, in the order of the rows. */
export function batchesOf(
  rows: readonly WorldRow[],
  rowsEach: number,
): { made: MadeBatch; rows: WorldRow[] }[] {
  const batches: { made: MadeBatch; rows: WorldRow[] }[] = [];
  const sequences = new Map<string, number>();
  const open = new Map<string, WorldRow[]>();
  const seal = (agentId: string, batch: WorldRow[]) => {
    const sequence = (sequences.get(agentId) ?? 0) + 1;
    sequences.set(agentId, sequence);
    open.delete(agentId);
    const spans = batch.map(({ span }) => span);
    const lines = batch.flatMap((row) => row.lines);
    batches.push({ made: { id: { agentId, bootEpoch: 7, sequence }, spans, lines }, rows: batch });
  };
  for (const row of rows) {
    const batch = [...(open.get(row.agent) ?? []), row];
    open.set(row.agent, batch);
    if (batch.length >= rowsEach) seal(row.agent, batch);
  }
  for (const [agent, batch] of open) seal(agent, batch);
  return batches;
}
