/** Bytes that follow from a number alone, 8 to about 5,000 of them; the first 4 are the number. */
export function numberedPayload(number: number): Uint8Array {
  const payload = new Uint8Array(8 + ((number * 7919) % 5003));
  for (let i = 4; i < payload.length; i++) payload[i] = number * 31 + i;
  new DataView(payload.buffer).setUint32(0, number);
  return payload;
}

export function numberOfPayload(payload: Uint8Array): number {
  return new DataView(payload.buffer, payload.byteOffset).getUint32(0);
}
