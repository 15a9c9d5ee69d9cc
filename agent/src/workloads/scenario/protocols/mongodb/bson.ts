/** BSON, the documents of MongoDB (https://bsonspec.org/spec.html): int32 of all bytes, elements, a zero byte. */
import { ByteReader, ByteWriter, encodeText } from '../bytes.ts';

/** A whole number is an int32, unless it is too large, or stands in a Double. */
export type Bson =
  | string
  | number
  | bigint
  | boolean
  | null
  | Double
  | ObjectId
  | Date
  | readonly Bson[]
  | Document;
export interface Document {
  readonly [field: string]: Bson;
}

/** A number that is a double although it is whole, as `ok: 1` is. */
export class Double {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }
}

export class ObjectId {
  /** Twelve of them. */
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
}

const TYPES = {
  double: 0x01,
  string: 0x02,
  document: 0x03,
  array: 0x04,
  objectId: 0x07,
  boolean: 0x08,
  date: 0x09,
  null: 0x0a,
  int32: 0x10,
  int64: 0x12,
} as const;

const MAX_DEPTH = 20;

export function encodeDocument(document: Document): Uint8Array {
  const elements = new ByteWriter();
  for (const [name, value] of Object.entries(document)) writeElement(elements, name, value);
  return new ByteWriter()
    .uint(elements.length + 5, 4)
    .bytes(elements.finish())
    .u8(0)
    .finish();
}

function writeElement(out: ByteWriter, name: string, value: Bson): void {
  const begin = (type: number) => out.u8(type).zeroEnded(name);
  if (typeof value === 'string') {
    const bytes = encodeText(value);
    begin(TYPES.string)
      .uint(bytes.length + 1, 4)
      .bytes(bytes)
      .u8(0);
  } else if (typeof value === 'number') {
    if (Number.isInteger(value) && value === (value | 0)) begin(TYPES.int32).uint(value >>> 0, 4);
    else begin(TYPES.double).float64(value);
  } else if (typeof value === 'bigint') begin(TYPES.int64).int64(value);
  else if (typeof value === 'boolean') begin(TYPES.boolean).u8(value ? 1 : 0);
  else if (value === null) begin(TYPES.null);
  else if (value instanceof Double) begin(TYPES.double).float64(value.value);
  else if (value instanceof ObjectId) begin(TYPES.objectId).bytes(value.bytes);
  else if (value instanceof Date) begin(TYPES.date).int64(BigInt(value.getTime()));
  else if (isList(value)) {
    begin(TYPES.array).bytes(
      encodeDocument(Object.fromEntries(value.map((item, index) => [String(index), item]))),
    );
  } else begin(TYPES.document).bytes(encodeDocument(value));
}

/** Array.isArray() does not know read-only ones. */
const isList = (value: readonly Bson[] | Document): value is readonly Bson[] => Array.isArray(value);

/** Takes a document off the reader, which is broken afterwards if there is none. */
export function readDocument(reader: ByteReader, depth = 0): Document {
  const nBytes = reader.uint(4);
  const inner = new ByteReader(reader.bytes(nBytes - 4));
  const fields: Record<string, Bson> = {};
  for (let type = inner.u8(); type !== 0 && !inner.isBroken; type = inner.u8()) {
    fields[inner.zeroEnded()] = readValue(inner, type, depth);
  }
  if (inner.isBroken || inner.left > 0 || nBytes < 5) reader.breakOff();
  return fields;
}

function readValue(reader: ByteReader, type: number, depth: number): Bson {
  switch (type) {
    case TYPES.double:
      return new Double(reader.float64());
    case TYPES.string: {
      const text = reader.text(reader.uint(4) - 1);
      reader.bytes(1);
      return text;
    }
    case TYPES.document:
    case TYPES.array: {
      if (depth === MAX_DEPTH) break;
      const document = readDocument(reader, depth + 1);
      return type === TYPES.array ? Object.values(document) : document;
    }
    case TYPES.objectId:
      return new ObjectId(reader.bytes(12));
    case TYPES.boolean:
      return reader.u8() === 1;
    case TYPES.date:
      return new Date(Number(reader.int64()));
    case TYPES.null:
      return null;
    case TYPES.int32:
      return reader.int32();
    case TYPES.int64:
      return reader.int64();
  }
  reader.breakOff();
  return null;
}
