/**
 * Encoding of reports: spans a second of CPU time, and bytes a span on the wire. Times are CPU time of this process, so
 * that other work on the machine hardly shows: the best of many rounds, and the mean, which has the garbage collector's
 * share.
 *
 *     node agent/bench/transport.bench.ts
 */
import { createHash } from 'node:crypto';
import type { Entity } from '../src/model/entity.ts';
import { bucketOf } from '../src/model/histogram.ts';
import type { RedDelta, Report, ReportedSpan } from '../src/model/report.ts';
import { encodeReport } from '../src/transport/encode/batch.ts';
import { headerOf } from '../src/transport/header.ts';

const SPANS = 5_000;
const SERVICES = 12;
const ROUTES = 40;
const ROUNDS = 60;

const OFFSET = { bootId: 'bench', wallMinusMonotonicNs: 1_790_000_000_123_456_789n };

/** Numbers that look like chance and are the same in every run. */
function randomNumbers(): () => number {
  let state = 1;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** What a busy node of a small shop sees in a moment: both ends of calls, ports and ids all different. */
function busyReport(spans: number): Report {
  const random = randomNumbers();
  const pick = (below: number) => Math.floor(random() * below);
  const id = (text: string, digits: number) =>
    createHash('sha256').update(text).digest('hex').slice(0, digits);
  const entities: Entity[] = Array.from({ length: SERVICES }, (_, i) => ({
    id: id(`container ${i}`, 64),
    kind: 'container',
    serviceName: `service-${i}`,
    serviceNamespace: 'shop',
    unnamed: '',
    validFromNs: 1e9,
    attributes: { 'k8s.pod.name': `service-${i}-5d8f7c9b6-x${i}z2q`, 'k8s.node.name': 'node-a' },
  }));
  const red = new Map<string, RedDelta>();
  const rows = Array.from({ length: spans }, (_, i): ReportedSpan => {
    const route = pick(ROUTES);
    const server = pick(SERVICES);
    const kind = i % 2 === 0 ? 'server' : 'client';
    const entity = entities[server]!;
    const durationNs = Math.round(200_000 * Math.exp(4 * random()));
    const startNs = 3.6e12 + i * 40_000 + pick(20_000);
    const statusCode = random() < 0.98 ? 200 : 500;
    const name = `GET /api/v1/resource-${route}/{id}`;
    const key = `${kind} ${server} ${name}`;
    let delta = red.get(key);
    if (delta === undefined) {
      delta = {
        minute: 29_833_333,
        entity,
        name,
        kind,
        protocol: 'http',
        requests: 0,
        errors: 0,
        durationSumNs: 0,
        durations: new Map(),
      };
      red.set(key, delta);
    }
    delta.requests++;
    delta.durationSumNs += durationNs;
    const bucket = bucketOf(durationNs);
    delta.durations.set(bucket, (delta.durations.get(bucket) ?? 0) + 1);
    return {
      span: {
        node: 'node-a',
        platform: 'sim',
        traceId: id(`trace ${i >> 3}`, 32),
        spanId: id(`span ${i}`, 16),
        parentSpanId: i % 8 === 0 ? '' : id(`span ${i - 1}`, 16),
        name,
        kind,
        protocol: 'http',
        startNs,
        durationNs,
        status: statusCode === 200 ? 'unset' : 'error',
        client: { address: `10.1.0.${pick(SERVICES)}`, port: 32_768 + pick(28_000) },
        server: { address: `10.1.0.${server}`, port: 8080 },
        tgid: 1_000 + server,
        cgroupId: BigInt(server),
        request: { startNs, endNs: startNs + 2_000, position: pick(2 ** 32), bytes: 300 + pick(500), tid: 1 },
        response: {
          startNs: startNs + durationNs - 9_000,
          endNs: startNs + durationNs,
          position: pick(2 ** 32),
          bytes: 500 + pick(20_000),
          tid: 1,
        },
        attributes: {
          'http.request.method': 'GET',
          'http.route': `/api/v1/resource-${route}/{id}`,
          'http.response.status_code': statusCode,
          'network.protocol.version': '1.1',
          'server.address': `service-${server}.shop`,
          'server.port': 8080,
          'sonde.link.rule': 'call-key',
          'sonde.link.confidence': 1,
        },
      },
      entity,
      peerService: `service-${pick(SERVICES)}`,
    };
  });
  return { spans: rows, logs: [], red: [...red.values()], edges: [], ledger: [] };
}

const report = busyReport(SPANS);
const context = { offset: OFFSET, nowNs: 3.6e12, maxBodyBytes: Number.POSITIVE_INFINITY };
const headerBytes = headerOf({
  agentId: 'node-a',
  bootEpoch: 1_790_000_000,
  node: 'node-a',
  platform: 'sim',
})(1_000).length;

let leastMicros = Number.POSITIVE_INFINITY;
let allMicros = 0;
let wireBytes = 0;
for (let round = 0; round < ROUNDS; round++) {
  const before = process.cpuUsage();
  const { batches } = encodeReport(report, context);
  const { user, system } = process.cpuUsage(before);
  leastMicros = Math.min(leastMicros, user + system);
  allMicros += user + system;
  wireBytes = batches.reduce((sum, { body }) => sum + body.length + headerBytes, 0);
}

console.log(`${SPANS} spans and ${report.red.length} RED rows a report, ${ROUNDS} rounds`);
const spansASecond = (micros: number) => Math.round((SPANS / micros) * 1e6).toLocaleString('en');
console.log(
  `${spansASecond(leastMicros)} spans a second of CPU time at best, ${spansASecond(allMicros / ROUNDS)} on average`,
);
console.log(`${(wireBytes / SPANS).toFixed(1)} bytes a span, RED rows, entities and strings included`);
