/** Finds the spans of calls that are known to have happened. */
import type { Span } from '../model/span.ts';
import type { ScenarioRun } from './run-scenario.ts';

type CallTruth = ScenarioRun['truth']['calls'][number];

export interface SeenCall {
  readonly call: CallTruth;
  readonly client: Span;
  readonly server: Span;
}

/**
 * The HTTP calls that were answered, with the spans of both ends, by the number of the call. A call is recognised by what
 * happened (service, thread, time, request), not by what the agent made of it.
 *
 * @throws Error if a call does not have exactly these two spans, or if a span is of no call
 */
export function seenCalls(run: Pick<ScenarioRun, 'spans' | 'truth' | 'serviceOf'>): Map<number, SeenCall> {
  const clients = new Map<string, Span[]>();
  for (const span of run.spans) {
    if (span.kind !== 'client') continue;
    const key = threadKey(run.serviceOf(span), span.tgid, span.request!.tid);
    clients.set(key, [...(clients.get(key) ?? []), span]);
  }
  const servers = new Map(
    run.spans.filter(({ kind }) => kind === 'server').map((span) => [span.parentSpanId, span]),
  );
  const seen = new Map<number, SeenCall>();
  const ofCalls = new Set<Span>();
  for (const call of run.truth.calls) {
    if (!isHttp(call) || !/^\d+$/.test(call.outcome)) continue;
    const client = (clients.get(threadKey(call.from, call.tgid, call.tid)) ?? [])
      .filter((span) => {
        const server = servers.get(span.spanId);
        return isOf(call, span) && server !== undefined && run.serviceOf(server) === call.to;
      })
      // A thread reads one thing at a time: the last answer that it read before the call was over is the call's.
      .reduce<Span | null>((last, span) => (last !== null && endOf(last) > endOf(span) ? last : span), null);
    if (client === null) throw new Error(`Call ${call.id} (${call.from}: ${call.label}) has no client span`);
    const server = servers.get(client.spanId)!;
    for (const span of [client, server]) ofCalls.add(span);
    seen.set(call.id, { call, client, server });
  }
  const others = run.spans.filter((span) => !ofCalls.has(span));
  if (others.length > 0 || ofCalls.size !== 2 * seen.size)
    throw new Error(`${others.length} spans are of no call: ${JSON.stringify(others[0]?.attributes)}`);
  return seen;
}

const threadKey = (service: string, tgid: number, tid: number) => `${service} ${tgid}/${tid}`;

/** Labels of other protocols are statements, commands and names of methods. */
const isHttp = ({ label }: CallTruth) => /^[A-Z]+ \//.test(label);

const endOf = ({ startNs, durationNs }: Span) => startNs + durationNs;

/** The span lies within the call and is of such a request. */
function isOf({ label, startNs, endNs }: CallTruth, span: Span): boolean {
  if (span.startNs < startNs || endOf(span) > endNs) return false;
  const [method, path] = label.split(' ') as [string, string];
  const pattern = path.split('?')[0]!.replace(/\{[^}]+\}/g, '[^/]+');
  return span.name === method && new RegExp(`^${pattern}$`).test(String(span.attributes['url.path']));
}
