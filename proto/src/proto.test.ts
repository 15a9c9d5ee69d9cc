import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import protobuf from 'protobufjs';
import { INGEST_SERVICE, sonde } from './index.ts';

const folder = new URL('..', import.meta.url).pathname;

/** The contract as protobufjs reads the .proto files by itself: the generated code must agree with it. */
function reflected(): protobuf.Root {
  const root = new protobuf.Root();
  root.resolvePath = (_origin, target) => `${folder}${target}`;
  return root.loadSync('sonde/v1/ingest.proto').loadSync('sonde/v1/batch.proto');
}

/** A message with every field set, two entries in every list: the second differs from the first. */
function filled(type: protobuf.Type): Record<string, unknown> {
  const oneofs = new Set<string>();
  const message: Record<string, unknown> = {};
  for (const field of type.fieldsArray) {
    field.resolve();
    if (field.partOf !== null) {
      if (oneofs.has(field.partOf.name)) continue;
      oneofs.add(field.partOf.name);
    }
    const value = (seed: number): unknown => {
      if (field.resolvedType instanceof protobuf.Type) return filled(field.resolvedType);
      if (field.resolvedType instanceof protobuf.Enum) return seed % 2;
      if (field.type === 'string') return `text ${seed}`;
      if (field.type === 'bytes') return Buffer.from([0, 255, seed]);
      if (field.type === 'double') return seed + 0.5;
      if (/64$/.test(field.type)) return `${2n ** 63n - BigInt(seed)}`;
      return seed;
    };
    if (field.map) message[field.name] = { key: value(1) };
    else message[field.name] = field.repeated ? [value(field.id), value(field.id + 1)] : value(field.id);
  }
  return message;
}

const plain = (type: protobuf.Type, bytes: Uint8Array) =>
  type.toObject(type.decode(bytes), { longs: String, bytes: String });

const root = reflected();
const generated = sonde.v1 as unknown as Record<
  string,
  { encode(message: unknown): { finish(): Uint8Array }; decode(bytes: Uint8Array): object }
>;
const types = root.lookup('sonde.v1') as protobuf.Namespace;

test.each(types.nestedArray.filter((type) => type instanceof protobuf.Type))(
  '$name: the generated code writes and reads what the contract says',
  (type) => {
    const { name } = type;
    const message = filled(type);
    const byContract = type.encode(type.fromObject(message)).finish();
    const byGenerated = generated[name]!.encode(generated[name]!.decode(byContract)).finish();
    expect(plain(type, byGenerated)).toEqual(plain(type, byContract));
    expect(plain(type, byContract)).toEqual(
      type.toObject(type.fromObject(message), { longs: String, bytes: String }),
    );
  },
);

test('a batch has room for every kind that agents report', () => {
  const kinds = ['spans', 'entities', 'red', 'edges', 'logs', 'metrics', 'profiles', 'ledger', 'clocks'];
  expect(root.lookupType('sonde.v1.Batch').fieldsArray.map(({ name }) => name)).toEqual(
    expect.arrayContaining(kinds),
  );
});

test('columns of numbers are packed', () => {
  const columns = types.nestedArray
    .filter((type) => type instanceof protobuf.Type)
    .flatMap((type) => type.fieldsArray.map((field) => field.resolve()))
    .filter((field) => field.repeated && field.type in protobuf.types.packed);
  expect(columns.length).toBeGreaterThan(50);
  expect(columns.filter((field) => !field.packed).map((field) => field.fullName)).toEqual([]);
});

test('the service names what the contract names', () => {
  const { methods } = root.lookupService('sonde.v1.IngestService');
  expect(Object.keys(methods)).toEqual(['Stream']);
  expect(INGEST_SERVICE.stream.path).toBe('/sonde.v1.IngestService/Stream');
  expect([methods.Stream!.requestStream, methods.Stream!.responseStream]).toEqual([true, true]);
});

test('the accepted contract, which changes are judged against, is there', () =>
  expect(readFileSync(`${folder}accepted.binpb`).length).toBeGreaterThan(1000));
