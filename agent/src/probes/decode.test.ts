import { describe, expect, test } from '@jest/globals';
import { Ledger } from '@sonde/ledger';
import fc from 'fast-check';
import { EventFlag, type KernelEvent } from '../model/events.ts';
import { Decoder } from './decode.ts';
import {
  CAUSE,
  DATA_EVENT,
  DESCRIPTOR_EVENT,
  DIRECTION,
  ENDPOINT,
  EVENT,
  EVENT_HEAD,
  FILE_EVENT,
  FLAG,
  PROCESS_EVENT,
  RUNG,
  SOCKET_EVENT,
  SOCKET_ID,
  TCP_STATE_EVENT,
} from './layout.gen.ts';
import { Probes } from './probes.ts';
import { SocketTable } from './sockets.ts';

type Write = readonly [offset: number, bits: 8 | 16 | 32 | 64, value: number | bigint];

/** A record with a plausible head and the fields given. */
function record(
  kind: number,
  bytes: number,
  writes: readonly Write[] = [],
  tail: Uint8Array = new Uint8Array(0),
): Uint8Array {
  const record = new Uint8Array(bytes + tail.length);
  const view = new DataView(record.buffer);
  const head: Write[] = [
    [EVENT_HEAD.kind, 8, kind],
    [EVENT_HEAD.rung, 8, RUNG.RAW],
    [EVENT_HEAD.cpu, 32, 1],
    [EVENT_HEAD.tgid, 32, 10],
    [EVENT_HEAD.tid, 32, 11],
    [EVENT_HEAD.cgroup_id, 64, 2n ** 63n + 5n],
    [EVENT_HEAD.enter_ns, 64, 1_000],
    [EVENT_HEAD.exit_ns, 64, 2n ** 40n],
    [EVENT_HEAD.syscall_nr, 32, -1],
  ];
  for (const [offset, bits, value] of [...head, ...writes]) {
    if (bits === 8) view.setUint8(offset, Number(value));
    else if (bits === 16) view.setUint16(offset, Number(value), true);
    else if (bits === 32) view.setInt32(offset, Number(value), true);
    else view.setBigUint64(offset, BigInt(value), true);
  }
  record.set(tail, bytes);
  return record;
}

const HEAD = {
  node: 'n',
  cpu: 1,
  tgid: 10,
  tid: 11,
  cgroupId: 2n ** 63n + 5n,
  enterNs: 1_000,
  exitNs: 2 ** 40,
  syscallNr: -1,
  rung: 'raw',
  flags: 0,
};

const socketAt = (at: number): Write[] => [
  [at + SOCKET_ID.sock, 64, 0xffff888012345678n],
  [at + SOCKET_ID.inode, 64, 77],
];
const SOCKET = { node: 'n', address: 0x888012345678, inode: 77 };

const decode = (bytes: Uint8Array) => new Decoder('n', new SocketTable('n')).decode(bytes);
const check = (bytes: Uint8Array, want: Partial<KernelEvent> | string) =>
  expect(decode(bytes)).toEqual(typeof want === 'string' ? want : { ...HEAD, ...want });

