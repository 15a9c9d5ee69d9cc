/** Text of a head: UTF-8 where it is that, else one character a byte (RFC 9110 section 5.5 leaves it open). */
import { Buffer } from 'node:buffer';

const UTF8 = new TextDecoder('utf-8');

export function text(bytes: Uint8Array): string {
  const latin1 = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
  if (!/[\x80-\xff]/.test(latin1)) return latin1;
  const utf8 = UTF8.decode(bytes);
  return utf8.includes('\ufffd') ? latin1 : utf8;
}
