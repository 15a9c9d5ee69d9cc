/**
 * The attributes of spans: those that the agent gave, then the two ends by the names of OpenTelemetry's semantic
 * conventions ("General attributes": client.*, server.*, and network.peer.*, which is the end that was not observed).
 * Where the agent gave one of these names its value stands: it knew better, from a header.
 */
import type { SpanColumns } from '../../model/columns.ts';
import { type ColumnData, fixed } from '../native/columns.ts';
import { StringMap } from '../native/string-map.ts';
import type { BatchPart, BlockRows } from './block-rows.ts';

export interface SpanAttributes {
  readonly map: ColumnData;
  /** http.response.status_code, 0 where there is none. */
  readonly httpStatus: ColumnData;
}

export function spanAttributes(rows: BlockRows<SpanColumns>): SpanAttributes {
  const map = new StringMap(rows.strings, rows.count);
  const httpStatus = new Uint16Array(rows.count);
  const names = END_NAMES.map((name) => rows.strings.idOf(name));
  const none = rows.strings.idOf('');
  let row = 0;

  /** @param given bit i is set if the agent gave END_NAMES[i] */
  const addEnd = (given: number, first: number, address: number, port: number) => {
    if (address !== none && (given & (1 << first)) === 0) map.pair(names[first]!, address);
    if (port !== 0 && (given & (1 << (first + 1))) === 0)
      map.pair(names[first + 1]!, rows.strings.idOfNumber(port));
  };

  const addPart = ({ columns, strings }: BatchPart<SpanColumns>) => {
    const { attributes, kind } = columns;
    const bitOf = Uint8Array.from(strings.texts, (text) => BITS.get(text) ?? 0);
    for (let i = 0; i < columns.rows; i++, row++) {
      let given = 0;
      for (let a = attributes.offsets[i]!; a < attributes.offsets[i + 1]!; a++) {
        const key = attributes.key[a]!;
        const value = attributes.value[a]!;
        const bit = bitOf[key]!;
        if (bit === HTTP_STATUS_BIT) httpStatus[row] = statusOf(strings.texts[value]!);
        given |= bit;
        map.pair(strings.id(key), strings.id(value));
      }
      const client = strings.id(columns.clientAddress[i]!);
      const server = strings.id(columns.serverAddress[i]!);
      const clientPort = columns.clientPort[i]!;
      const serverPort = columns.serverPort[i]!;
      const observedServer = kind[i] === SPAN_KIND_SERVER || kind[i] === SPAN_KIND_CONSUMER;
      addEnd(given, CLIENT, client, clientPort);
      addEnd(given, SERVER, server, serverPort);
      addEnd(given, PEER, observedServer ? client : server, observedServer ? clientPort : serverPort);
      map.endRow();
    }
  };

  for (const part of rows.parts) addPart(part);
  return { map, httpStatus: fixed('UInt16', httpStatus) };
}

const END_NAMES = [
  'client.address',
  'client.port',
  'server.address',
  'server.port',
  'network.peer.address',
  'network.peer.port',
];
/** Where the two names of an end stand. */
const CLIENT = 0;
const SERVER = 2;
const PEER = 4;

const HTTP_STATUS_BIT = 1 << END_NAMES.length;
const BITS = new Map([
  ...END_NAMES.map((name, i) => [name, 1 << i] as const),
  ['http.response.status_code', HTTP_STATUS_BIT],
]);

const SPAN_KIND_SERVER = 2;
const SPAN_KIND_CONSUMER = 5;

/** 0 for what is no status code of three digits (RFC 9110 section 15). */
const statusOf = (text: string): number => (/^[1-9]\d\d$/.test(text) ? Number(text) : 0);
