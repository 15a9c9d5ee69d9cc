/** Bodies, values and messages are filler whose every byte is known, so that the reader can tell a wrong byte. */

/** A prime, so that the pattern never falls into step with buffers. */
const PERIOD = 251;
const pattern = Uint8Array.from({ length: PERIOD }, (_, at) => 97 + (at % 26));

/** The first `nBytes` of the filler. */
export function filler(nBytes: number): Uint8Array {
  const body = new Uint8Array(nBytes);
  for (let at = 0; at < nBytes; at += PERIOD)
    body.set(pattern.subarray(0, Math.min(PERIOD, nBytes - at)), at);
  return body;
}

/** Whether `bytes` are the filler's from `offset` on. */
export function isFiller(bytes: Uint8Array, offset: number): boolean {
  return bytes.every((byte, at) => byte === pattern[(offset + at) % PERIOD]);
}