describe('decode() reads', () => {
  test('bytes that moved, with the peer of a datagram', () => {
    const fields: Write[] = [
      ...socketAt(DATA_EVENT.socket),
      [EVENT_HEAD.flags, 16, FLAG.DATAGRAM],
      [DATA_EVENT.fd, 32, 4],
      [DATA_EVENT.direction, 8, DIRECTION.SEND],
      [DATA_EVENT.position, 32, 0xfffffff0],
      [DATA_EVENT.length, 32, 5],
      [DATA_EVENT.captured, 32, 3],
      [DATA_EVENT.call_bytes, 32, 9],
      [DATA_EVENT.call_offset, 32, 4],
      [DATA_EVENT.peer + ENDPOINT.addr, 32, 0x0100000a],
      [DATA_EVENT.peer + ENDPOINT.family, 16, 2],
      [DATA_EVENT.peer + ENDPOINT.port, 16, 53],
    ];
    check(record(EVENT.DATA, DATA_EVENT.bytes, fields, Uint8Array.of(7, 8, 9)), {
      kind: 'data',
      flags: EventFlag.DATAGRAM,
      socket: SOCKET,
      fd: 4,
      direction: 'send',
      position: 0xfffffff0,
      length: 5,
      callBytes: 9,
      callOffset: 4,
      peer: { address: '10.0.0.1', port: 53 },
      payload: Uint8Array.of(7, 8, 9),
    });
  });

  test('a socket that was accepted, with IPv6 endpoints', () => {
    const fields: Write[] = [
      ...socketAt(SOCKET_EVENT.socket),
      [SOCKET_EVENT.fd, 32, 5],
      [SOCKET_EVENT.family, 16, 10],
      [SOCKET_EVENT.type, 16, 1],
      [SOCKET_EVENT.protocol, 16, 6],
      [SOCKET_EVENT.cause, 8, CAUSE.ACCEPT],
      [SOCKET_EVENT.tcp_state, 8, 1],
      [SOCKET_EVENT.netns_inode, 32, 4026531840],
      [SOCKET_EVENT.send_position, 32, 100],
      [SOCKET_EVENT.receive_position, 32, 200],
      [SOCKET_EVENT.local + ENDPOINT.family, 16, 10],
      [SOCKET_EVENT.local + ENDPOINT.port, 16, 80],
      [SOCKET_EVENT.local + ENDPOINT.addr + 15, 8, 1],
    ];
    check(record(EVENT.SOCKET_OPEN, SOCKET_EVENT.bytes, fields), {
      kind: 'socket-open',
      cause: 'accept',
      socket: SOCKET,
      peerAddress: 0,
      fd: 5,
      error: 0,
      family: 'inet6',
      type: 'stream',
      protocol: 6,
      tcpState: 1,
      netnsInode: 4026531840,
      sendPosition: 100,
      receivePosition: 200,
      local: { address: '::1', port: 80 },
      remote: { address: '', port: 0 },
    });
  });

  test('a shutdown, with the positions that its TCP socket had come to', () => {
    const fields: Write[] = [
      ...socketAt(SOCKET_EVENT.socket),
      [SOCKET_EVENT.cause, 8, CAUSE.SHUTDOWN_WRITE],
      [SOCKET_EVENT.protocol, 16, 6],
      [SOCKET_EVENT.send_position, 32, 300],
      [SOCKET_EVENT.receive_position, 32, 400],
    ];
    check(record(EVENT.SOCKET_CLOSE, SOCKET_EVENT.bytes, fields), {
      kind: 'socket-close',
      socket: SOCKET,
      fd: 0,
      cause: 'shutdown-write',
      positions: { send: 300, receive: 400 },
    });
  });

  test('a close of a socket that counts no sequence numbers', () => {
    const fields: Write[] = [...socketAt(SOCKET_EVENT.socket), [SOCKET_EVENT.cause, 8, CAUSE.CLOSE]];
    const want = { kind: 'socket-close', socket: SOCKET, fd: 0, cause: 'close' } as const;
    check(record(EVENT.SOCKET_CLOSE, SOCKET_EVENT.bytes, fields), want);
  });

  test('a TCP state', () => {
    const fields: Write[] = [
      ...socketAt(TCP_STATE_EVENT.socket),
      [TCP_STATE_EVENT.old_state, 8, 2],
      [TCP_STATE_EVENT.new_state, 8, 1],
    ];
    check(record(EVENT.TCP_STATE, TCP_STATE_EVENT.bytes, fields), {
      kind: 'tcp-state',
      socket: SOCKET,
      oldState: 2,
      newState: 1,
    });
  });

  test('a duplicated descriptor', () => {
    const fields: Write[] = [
      ...socketAt(DESCRIPTOR_EVENT.socket),
      [DESCRIPTOR_EVENT.old_fd, 32, 3],
      [DESCRIPTOR_EVENT.new_fd, 32, 9],
    ];
    check(record(EVENT.DESCRIPTOR, DESCRIPTOR_EVENT.bytes, fields), {
      kind: 'descriptor',
      socket: SOCKET,
      oldFd: 3,
      newFd: 9,
    });
  });

  test.each([
    [EVENT.PROCESS_FORK, { kind: 'process-fork', childTgid: 12, startNs: 9, comm: 'nginx' }],
    [EVENT.PROCESS_EXEC, { kind: 'process-exec', startNs: 9, comm: 'nginx', path: '/bin' }],
    [EVENT.PROCESS_EXIT, { kind: 'process-exit', startNs: 9, exitCode: 256, comm: 'nginx' }],
  ])('a process event of kind %d', (kind, want) => {
    const text = (at: number, value: string): Write[] =>
      [...value].map((c, i) => [at + i, 8, c.charCodeAt(0)]);
    const fields: Write[] = [
      [PROCESS_EVENT.start_ns, 64, 9],
      [PROCESS_EVENT.other_tgid, 32, 12],
      [PROCESS_EVENT.exit_code, 32, 256],
      ...text(PROCESS_EVENT.comm, 'nginx'),
      ...text(PROCESS_EVENT.path, '/bin'),
    ];
    check(record(kind, PROCESS_EVENT.bytes, fields), want as Partial<KernelEvent>);
  });

  test('bytes written to a file', () => {
    const fields: Write[] = [
      [FILE_EVENT.inode, 64, 42],
      [FILE_EVENT.device, 32, 8],
      [FILE_EVENT.mode, 32, 0o100644],
      [FILE_EVENT.fd, 32, 1],
      [FILE_EVENT.direction, 8, DIRECTION.SEND],
      [FILE_EVENT.length, 32, 2],
      [FILE_EVENT.captured, 32, 2],
      [FILE_EVENT.call_bytes, 32, 2],
    ];
    check(record(EVENT.FILE, FILE_EVENT.bytes, fields, Uint8Array.of(104, 105)), {
      kind: 'file',
      inode: 42,
      device: 8,
      mode: 0o100644,
      fd: 1,
      direction: 'send',
      length: 2,
      callBytes: 2,
      callOffset: 0,
      payload: Uint8Array.of(104, 105),
    });
  });
});

