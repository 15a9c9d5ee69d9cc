/**
 * What encoding a block of 50,000 spans costs, in processor time of the whole process, and how many bytes a span takes in
 * the block. The anchor is the same rows as JSON lines, the format that the engine takes without an encoder of ours.
 *
 *     node collector/bench/native.bench.ts
 */

import type { AttributeColumns } from '../src/model/columns.ts';
import { batchOf, blockOf, type PlainSpan } from '../src/store/tables/testing/plain-batch.ts';
import { TRACES } from '../src/store/tables/traces.ts';

const SPANS = 50_000;
const BATCHES = 10;
const ROUNDS = 15;

const SERVICES = [
  'front',
  'cart',
  'catalog',
  'checkout',
  'payment',
  'shipping',
  'mail',
  'search',
  'user',
  'stock',
];

/** Without a seed to choose: a linear congruential generator, the same rows in every run. */
let state = 1;
const random = (below: number): number => {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return state % below;
};
const hex = (bytes: number): string =>
  Array.from({ length: bytes }, () => (random(1 << 24) >>> 16).toString(16).padStart(2, '0')).join('');

const span = (entities: number): PlainSpan => {
  const method = ['GET', 'POST', 'PUT'][random(3)]!;
  const route = `/${SERVICES[random(SERVICES.length)]}/{id}/${random(20)}`;
  return {
    traceId: hex(16),
    spanId: hex(8),
    parentSpanId: random(4) === 0 ? '0000000000000000' : hex(8),
    startUnixNs: 1_700_000_000_000_000_000n + BigInt(random(1e9)),
    durationNs: BigInt(random(50_000_000)),
    name: `${method} ${route}`,
    kind: 2 + random(2),
    entity: random(entities),
    peerService: SERVICES[random(SERVICES.length)]!,
    clientAddress: `10.0.${random(4)}.${random(50)}`,
    clientPort: 32_768 + random(28_000),
    serverAddress: `10.1.${random(4)}.${random(50)}`,
    attributes: {
      'http.request.method': method,
      'http.route': route,
      'http.response.status_code': random(50) === 0 ? '503' : '200',
      'http.response.body.size': String(random(5000)),
      'network.protocol.version': '1.1',
      'url.scheme': 'http',
      'sonde.link.rule': 'thread',
      'sonde.link.confidence': '0.9',
    },
  };
};

const batches = Array.from({ length: BATCHES }, (_, i) => {
  const entities = SERVICES.map((serviceName) => ({
    id: `${serviceName}-${i}-${hex(16)}`,
    serviceName,
    attributes: {
      'k8s.pod.name': `${serviceName}-${hex(4)}`,
      'k8s.namespace.name': 'shop',
      'k8s.node.name': `node-${i}`,
    },
  }));
  return batchOf({
    id: { sequence: i + 1 },
    node: `node-${i}`,
    entities,
    spans: Array.from({ length: SPANS / BATCHES }, () => span(entities.length)),
  });
});
const block = blockOf(batches);

const cpuMs = (work: () => void): number => {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
};

/** The least of several rounds: a busy machine only adds. */
const least = (work: () => void): number => Math.min(...Array.from({ length: ROUNDS }, () => cpuMs(work)));

/** The same rows with an object each, as JSON lines. */
function jsonLines(): string {
  const lines: string[] = [];
  for (const { id, node, platform, strings, entities, spans } of batches) {
    const text = (column: Uint32Array, row: number) => strings[column[row]!]!;
    const hexId = (ids: Uint8Array, row: number, bytes: number) =>
      Buffer.from(ids.buffer, ids.byteOffset + bytes * row, bytes).toString('hex');
    const pairs = ({ offsets, key, value }: AttributeColumns, row: number) => {
      const map: Record<string, string> = {};
      for (let i = offsets[row]!; i < offsets[row + 1]!; i++) map[text(key, i)] = text(value, i);
      return map;
    };
    for (let row = 0; row < spans.rows; row++) {
      const entity = spans.entity[row]!;
      const [clientPort, serverPort] = [spans.clientPort[row]!, spans.serverPort[row]!].map(String);
      const clientAddress = text(spans.clientAddress, row);
      const serverAddress = text(spans.serverAddress, row);
      const observedServer = spans.kind[row] === 2;
      lines.push(
        JSON.stringify({
          Timestamp: String(spans.startUnixNs[row]),
          TraceId: hexId(spans.traceId, row, 16),
          SpanId: hexId(spans.spanId, row, 8),
          ParentSpanId: hexId(spans.parentSpanId, row, 8),
          SpanName: text(spans.name, row),
          SpanKind: observedServer ? 'Server' : 'Client',
          ServiceName: text(entities.serviceName, entity),
          ResourceAttributes: {
            ...pairs(entities.attributes, entity),
            'service.name': text(entities.serviceName, entity),
            'service.namespace': text(entities.serviceNamespace, entity),
            'host.name': node,
            'sonde.entity.id': text(entities.id, entity),
            'sonde.entity.kind': 'container',
            'sonde.simulated': String(platform === 'simulated'),
          },
          SpanAttributes: {
            ...pairs(spans.attributes, row),
            'client.address': clientAddress,
            'client.port': clientPort,
            'server.address': serverAddress,
            'server.port': serverPort,
            'network.peer.address': observedServer ? clientAddress : serverAddress,
            'network.peer.port': observedServer ? clientPort : serverPort,
          },
          Duration: String(spans.durationNs[row]),
          StatusCode: 'Unset',
          Protocol: text(spans.protocol, row),
          PeerService: text(spans.peerService, row),
          EntityId: text(entities.id, entity),
          Node: node,
          Simulated: platform === 'simulated',
          RequestBytes: String(spans.requestBytes[row]),
          ResponseBytes: String(spans.responseBytes[row]),
          AgentId: id.agentId,
          BootEpoch: id.bootEpoch,
          BatchSequence: id.sequence,
        }),
      );
    }
  }
  return lines.join('\n');
}

const bytes = TRACES.encode!(block)!.bytes.length;
const jsonBytes = jsonLines().length;
const nativeMs = least(() => TRACES.encode!(block));
const jsonMs = least(jsonLines);

const line = (name: string, ms: number, blockBytes: number) =>
  `${name}: ${Math.round((SPANS / ms) * 1000).toLocaleString('en')} spans a CPU second, ${(blockBytes / SPANS).toFixed(0)} bytes a span`;
console.log(line('native', nativeMs, bytes));
console.log(line('JSON lines', jsonMs, jsonBytes));
console.log(`native / JSON lines: ${(jsonMs / nativeMs).toFixed(2)}`);
