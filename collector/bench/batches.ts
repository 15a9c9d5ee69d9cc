/** Batches as agents of a shop would send them, made up: the same for the same seed. */
import { crc32 } from 'node:zlib';
import { Long, sonde } from '@sonde/proto';

const SERVICES = ['web', 'catalogue', 'cart', 'checkout', 'payment', 'reviews', 'users', 'shipping'];
const ROUTES = [
  '/',
  '/products',
  '/products/{id}',
  '/carts/{user}',
  '/checkout/{user}',
  '/payments',
  '/favicon.ico',
];
const METHODS = ['GET', 'POST'];
const STATUSES = ['200', '200', '200', '200', '200', '201', '404', '500', '503'];
const AGENTS = ['OkHttp/4.12', 'curl/8.5.0', 'node'];
const START_UNIX_NS = 1_790_000_000_000_000_000n;

export interface MadeBatch {
  readonly sequence: number;
  readonly payload: Buffer;
  readonly crc32: number;
  readonly spans: number;
}

/** @param agentId whose it is. @param node its index: ids and times of different nodes differ */
export function makeBatch(
  agentId: string,
  node: number,
  bootEpoch: number,
  sequence: number,
  spans: number,
): MadeBatch {
  const random = randomOf(sequence * 31 + node);
  const strings = new Strings();
  const entities = SERVICES.map((name) => strings.of(`${agentId}:/sonde/demo/${name}`));
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  const [traceId, spanId, parentSpanId] = [
    new Uint8Array(16 * spans),
    new Uint8Array(8 * spans),
    new Uint8Array(8 * spans),
  ];
  const columns = {
    startUnixNano: [] as Long[],
    durationNano: [] as Long[],
    name: [] as number[],
    kind: [] as number[],
    status: [] as number[],
    protocol: [] as number[],
    entity: [] as number[],
    peerService: [] as number[],
    clientAddress: [] as number[],
    clientPort: [] as number[],
    serverAddress: [] as number[],
    serverPort: [] as number[],
    requestPosition: [] as number[],
    requestBytes: [] as Long[],
    responsePosition: [] as number[],
    responseBytes: [] as Long[],
  };
  const attributes = {
    count: [] as number[],
    key: [] as number[],
    value: [] as number[],
    type: [] as number[],
  };
  const red = new Map<
    string,
    { row: number[]; requests: number; sum: number; buckets: Map<number, number> }
  >();
  const fill = (bytes: Uint8Array, at: number, length: number) => {
    for (let i = 0; i < length; i++) bytes[at + i] = random() * 256;
  };
  for (let row = 0; row < spans; row++) {
    // Traces of about six spans: client and server ends in turn, each the child of the one before.
    const isRoot = row % 6 === 0;
    if (isRoot) fill(traceId, 16 * row, 16);
    else traceId.copyWithin(16 * row, 16 * (row - 1), 16 * row);
    fill(spanId, 8 * row, 8);
    if (!isRoot) parentSpanId.set(spanId.subarray(8 * (row - 1), 8 * row), 8 * row);
    const isServer = row % 2 === 1;
    const [entity, method, route, status] = [
      Math.floor(random() * SERVICES.length),
      pick(METHODS),
      pick(ROUTES),
      pick(STATUSES),
    ];
    const durationNs = Math.round(Math.exp(Math.log(2e6) + 1.2 * gaussian(random)));
    const name = strings.of(`${method} ${route}`);
    columns.startUnixNano.push(
      Long.fromBigInt(START_UNIX_NS + BigInt(sequence) * 500_000_000n + BigInt(row) * 100_000n, true),
    );
    columns.durationNano.push(Long.fromNumber(durationNs, true));
    columns.name.push(name);
    columns.kind.push(isServer ? 2 : 3);
    columns.status.push(status >= '500' ? 2 : 0);
    columns.protocol.push(strings.of('http'));
    columns.entity.push(entity);
    columns.peerService.push(strings.of(pick(SERVICES)));
    columns.clientAddress.push(strings.of(`10.${node}.0.${1 + Math.floor(random() * 20)}`));
    columns.clientPort.push(32_768 + Math.floor(random() * 28_000));
    columns.serverAddress.push(strings.of(`10.${node}.1.${1 + entity}`));
    columns.serverPort.push(80);
    columns.requestPosition.push(Math.floor(random() * 2 ** 32));
    columns.requestBytes.push(Long.fromNumber(200 + Math.floor(random() * 300), true));
    columns.responsePosition.push(Math.floor(random() * 2 ** 32));
    columns.responseBytes.push(Long.fromNumber(400 + Math.floor(random() * 6000), true));
    const pairs: [string, string, number][] = [
      ['http.request.method', method, 1],
      [isServer ? 'http.route' : 'url.template', route, 1],
      ['http.response.status_code', status, 2],
      ['http.response.body.size', String(Math.floor(random() * 6000)), 2],
      ['network.protocol.version', '1.1', 1],
      ['sonde.link.rule', isServer ? 'call-key' : 'thread', 1],
      ['sonde.link.confidence', '1', 3],
    ];
    if (status >= '500') pairs.push(['error.type', status, 1]);
    if (row % 5 === 0) pairs.push(['user_agent.original', pick(AGENTS), 1]);
    attributes.count.push(pairs.length);
    for (const [key, value, type] of pairs) {
      attributes.key.push(strings.of(key));
      attributes.value.push(strings.of(value));
      attributes.type.push(type);
    }
    const key = `${entity}/${name}/${isServer}`;
    const total = red.get(key) ?? {
      row: [entity, name, isServer ? 2 : 3],
      requests: 0,
      sum: 0,
      buckets: new Map(),
    };
    red.set(key, total);
    total.requests++;
    total.sum += durationNs;
    const bucket = Math.max(0, Math.ceil(Math.log2(durationNs) * 4) - 1);
    total.buckets.set(bucket, (total.buckets.get(bucket) ?? 0) + 1);
  }
  const totals = [...red.values()];
  const sorted = totals.map(({ buckets }) => [...buckets].sort(([a], [b]) => a - b));
  const minute = Number(START_UNIX_NS / 60_000_000_000n);
  const long = (n: number) => Long.fromNumber(n, true);
  const body = sonde.v1.Batch.encode({
    strings: strings.all,
    entities: {
      id: entities,
      kind: entities.map(() => 3),
      serviceName: SERVICES.map((name) => strings.of(name)),
      serviceNamespace: entities.map(() => 0),
      unnamed: entities.map(() => 0),
      validFromUnixNano: entities.map(() => Long.fromBigInt(START_UNIX_NS, true)),
      attributes: {
        count: entities.map(() => 1),
        key: entities.map(() => strings.of('host.name')),
        value: entities.map(() => strings.of(agentId)),
        type: entities.map(() => 1),
      },
    },
    spans: { traceId, spanId, parentSpanId, ...columns, attributes },
    red: {
      minute: totals.map(() => minute),
      entity: totals.map(({ row }) => row[0]!),
      name: totals.map(({ row }) => row[1]!),
      kind: totals.map(({ row }) => row[2]!),
      protocol: totals.map(() => strings.of('http')),
      requests: totals.map(({ requests }) => long(requests)),
      errors: totals.map(() => long(0)),
      durationSumNano: totals.map(({ sum }) => long(sum)),
      durations: {
        count: sorted.map((buckets) => buckets.length),
        bucket: sorted.flatMap((buckets) => buckets.map(([index]) => index)),
        n: sorted.flatMap((buckets) => buckets.map(([, n]) => long(n))),
      },
    },
  }).finish();
  const header = sonde.v1.Batch.encode({
    header: { agentId, bootEpoch: long(bootEpoch), sequence: long(sequence), node: agentId, platform: 1 },
  }).finish();
  // Messages of one type written after one another are one message.
  const payload = Buffer.concat([body, header]);
  return { sequence, payload, crc32: crc32(payload), spans };
}

class Strings {
  readonly all: string[] = [''];
  readonly #indexes = new Map([['', 0]]);

  of(text: string): number {
    const known = this.#indexes.get(text);
    if (known !== undefined) return known;
    this.#indexes.set(text, this.all.length);
    return this.all.push(text) - 1;
  }
}

function gaussian(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** xorshift32 */
function randomOf(seed: number): () => number {
  let state = (seed * 2654435761) >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