describe('decode() refuses', () => {
  test('a record without a whole head', () => check(new Uint8Array(EVENT_HEAD.bytes - 1), 'short_record'));
  test('a record shorter than its kind', () =>
    check(record(EVENT.DATA, DATA_EVENT.bytes).subarray(0, DATA_EVENT.bytes - 1), 'short_record'));
  test('an unknown kind', () => check(record(99, DATA_EVENT.bytes), 'unknown_kind'));
  test('more payload than there is', () => {
    check(
      record(EVENT.DATA, DATA_EVENT.bytes, [
        [DATA_EVENT.length, 32, 9],
        [DATA_EVENT.captured, 32, 9],
      ]),
      'bad_length',
    );
  });
  test('more payload than the record stands for', () => {
    check(
      record(
        EVENT.DATA,
        DATA_EVENT.bytes,
        [
          [DATA_EVENT.length, 32, 1],
          [DATA_EVENT.captured, 32, 2],
        ],
        new Uint8Array(2),
      ),
      'bad_length',
    );
  });
  test('nothing else, and never throws', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 12 }),
        fc.uint8Array({ minLength: 0, maxLength: 300 }),
        (kind, bytes) => {
          if (bytes.length > 0) bytes[0] = kind;
          const event = decode(bytes);
          expect(typeof event === 'string' || typeof event.kind === 'string').toBe(true);
        },
      ),
    );
  });
});

test('the flags of the model are those of events.h', () => expect(EventFlag).toEqual(FLAG));

test('a payload is a copy: the ring may reuse its bytes', () => {
  const bytes = record(
    EVENT.DATA,
    DATA_EVENT.bytes,
    [
      [DATA_EVENT.length, 32, 1],
      [DATA_EVENT.captured, 32, 1],
    ],
    Uint8Array.of(1),
  );
  const event = decode(bytes);
  bytes.fill(0xff);
  expect(event).toMatchObject({ payload: Uint8Array.of(1) });
});

test('Probes accounts for every record, good or bad, in the ring or held', () => {
  const counters = new Map([
    [9, 5n],
    [10, 4n],
    [11, 1n],
  ]);
  const queue = [
    record(EVENT.DATA, DATA_EVENT.bytes),
    record(99, DATA_EVENT.bytes),
    record(EVENT.DATA, DATA_EVENT.bytes),
  ];
  let pending = 4;
  const ledger = new Ledger();
  const events: KernelEvent[] = [];
  const probes = new Probes({
    node: 'n',
    ledger,
    ring: {
      drain: (onRecord) => {
        const n = queue.length;
        for (const bytes of queue.splice(0)) onRecord(bytes);
        pending -= n;
        return n;
      },
      pendingBytes: () => 0,
      pendingRecords: () => pending,
    },
    counters: {
      name: 'counters',
      keyBytes: 4,
      valueBytes: 8,
      lookup: () => null,
      lookupPerCpu: (key) => {
        const value = new Uint8Array(8);
        new DataView(value.buffer).setBigUint64(0, counters.get(key[0]!) ?? 0n, true);
        return [value, new Uint8Array(8)];
      },
      update: () => true,
      delete: () => true,
      keys: () => [],
    },
    onEvent: (event) => events.push(event),
  });
  probes.drain();
  probes.refreshLedger();
  expect(ledger.imbalances()).toEqual([]);
  probes.flush();
  probes.refreshLedger();
  expect(ledger.imbalances()).toEqual([]);
  expect(events).toHaveLength(2);
});
