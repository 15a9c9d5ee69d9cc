/** Connection phase, without TLS: the server greets, the client proves that it knows the password, the server says OK. */
import { createHash } from 'node:crypto';
import { ByteReader, ByteWriter } from '../bytes.ts';

const PROTOCOL_VERSION = 10;
const SERVER_VERSION = '8.0.36';
const PLUGIN = 'mysql_native_password';
const UTF8MB4 = 255;
const NONCE_BYTES = 20;
const MAX_PACKET_BYTES = 64 * 1024 * 1024;

const USER = 'app';
const PASSWORD = 'scenario';

/** CLIENT_ flags. */
const CAPABILITIES = {
  longPassword: 1 << 0,
  longFlag: 1 << 2,
  connectWithDatabase: 1 << 3,
  protocol41: 1 << 9,
  transactions: 1 << 13,
  secureConnection: 1 << 15,
  pluginAuthentication: 1 << 19,
} as const;

const ALL = Object.values(CAPABILITIES).reduce((flags, flag) => flags | flag, 0);
const NEEDED = CAPABILITIES.protocol41 | CAPABILITIES.secureConnection | CAPABILITIES.connectWithDatabase;

/** Bytes that the client mixes into its proof. Never zero: some read them as a text. @param connection its number */
export function nonceOf(connection: number): Uint8Array {
  const digest = createHash('sha1').update(`nonce ${connection}`).digest();
  return Uint8Array.from(digest, (byte) => (byte & 0x7f) | 0x01).subarray(0, NONCE_BYTES);
}

export function greeting(connection: number): Uint8Array {
  const nonce = nonceOf(connection);
  const out = new ByteWriter().u8(PROTOCOL_VERSION).zeroEnded(SERVER_VERSION).uint(connection, 4);
  out
    .bytes(nonce.subarray(0, 8))
    .u8(0)
    .uint(ALL & 0xffff, 2)
    .u8(UTF8MB4);
  // SERVER_STATUS_AUTOCOMMIT; the upper half of the capabilities; length of the nonce with the zero after it.
  out
    .uint(0x0002, 2)
    .uint(ALL >>> 16, 2)
    .u8(NONCE_BYTES + 1);
  return out.bytes(new Uint8Array(10)).bytes(nonce.subarray(8)).u8(0).zeroEnded(PLUGIN).finish();
}

/** The nonce of a greeting; null if it is none that we can answer. */
export function nonceOfGreeting(payload: Uint8Array): Uint8Array | null {
  const reader = new ByteReader(payload);
  if (reader.u8() !== PROTOCOL_VERSION) return null;
  reader.zeroEnded();
  reader.bytes(4);
  const first = reader.bytes(8);
  reader.bytes(1 + 2 + 1 + 2 + 2 + 1 + 10);
  const rest = reader.bytes(NONCE_BYTES - 8);
  reader.bytes(1);
  const plugin = reader.zeroEnded();
  return reader.isBroken || plugin !== PLUGIN ? null : Uint8Array.of(...first, ...rest);
}

/** HandshakeResponse41. */
export function response(nonce: Uint8Array, database: string): Uint8Array {
  const out = new ByteWriter().uint(ALL, 4).uint(MAX_PACKET_BYTES, 4).u8(UTF8MB4).bytes(new Uint8Array(23));
  const proof = proofOf(nonce);
  return out.zeroEnded(USER).u8(proof.length).bytes(proof).zeroEnded(database).zeroEnded(PLUGIN).finish();
}

/** The database that a client asks for; null if it may not come in. */
export function databaseOfResponse(payload: Uint8Array, connection: number): string | null {
  const reader = new ByteReader(payload);
  const capabilities = reader.uint(4);
  reader.bytes(4 + 1 + 23);
  const user = reader.zeroEnded();
  const proof = reader.bytes(reader.u8());
  const database = reader.zeroEnded();
  const isGood = (capabilities & NEEDED) === NEEDED && user === USER && !reader.isBroken;
  const expected = proofOf(nonceOf(connection));
  const isKnown = proof.length === expected.length && proof.every((byte, at) => byte === expected[at]);
  return isGood && isKnown ? database : null;
}

/** mysql_native_password: SHA1(password) XOR SHA1(nonce + SHA1(SHA1(password))). */
function proofOf(nonce: Uint8Array): Uint8Array {
  const once = sha1(PASSWORD);
  const mask = sha1(Uint8Array.of(...nonce, ...sha1(once)));
  return Uint8Array.from(once, (byte, at) => byte ^ mask[at]!);
}

const sha1 = (data: string | Uint8Array): Uint8Array =>
  new Uint8Array(createHash('sha1').update(data).digest());
