/** Records as one line each, so that a test's rows can be read. What does not matter to most of them is left out. */
import type { Value } from './layout.ts';
import type { Record_ } from './rig.ts';

/**
 * ```
 * open first-use fd 5 inet/1/6 state 1 send 1000 receive 7 10.0.0.1:5000 > 10.0.0.2:80
 * data send fd 5 @1000 "hello" 5 of 5            bytes from position 1000
 * data send fd 5 @1005 - 95 of 100+5 TRUNCATED   a length alone: 95 of the call's 100 bytes, from its 5th on
 * close close fd 5 LAST_REFERENCE
 * ```
 */
export function show(record: Record_, flagNames: ReadonlyMap<number, string>): string {
  const { head, kind } = record;
  const flags = [...flagNames].filter(([bit]) => (Number(head.flags) & bit) !== 0).map(([, name]) => name);
  // It says the same as the family and type.
  const worthSaying = flags.map((name) => name.replace('FLAG_', '')).filter((name) => name !== 'COUNTED');
  return [...parts(record, kind), ...worthSaying].join(' ');
}

function parts(record: Record_, kind: string): (string | number)[] {
  const fd = `fd ${record.fd}`;
  switch (kind) {
    case 'EVENT_DATA':
    case 'EVENT_FILE': {
      const what = kind === 'EVENT_FILE' ? ['file', `inode ${record.inode}`] : ['data'];
      const place = kind === 'EVENT_FILE' ? [] : [`@${record.position}`];
      const peer =
        kind === 'EVENT_DATA' && family(record.peer) !== '?' ? [`peer ${endpoint(record.peer)}`] : [];
      const offset = record.call_offset === 0 ? '' : `+${record.call_offset}`;
      const direction = record.direction === 1 ? 'send' : 'receive';
      const bytes = [payload(record), record.length as number, 'of', `${record.call_bytes}${offset}`];
      return [...what, direction, fd, ...place, ...bytes, ...peer];
    }
    case 'EVENT_SOCKET_OPEN': {
      const cause = ['first-use', 'connect', 'accept'][Number(record.cause)]!;
      const error = record.error === 0 ? [] : [`error ${record.error}`];
      const place =
        record.protocol === 6
          ? [`state ${record.tcp_state} send ${record.send_position} receive ${record.receive_position}`]
          : [];
      const kindOf = `${family(record.local)}/${record.type}/${record.protocol}`;
      return [
        'open',
        cause,
        fd,
        kindOf,
        ...place,
        ...error,
        `${endpoint(record.local)} > ${endpoint(record.remote)}`,
      ];
    }
    case 'EVENT_SOCKET_CLOSE':
      return [
        'close',
        ['close', 'shutdown-read', 'shutdown-write', 'shutdown-both'][Number(record.cause) - 3]!,
        fd,
      ];
    case 'EVENT_DESCRIPTOR':
      return ['descriptor', `${record.old_fd} > ${record.new_fd}`];
    case 'EVENT_TCP_STATE':
      return [
        'state',
        `${record.old_state} > ${record.new_state}`,
        `of ${record.head.tgid}/${record.head.tid}`,
      ];
    case 'EVENT_PROCESS_FORK':
      return ['fork', record.other_tgid as number, `start ${record.start_ns}`, text(record.comm)];
    case 'EVENT_PROCESS_EXEC':
      return ['exec', text(record.path), `start ${record.start_ns}`, text(record.comm)];
    default:
      return ['exit', record.exit_code as number, `start ${record.start_ns}`];
  }
}

const SHOWN_BYTES = 24;

function payload(record: Record_): string {
  const bytes = record.payload as Uint8Array;
  if (bytes.length !== record.captured)
    return `${bytes.length} bytes behind the head but captured ${record.captured}`;
  if (bytes.length === 0) return '-';
  return bytes.length > SHOWN_BYTES ? `${bytes.length} bytes` : JSON.stringify(text(bytes));
}

function text(value: Value | string | undefined): string {
  const bytes = value as Uint8Array;
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
}

function family(value: Value | string | undefined): string {
  const names: Readonly<Record<number, string>> = { 1: 'unix', 2: 'inet', 10: 'inet6' };
  return names[(value as { family: number }).family] ?? '?';
}

function endpoint(value: Value | string | undefined): string {
  const { addr, port } = value as { addr: Uint8Array; port: number };
  switch (family(value)) {
    case 'inet':
      return `${addr.subarray(0, 4).join('.')}:${port}`;
    case 'inet6':
      return `[${Array.from({ length: 8 }, (_, i) => ((addr[2 * i]! << 8) | addr[2 * i + 1]!).toString(16)).join(':')}]:${port}`;
    default:
      return family(value);
  }
}
