import { describe, expect, test } from '@jest/globals';
import { enumNames } from './layout.ts';
import { type CallName, Rig, type RigOptions, RUNGS, type Rung, TGID, TID, words, words32 } from './rig.ts';
import { show } from './show.ts';

const ALL_RUNGS = Object.keys(RUNGS) as Rung[];

/** Options, what happens, the records (as show() writes them), and under which counters the calls are booked. */
interface Row {
  readonly options?: RigOptions;
  readonly act: (rig: Rig) => void;
  readonly records: readonly string[];
  /** `{ REPORTED: 1 }` stands for CALLS_REPORTED 1; none given: one call, reported. */
  readonly calls?: Readonly<Record<string, number>>;
}

function check(rung: Rung, row: Row): Rig {
  const rig = new Rig({ rung, ...row.options });
  row.act(rig);
  const flags = enumNames(rig.types, 'event_flag');
  expect(rig.records().map((record) => show(record, flags))).toEqual(row.records);
  expect(rig.faults).toBe(0);
  const counters = rig.counters();
  const calls = row.calls ?? { REPORTED: 1 };
  const booked = Object.entries(counters).filter(
    ([name]) => name.startsWith('CALLS_') && name !== 'CALLS_TAKEN',
  );
  expect(Object.fromEntries(booked)).toEqual(
    Object.fromEntries(Object.entries(calls).map(([name, count]) => [`CALLS_${name}`, count])),
  );
  // The ledger: every call is booked once beside CALLS_TAKEN, every record is written or counted as lost.
  const { CALLS_TAKEN = 0, RECORDS_OFFERED = 0, RECORDS_WRITTEN = 0, RECORDS_RING_FULL = 0 } = counters;
  expect(CALLS_TAKEN).toBe(booked.reduce((sum, [, count]) => sum + count, 0));
  expect(RECORDS_OFFERED).toBe(RECORDS_WRITTEN + RECORDS_RING_FULL);
  return rig;
}

/** The same on every rung. */
function rows(table: Readonly<Record<string, Row>>, rungs = ALL_RUNGS): void {
  for (const [name, row] of Object.entries(table)) {
    for (const rung of rungs) test(`${name} (${rung})`, () => void check(rung, row));
  }
}

const ip = (...bytes: number[]) => bytes.reduceRight((sum, byte) => sum * 256 + byte, 0);
const swap16 = (port: number) => ((port & 0xff) << 8) | (port >> 8);
const OPEN = 'fd 5 inet/1/6 state 1';
const ADDRESSES = '10.0.0.1:5000 > 10.0.0.2:80';

/** An established TCP socket; positions are those after the call that a test makes. */
function tcp(rig: Rig, fd: number, positions: { send?: number; receive?: number } = {}, inode = 9000 + fd) {
  return rig.socket(fd, inode, {
    '__sk_common.skc_family': 2,
    '__sk_common.skc_state': 1,
    '__sk_common.skc_rcv_saddr': ip(10, 0, 0, 1),
    '__sk_common.skc_num': 5000,
    '__sk_common.skc_daddr': ip(10, 0, 0, 2),
    '__sk_common.skc_dport': swap16(80),
    sk_type: 1,
    sk_protocol: 6,
    'tcp_sock:write_seq': positions.send ?? 0,
    'tcp_sock:copied_seq': positions.receive ?? 0,
  });
}

function udp(rig: Rig, fd: number, peerPort = 0) {
  return rig.socket(fd, 9000 + fd, {
    '__sk_common.skc_family': 2,
    '__sk_common.skc_rcv_saddr': ip(10, 0, 0, 1),
    '__sk_common.skc_num': 5000,
    '__sk_common.skc_daddr': peerPort === 0 ? 0 : ip(10, 0, 0, 53),
    '__sk_common.skc_dport': swap16(peerPort),
    sk_type: 2,
    sk_protocol: 17,
  });
}

function unix(rig: Rig, fd: number) {
  return rig.socket(fd, 9000 + fd, {
    '__sk_common.skc_family': 1,
    sk_type: 1,
    'unix_sock:peer': 0xffff_8880_1234_0000n,
  });
}

function sockaddr(rig: Rig, port: number, ...address: number[]): bigint {
  const family = address.length === 4 ? 2 : 10;
  const head = [family, 0, port >> 8, port & 0xff, ...(family === 10 ? [0, 0, 0, 0] : [])];
  return rig.user(Uint8Array.from([...head, ...address, ...(family === 10 ? [0, 0, 0, 0] : [])]));
}

/** `struct msghdr`; with `bytes` as in mmsghdr. */
function message(parts: { name?: bigint; iov: bigint; count: number; bytes?: number }): Uint8Array {
  const nameBytes = parts.name === undefined ? 0n : 16n;
  const header = words([parts.name ?? 0n, nameBytes, parts.iov, BigInt(parts.count), 0n, 0n, 0n]);
  return parts.bytes === undefined ? header : Uint8Array.from([...header, ...words32([parts.bytes, 0])]);
}

/** One segment that holds the text. */
const segment = (rig: Rig, text: string) => rig.iovec([[rig.user(text), text.length]]);

describe('bytes through a TCP socket', () => {
  rows({
    'write: the socket is announced, then the bytes, at the sequence number before the call': {
      act: (rig) => {
        tcp(rig, 5, { send: 1005, receive: 7 });
        rig.call('write', [5, rig.user('hello'), 5], 5);
      },
      records: [
        `open first-use ${OPEN} send 1000 receive 7 ${ADDRESSES}`,
        'data send fd 5 @1000 "hello" 5 of 5',
      ],
    },
    'read: as much of the buffer as came': {
      act: (rig) => {
        tcp(rig, 5, { receive: 103 });
        rig.call('read', [5, rig.user('abc-------'), 10], 3);
      },
      records: [
        `open first-use ${OPEN} send 0 receive 100 ${ADDRESSES}`,
        'data receive fd 5 @100 "abc" 3 of 3',
      ],
    },
    'a second call announces nothing': {
      act: (rig) => {
        const { sock } = tcp(rig, 5, { send: 2 });
        rig.call('write', [5, rig.user('ab'), 2], 2);
        sock.set({ 'tcp_sock:write_seq': 5 });
        rig.call('sendto', [5, rig.user('cde'), 3, 0, 0, 0], 3);
      },
      records: [
        `open first-use ${OPEN} send 0 receive 0 ${ADDRESSES}`,
        'data send fd 5 @0 "ab" 2 of 2',
        'data send fd 5 @2 "cde" 3 of 3',
      ],
      calls: { REPORTED: 2 },
    },
    'another inode number is another socket, even at the same address': {
      act: (rig) => {
        const { sock, socket } = tcp(rig, 5, { send: 1 });
        rig.call('write', [5, rig.user('a'), 1], 1);
        rig.file(5, 0o140777, 12345, socket.address);
        sock.set({ 'tcp_sock:write_seq': 11 });
        rig.call('write', [5, rig.user('b'), 1], 1);
      },
      records: [
        `open first-use ${OPEN} send 0 receive 0 ${ADDRESSES}`,
        'data send fd 5 @0 "a" 1 of 1',
        `open first-use ${OPEN} send 10 receive 0 ${ADDRESSES}`,
        'data send fd 5 @10 "b" 1 of 1',
      ],
      calls: { REPORTED: 2 },
    },
    'sequence numbers wrap': {
      act: (rig) => {
        tcp(rig, 5, { send: 2 });
        rig.call('write', [5, rig.user('wxyz'), 4], 4);
      },
      records: [
        `open first-use ${OPEN} send 4294967294 receive 0 ${ADDRESSES}`,
        'data send fd 5 @4294967294 "wxyz" 4 of 4',
      ],
    },
    'a read that came to the FIN together with the last bytes does not count it': {
      act: (rig) => {
        const { sock } = tcp(rig, 5, { receive: 104 });
        sock.set({ 'tcp_sock:rcv_nxt': 104, '__sk_common.skc_flags': 1 << 1 });
        rig.call('read', [5, rig.user('abc'), 3], 3);
        rig.call('read', [5, rig.user('abc'), 3], 0);
      },
      records: [
        `open first-use ${OPEN} send 0 receive 100 ${ADDRESSES}`,
        'data receive fd 5 @100 "abc" 3 of 3',
        'data receive fd 5 @103 - 0 of 0 END_OF_FILE',
      ],
      calls: { REPORTED: 2 },
    },
    'a receive of 0 into no room says nothing': {
      act: (rig) => {
        tcp(rig, 5);
        rig.call('read', [5, rig.user('abc'), 0], 0);
        rig.call(
          'readv',
          [
            5,
            rig.iovec([
              [0n, 0],
              [0n, 0],
            ]),
            2,
          ],
          0,
        );
        rig.call('write', [5, rig.user('abc'), 0], 0);
      },
      records: [],
      calls: { EMPTY: 3 },
    },
    'IPv6 addresses': {
      act: (rig) => {
        const { sock } = tcp(rig, 5, { send: 1 });
        sock.set({
          '__sk_common.skc_family': 10,
          '__sk_common.skc_v6_rcv_saddr': 0x01000000_00000000_00000000_00000000n,
          '__sk_common.skc_v6_daddr': 0x02000000_00000000_00000000_0000fe80n,
        });
        rig.call('write', [5, rig.user('a'), 1], 1);
      },
      records: [
        'open first-use fd 5 inet6/1/6 state 1 send 0 receive 0 [0:0:0:0:0:0:0:1]:5000 > [80fe:0:0:0:0:0:0:2]:80',
        'data send fd 5 @0 "a" 1 of 1',
      ],
    },
  });
});

describe('buffers', () => {
  const opened = `open first-use ${OPEN} send 0 receive 0 ${ADDRESSES}`;
  rows({
    'segments are gathered, empty ones passed over': {
      act: (rig) => {
        tcp(rig, 5, { send: 6 });
        rig.call(
          'writev',
          [
            5,
            rig.iovec([
              [rig.user('ab'), 2],
              [0n, 0],
              [rig.user('cdef'), 4],
            ]),
            3,
          ],
          6,
        );
      },
      records: [opened, 'data send fd 5 @0 "abcdef" 6 of 6'],
    },
    'a short receive fills only the first segments': {
      act: (rig) => {
        tcp(rig, 5, { receive: 3 });
        rig.call(
          'readv',
          [
            5,
            rig.iovec([
              [rig.user('ab'), 2],
              [rig.user('cdef'), 4],
            ]),
            2,
          ],
          3,
        );
      },
      records: [opened, 'data receive fd 5 @0 "abc" 3 of 3'],
    },
    'sendmsg and recvmsg': {
      act: (rig) => {
        tcp(rig, 5, { send: 2, receive: 2 });
        rig.call('sendmsg', [5, rig.user(message({ iov: segment(rig, 'hi'), count: 1 })), 0], 2);
        rig.call('recvmsg', [5, rig.user(message({ iov: segment(rig, 'yo'), count: 1 })), 0], 2);
      },
      records: [
        `open first-use ${OPEN} send 0 receive 2 ${ADDRESSES}`,
        'data send fd 5 @0 "hi" 2 of 2',
        'data receive fd 5 @0 "yo" 2 of 2',
      ],
      calls: { REPORTED: 2 },
    },
    'a long call is cut into records': {
      act: (rig) => {
        tcp(rig, 5, { send: 20000 });
        rig.call('write', [5, rig.user(new Uint8Array(20000)), 20000], 20000);
      },
      records: [
        opened,
        'data send fd 5 @0 8192 bytes 8192 of 20000 CONTINUED',
        'data send fd 5 @8192 8192 bytes 8192 of 20000+8192 CONTINUED',
        'data send fd 5 @16384 3616 bytes 3616 of 20000+16384',
      ],
    },
    'a record may end within a segment': {
      act: (rig) => {
        tcp(rig, 5, { send: 9000 });
        const parts: [bigint, number][] = [
          [rig.user(new Uint8Array(8000)), 8000],
          [rig.user(new Uint8Array(1000)), 1000],
        ];
        rig.call('writev', [5, rig.iovec(parts), 2], 9000);
      },
      records: [
        opened,
        'data send fd 5 @0 8192 bytes 8192 of 9000 CONTINUED',
        'data send fd 5 @8192 808 bytes 808 of 9000+8192',
      ],
    },
    'beyond the limit there are lengths': {
      options: { constants: { payload_limit: 4 } },
      act: (rig) => {
        tcp(rig, 5, { send: 10 });
        rig.call('write', [5, rig.user('0123456789'), 10], 10);
      },
      records: [
        opened,
        'data send fd 5 @0 "0123" 4 of 10 CONTINUED',
        'data send fd 5 @4 - 6 of 10+4 TRUNCATED',
      ],
    },
    'more than 64 KiB: eight records and a length': {
      act: (rig) => {
        tcp(rig, 5, { send: 70000 });
        rig.call('write', [5, rig.user(new Uint8Array(70000)), 70000], 70000);
      },
      records: [
        opened,
        ...[0, 1, 2, 3, 4, 5, 6, 7].map((n) => {
          const at = n * 8192;
          return `data send fd 5 @${at} 8192 bytes 8192 of 70000${at === 0 ? '' : `+${at}`} CONTINUED`;
        }),
        'data send fd 5 @65536 - 4464 of 70000+65536 TRUNCATED',
      ],
    },
    'an object without payload has lengths only': {
      options: { object: 'testing/socket-nopayload.bpf.o' },
      act: (rig) => {
        tcp(rig, 5, { send: 5 });
        rig.call('write', [5, rig.user('hello'), 5], 5);
      },
      records: [opened, 'data send fd 5 @0 - 5 of 5 TRUNCATED'],
    },
    'a buffer that cannot be read': {
      act: (rig) => {
        tcp(rig, 5, { send: 5 });
        rig.call('write', [5, 0x1000, 5], 5);
      },
      records: [opened, 'data send fd 5 @0 - 5 of 5 FAULT'],
    },
    'what came before the fault is kept': {
      act: (rig) => {
        tcp(rig, 5, { send: 5 });
        rig.call(
          'writev',
          [
            5,
            rig.iovec([
              [rig.user('ab'), 2],
              [0x1000n, 3],
            ]),
            2,
          ],
          5,
        );
      },
      records: [opened, 'data send fd 5 @0 "ab" 2 of 5 CONTINUED', 'data send fd 5 @2 - 3 of 5+2 FAULT'],
    },
    'segments that cannot be read': {
      act: (rig) => {
        tcp(rig, 5, { send: 5 });
        rig.call('writev', [5, 0x1000, 2], 5);
      },
      records: [opened, 'data send fd 5 @0 - 5 of 5 FAULT'],
    },
    'more segments than are followed end in a length': {
      act: (rig) => {
        tcp(rig, 5, { send: 200 });
        const one = rig.user('x');
        rig.call('writev', [5, rig.iovec(Array.from({ length: 200 }, () => [one, 1] as const)), 200], 200);
      },
      records: [
        opened,
        'data send fd 5 @0 73 bytes 73 of 200 CONTINUED',
        'data send fd 5 @73 - 127 of 200+73 TRUNCATED',
      ],
    },
    'MSG_TRUNC of a TCP receive leaves nothing in the buffer': {
      act: (rig) => {
        tcp(rig, 5, { receive: 5 });
        rig.call('recvfrom', [5, rig.user('-----'), 5, 0x20, 0, 0], 5);
      },
      records: [opened, 'data receive fd 5 @0 - 5 of 5 TRUNCATED'],
    },
  });

  /** Positions before `until` are not copied. */
  const skip = (rig: Rig, address: bigint, direction: number, until: number) =>
    rig.map('skip_until').update(words([address, 9005n, BigInt(direction)]), words32([until]));

  rows({
    'bytes before the mark are skipped': {
      act: (rig) => {
        const { sock } = tcp(rig, 5, { send: 10 });
        skip(rig, sock.address, 1, 7);
        rig.call('write', [5, rig.user('0123456789'), 10], 10);
      },
      records: [opened, 'data send fd 5 @0 - 7 of 10 CONTINUED SKIPPED', 'data send fd 5 @7 "789" 3 of 10+7'],
    },
    'a mark inside the second segment': {
      act: (rig) => {
        const { sock } = tcp(rig, 5, { receive: 10 });
        skip(rig, sock.address, 0, 7);
        rig.call(
          'readv',
          [
            5,
            rig.iovec([
              [rig.user('01234'), 5],
              [rig.user('56789'), 5],
            ]),
            2,
          ],
          10,
        );
      },
      records: [
        opened,
        'data receive fd 5 @0 - 7 of 10 CONTINUED SKIPPED',
        'data receive fd 5 @7 "789" 3 of 10+7',
      ],
    },
    'a mark beyond the call skips all of it, over the wrap too': {
      act: (rig) => {
        const { sock } = tcp(rig, 5, { send: 4 });
        skip(rig, sock.address, 1, 100);
        rig.call('write', [5, rig.user('01234567'), 8], 8);
      },
      records: [
        `open first-use ${OPEN} send 4294967292 receive 0 ${ADDRESSES}`,
        'data send fd 5 @4294967292 - 8 of 8 SKIPPED',
      ],
    },
    'a mark that was passed skips nothing': {
      act: (rig) => {
        const { sock } = tcp(rig, 5, { send: 10 });
        skip(rig, sock.address, 1, 0);
        rig.call('write', [5, rig.user('0123456789'), 10], 10);
      },
      records: [opened, 'data send fd 5 @0 "0123456789" 10 of 10'],
    },
    ignore_skip: {
      options: { constants: { ignore_skip: 1 } },
      act: (rig) => {
        const { sock } = tcp(rig, 5, { send: 3 });
        skip(rig, sock.address, 1, 3);
        rig.call('write', [5, rig.user('abc'), 3], 3);
      },
      records: [opened, 'data send fd 5 @0 "abc" 3 of 3'],
    },
  });
});

describe('calls that say nothing', () => {
  const nothing = (
    name: CallName,
    args: (rig: Rig) => readonly (number | bigint)[],
    result: number,
    booked: string,
  ): Row => ({
    act: (rig) => {
      tcp(rig, 5);
      rig.call(name, args(rig), result);
    },
    records: [],
    calls: { [booked]: 1 },
  });
  rows({
    errors: nothing('read', (rig) => [5, rig.user('abc'), 3], -11, 'FAILED'),
    MSG_PEEK: nothing('recvfrom', (rig) => [5, rig.user('abc'), 3, 2, 0, 0], 3, 'PEEKED'),
    'urgent data': nothing('recvfrom', (rig) => [5, rig.user('a'), 1, 1, 0, 0], 1, 'NOT_CAPTURED'),
    'MSG_PEEK of recvmsg': nothing(
      'recvmsg',
      (rig) => [5, rig.user(message({ iov: 0n, count: 0 })), 2],
      3,
      'PEEKED',
    ),
    'the error queue': nothing(
      'recvmsg',
      (rig) => [5, rig.user(message({ iov: 0n, count: 0 })), 0x2000],
      3,
      'NOT_CAPTURED',
    ),
    'no such descriptor': nothing('read', (rig) => [200, rig.user('abc'), 3], 3, 'UNREADABLE'),
    'a descriptor beyond the table': nothing('read', (rig) => [100000, rig.user('abc'), 3], 3, 'UNREADABLE'),
    'a negative descriptor': nothing('read', (rig) => [-1, rig.user('abc'), 3], 3, 'UNREADABLE'),
    'a message header that cannot be read': nothing('sendmsg', () => [5, 0x1000, 0], 3, 'UNREADABLE'),
    'fcntl of another kind': nothing('fcntl', () => [5, 3, 0], 0, 'EMPTY'),
    'a socket of another family': {
      act: (rig) => {
        rig.socket(6, 1, { '__sk_common.skc_family': 16, sk_type: 3 });
        rig.call('write', [6, rig.user('abc'), 3], 3);
      },
      records: [],
      calls: { NOT_CAPTURED: 1 },
    },
    'an eventfd': {
      act: (rig) => {
        rig.file(6, 0o600, 1);
        rig.call('write', [6, rig.user('abcdefgh'), 8], 8);
      },
      records: [],
      calls: { NOT_CAPTURED: 1 },
    },
    'AF_UNIX, when it is not wanted': {
      options: { constants: { capture_unix: 0 } },
      act: (rig) => {
        unix(rig, 6);
        rig.call('write', [6, rig.user('abc'), 3], 3);
      },
      records: [],
      calls: { NOT_CAPTURED: 1 },
    },
  });
});

describe('datagrams', () => {
  const opened = 'open first-use fd 6 inet/2/17 10.0.0.1:5000 > 0.0.0.0:0';
  const connected = 'open first-use fd 6 inet/2/17 10.0.0.1:5000 > 10.0.0.53:53';
  rows({
    'sendto names the peer': {
      act: (rig) => {
        udp(rig, 6);
        rig.call('sendto', [6, rig.user('query'), 5, 0, sockaddr(rig, 53, 10, 0, 0, 9), 16], 5);
      },
      records: [opened, 'data send fd 6 @0 "query" 5 of 5 peer 10.0.0.9:53 DATAGRAM'],
    },
    'positions count': {
      act: (rig) => {
        udp(rig, 6, 53);
        rig.call('write', [6, rig.user('one'), 3], 3);
        rig.call('write', [6, rig.user('two'), 3], 3);
        rig.call('read', [6, rig.user('three'), 5], 5);
      },
      records: [
        connected,
        'data send fd 6 @0 "one" 3 of 3 peer 10.0.0.53:53 DATAGRAM',
        'data send fd 6 @3 "two" 3 of 3 peer 10.0.0.53:53 DATAGRAM',
        'data receive fd 6 @0 "three" 5 of 5 peer 10.0.0.53:53 DATAGRAM',
      ],
      calls: { REPORTED: 3 },
    },
    'recvfrom without an address: nobody says who': {
      act: (rig) => {
        udp(rig, 6);
        rig.call('recvfrom', [6, rig.user('answer'), 6, 0, 0, 0], 6);
      },
      records: [opened, 'data receive fd 6 @0 "answer" 6 of 6 DATAGRAM NO_PEER'],
    },
    'an empty datagram is one': {
      act: (rig) => {
        udp(rig, 6, 53);
        rig.call('recvfrom', [6, rig.user('x'), 1, 0, 0, 0], 0);
      },
      records: [connected, 'data receive fd 6 @0 - 0 of 0 peer 10.0.0.53:53 DATAGRAM'],
    },
    'recvmsg writes the peer into its header': {
      act: (rig) => {
        udp(rig, 6);
        const name = sockaddr(rig, 53, ...Array.from({ length: 16 }, (_, i) => i));
        rig.call('recvmsg', [6, rig.user(message({ name, iov: segment(rig, 'abc'), count: 1 })), 0], 3);
      },
      records: [opened, 'data receive fd 6 @0 "abc" 3 of 3 peer [1:203:405:607:809:a0b:c0d:e0f]:53 DATAGRAM'],
    },
    'a datagram longer than its buffer, with MSG_TRUNC': {
      act: (rig) => {
        udp(rig, 6, 53);
        rig.call('recvfrom', [6, rig.user('abc'), 3, 0x20, 0, 0], 100);
      },
      records: [
        connected,
        'data receive fd 6 @0 "abc" 3 of 100 peer 10.0.0.53:53 DATAGRAM CONTINUED',
        'data receive fd 6 @3 - 97 of 100+3 peer 10.0.0.53:53 TRUNCATED DATAGRAM',
      ],
    },
    'sendmmsg: a record for every message': {
      act: (rig) => {
        udp(rig, 6);
        const vector = ['A?', 'AAAA?'].flatMap((text, index) => [
          ...message({
            name: sockaddr(rig, 53, 10, 0, 0, index),
            iov: segment(rig, text),
            count: 1,
            bytes: text.length,
          }),
        ]);
        rig.call('sendmmsg', [6, rig.user(Uint8Array.from(vector)), 2, 0], 2);
      },
      records: [
        opened,
        'data send fd 6 @0 "A?" 2 of 2 peer 10.0.0.0:53 DATAGRAM',
        'data send fd 6 @2 "AAAA?" 5 of 5 peer 10.0.0.1:53 DATAGRAM',
      ],
    },
    'recvmmsg over a stream: each message at its own sequence number': {
      act: (rig) => {
        tcp(rig, 5, { receive: 107 });
        const vector = ['ab', 'cde', 'fg'].flatMap((text) => [
          ...message({ iov: segment(rig, text), count: 1, bytes: text.length }),
        ]);
        rig.call('recvmmsg', [5, rig.user(Uint8Array.from(vector)), 3, 0, 0], 3);
      },
      records: [
        `open first-use ${OPEN} send 0 receive 100 ${ADDRESSES}`,
        'data receive fd 5 @100 "ab" 2 of 2',
        'data receive fd 5 @102 "cde" 3 of 3',
        'data receive fd 5 @105 "fg" 2 of 2',
      ],
    },
  });

  for (const rung of ALL_RUNGS) {
    test(`messages beyond those that are read are counted (${rung})`, () => {
      const rig = new Rig({ rung });
      udp(rig, 6, 53);
      const one = message({ iov: segment(rig, 'x'), count: 1, bytes: 1 });
      const vector = Uint8Array.from(Array.from({ length: 100 }, () => [...one]).flat());
      rig.call('sendmmsg', [6, rig.user(vector), 100, 0], 100);
      expect(rig.records()).toHaveLength(1 + 64);
      expect(rig.counters()).toMatchObject({ CALLS_REPORTED: 1, MESSAGES_OMITTED: 36 });
    });
  }
});

describe('AF_UNIX', () => {
  rows({
    'streams count their positions': {
      act: (rig) => {
        unix(rig, 6);
        rig.call('write', [6, rig.user('abc'), 3], 3);
        rig.call('write', [6, rig.user('de'), 2], 2);
        rig.call('read', [6, rig.user('x'), 1], 0);
      },
      records: [
        'open first-use fd 6 unix/1/0 unix > unix',
        'data send fd 6 @0 "abc" 3 of 3',
        'data send fd 6 @3 "de" 2 of 2',
        'data receive fd 6 @0 - 0 of 0 END_OF_FILE',
      ],
      calls: { REPORTED: 3 },
    },
  });

  test('the other end is named', () => {
    const rig = new Rig();
    unix(rig, 6);
    rig.call('write', [6, rig.user('abc'), 3], 3);
    expect(rig.records()[0]).toMatchObject({ kind: 'EVENT_SOCKET_OPEN', peer_sock: 0xffff_8880_1234_0000n });
  });
});

describe('sendfile and splice', () => {
  rows({
    'sendfile: a length': {
      act: (rig) => {
        tcp(rig, 5, { send: 1000 });
        rig.call('sendfile', [5, 9, 0, 1000], 1000);
      },
      records: [
        `open first-use ${OPEN} send 0 receive 0 ${ADDRESSES}`,
        'data send fd 5 @0 - 1000 of 1000 OPAQUE',
      ],
    },
    'splice out of a socket into a pipe': {
      act: (rig) => {
        tcp(rig, 5, { receive: 1000 });
        rig.file(6, 0o010600, 44);
        rig.call('splice', [5, 0, 6, 0, 1000, 0], 1000);
      },
      records: [
        `open first-use ${OPEN} send 0 receive 0 ${ADDRESSES}`,
        'data receive fd 5 @0 - 1000 of 1000 OPAQUE',
        'file inode 44 send fd 6 - 1000 of 1000 OPAQUE',
      ],
    },
    'splice of 0 from a socket is the end of its stream': {
      act: (rig) => {
        tcp(rig, 5);
        rig.file(6, 0o010600, 44);
        rig.call('splice', [5, 0, 6, 0, 1000, 0], 0);
      },
      records: [
        `open first-use ${OPEN} send 0 receive 0 ${ADDRESSES}`,
        'data receive fd 5 @0 - 0 of 0 OPAQUE END_OF_FILE',
      ],
    },
  });
});

describe('connections', () => {
  rows({
    connect: {
      act: (rig) => {
        tcp(rig, 5, { send: 501 });
        rig.call('connect', [5, sockaddr(rig, 80, 10, 0, 0, 2), 16], -115);
      },
      records: [`open connect ${OPEN} send 501 receive 0 error -115 ${ADDRESSES}`],
    },
    'a refused connect still says where it went': {
      act: (rig) => {
        const { sock } = tcp(rig, 5);
        sock.set({ '__sk_common.skc_daddr': 0, '__sk_common.skc_dport': 0, '__sk_common.skc_state': 7 });
        rig.call('connect', [5, sockaddr(rig, 8080, 10, 0, 0, 7), 16], -111);
      },
      records: [
        'open connect fd 5 inet/1/6 state 7 send 0 receive 0 error -111 10.0.0.1:5000 > 10.0.0.7:8080',
      ],
    },
    'connect on what is no socket': {
      act: (rig) => rig.call('connect', [99, 0x1000, 16], -9),
      records: [],
      calls: { FAILED: 1 },
    },
    'accept and accept4: the new descriptor': {
      act: (rig) => {
        tcp(rig, 5, { send: 1, receive: 2 });
        rig.call('accept4', [3, 0, 0, 0], 5);
        tcp(rig, 8);
        rig.call('accept', [3, 0, 0], 8);
        rig.call('accept', [3, 0, 0], -11);
      },
      records: [
        `open accept ${OPEN} send 1 receive 2 ${ADDRESSES}`,
        `open accept fd 8 inet/1/6 state 1 send 0 receive 0 ${ADDRESSES}`,
      ],
      calls: { REPORTED: 2, FAILED: 1 },
    },
    'what was accepted is not announced again': {
      act: (rig) => {
        tcp(rig, 5, { receive: 1 });
        rig.call('accept4', [3, 0, 0, 0], 5);
        rig.call('read', [5, rig.user('a'), 1], 1);
      },
      records: [`open accept ${OPEN} send 0 receive 1 ${ADDRESSES}`, 'data receive fd 5 @0 "a" 1 of 1'],
      calls: { REPORTED: 2 },
    },
    'close: by the file’s references': {
      act: (rig) => {
        const { file } = tcp(rig, 5);
        file.set({ 'f_ref.refcnt.counter': 1 });
        rig.call('close', [5], 0);
        file.set({ 'f_ref.refcnt.counter': 0 });
        rig.call('close', [5], 0);
      },
      records: ['close close fd 5', 'close close fd 5 LAST_REFERENCE'],
      calls: { REPORTED: 2 },
    },
    'close of a file, and of nothing': {
      act: (rig) => {
        rig.file(6, 0o100644, 44);
        rig.call('close', [6], 0);
        rig.call('close', [66], -9);
      },
      records: [],
      calls: { NOT_CAPTURED: 1, UNREADABLE: 1 },
    },
    close_range: {
      act: (rig) => {
        for (const fd of [3, 5, 70]) tcp(rig, fd);
        rig.call('close_range', [4, 0xffff_ffff, 0], 0);
        rig.call('close_range', [3, 10, 4], 0);
        rig.call('close_range', [20, 30, 0], 0);
      },
      // Followed through 64 descriptors: 70 is beyond. CLOSE_RANGE_CLOEXEC closes nothing.
      records: ['close close fd 5 LAST_REFERENCE'],
      calls: { REPORTED: 1, EMPTY: 1, NOT_CAPTURED: 1 },
    },
    'dup, and fcntl that does the same': {
      act: (rig) => {
        tcp(rig, 5);
        tcp(rig, 9);
        rig.call('dup', [5], 9);
        rig.call('fcntl', [5, 0, 0], 9);
        rig.call('fcntl', [5, 1030, 0], 9);
      },
      records: ['descriptor 5 > 9', 'descriptor 5 > 9', 'descriptor 5 > 9'],
      calls: { REPORTED: 3 },
    },
    'dup2 closes what the number was, then duplicates': {
      act: (rig) => {
        tcp(rig, 5);
        const { socket } = tcp(rig, 9);
        rig.enter('dup2', [5, 9]);
        rig.file(9, 0o140777, 9005, socket.address);
        rig.exit('dup2', [5, 9], 9);
      },
      records: ['close close fd 9 LAST_REFERENCE', 'descriptor 5 > 9'],
    },
    'dup2 of a bad descriptor, onto itself, and dup3 with bad flags close nothing': {
      act: (rig) => {
        tcp(rig, 5);
        rig.call('dup2', [77, 5], -9);
        rig.call('dup2', [5, 5], 5);
        rig.call('dup3', [5, 5, 1], -22);
      },
      records: ['descriptor 5 > 5'],
      calls: { FAILED: 2, REPORTED: 1 },
    },
    shutdown: {
      act: (rig) => {
        tcp(rig, 5);
        for (const how of [0, 1, 2]) rig.call('shutdown', [5, how], 0);
        rig.call('shutdown', [5, 1], -107);
      },
      records: ['close shutdown-read fd 5', 'close shutdown-write fd 5', 'close shutdown-both fd 5'],
      calls: { REPORTED: 3, FAILED: 1 },
    },
  });
});

describe('files', () => {
  const act = (rig: Rig) => {
    rig.file(1, 0o010600, 51);
    rig.file(7, 0o100644, 57);
    rig.call('write', [1, rig.user('a log line\n'), 11], 11);
    rig.call('write', [7, rig.user('secret'), 6], 6);
    rig.call('pwrite64', [7, rig.user('secret'), 6, 0], 6);
    rig.call('read', [7, rig.user('secret'), 6], 6);
  };
  const log = 'file inode 51 send fd 1 "a log line\\n" 11 of 11';
  const written = 'file inode 57 send fd 7 - 6 of 6 TRUNCATED';
  rows({
    'by default: what is written, bytes only of descriptors 1 and 2': {
      act,
      records: [log, written, written],
      calls: { REPORTED: 3, NOT_CAPTURED: 1 },
    },
    'reads too': {
      options: { constants: { capture_files: 2 } },
      act,
      records: [log, written, written, 'file inode 57 receive fd 7 - 6 of 6 TRUNCATED'],
      calls: { REPORTED: 4 },
    },
    none: { options: { constants: { capture_files: 0 } }, act, records: [], calls: { NOT_CAPTURED: 4 } },
  });
});

describe('who is observed', () => {
  const act = (prepare: (rig: Rig) => void) => (rig: Rig) => {
    prepare(rig);
    tcp(rig, 5, { send: 5 });
    rig.call('write', [5, rig.user('hello'), 5], 5);
    rig.call('close', [5], 0);
  };
  const key = words32([TGID]);
  const nobody = { records: [], calls: {} };
  const somebody = {
    records: [
      `open first-use ${OPEN} send 0 receive 0 ${ADDRESSES}`,
      'data send fd 5 @0 "hello" 5 of 5',
      'close close fd 5 LAST_REFERENCE',
    ],
    calls: { REPORTED: 2 },
  };
  const cgroup = (rig: Rig) => rig.map('allowed_cgroups').update(words([42n]), words32([1]));
  rows({
    'nobody by default': { act: act((rig) => rig.map('allowed_tgids').delete(key)), ...nobody },
    'never the agent': { options: { constants: { own_tgid: TGID } }, act: act(() => {}), ...nobody },
    'a whole cgroup': {
      act: act((rig) => {
        rig.map('allowed_tgids').delete(key);
        cgroup(rig);
      }),
      ...somebody,
    },
    'a process that is kept out of its cgroup': {
      act: act((rig) => {
        rig.allow(TGID, 0);
        cgroup(rig);
      }),
      ...nobody,
    },
  });
});

describe('32-bit tasks', () => {
  test.each(['raw', 'btf'] as const)('are counted and not read (%s)', (rung) => {
    const rig = check(rung, {
      act: (rig) => {
        rig.task.set({ 'thread_info.status': 2 });
        tcp(rig, 5, { send: 5 });
        rig.call('write', [5, rig.user('hello'), 5], 5);
        rig.call('close', [5], 0);
      },
      records: [],
      calls: { COMPAT: 2 },
    });
    expect(rig.counters()).toEqual({ CALLS_TAKEN: 2, CALLS_COMPAT: 2 });
  });
});

describe('TCP states', () => {
  /** The context is the same on all rungs but the last, where it is the tracepoint's record. */
  const fire = (rig: Rig, rung: Rung, sock: bigint, from: number, to: number) =>
    rig.fire(
      'tcp_state',
      rung === 'tracepoint' ? [0, sock, BigInt(from) | (BigInt(to) << 32n)] : [sock, from, to],
    );

  for (const rung of ALL_RUNGS) {
    const states = (
      act: (rig: Rig, go: (sock: bigint, from: number, to: number) => void) => void,
      records: string[],
    ) =>
      void check(rung, {
        act: (rig) => act(rig, (sock, from, to) => fire(rig, rung, sock, from, to)),
        records,
        calls: {},
      });

    test(`a socket that an observed process connects, to its end (${rung})`, () => {
      states(
        (rig, go) => {
          const { sock } = tcp(rig, 5);
          go(sock.address, 7, 2);
          rig.become(1, 1); // an interrupt on top of somebody else
          go(sock.address, 2, 1);
          go(sock.address, 1, 7);
        },
        [`state 7 > 2 of ${TGID}/${TID}`, `state 2 > 1 of ${TGID}/${TID}`, `state 1 > 7 of ${TGID}/${TID}`],
      );
    });

    test(`a socket that somebody else connects, and one that nobody knows (${rung})`, () => {
      states((rig, go) => {
        const { sock } = tcp(rig, 5);
        rig.become(1, 1);
        go(sock.address, 7, 2);
        go(sock.address, 2, 1);
      }, []);
    });

    test(`an address that was used before is another socket (${rung})`, () => {
      const rig = new Rig({ rung });
      const { sock } = tcp(rig, 5, { send: 1 });
      rig.call('write', [5, rig.user('a'), 1], 1);
      rig.records();
      fire(rig, rung, sock.address, 10, 3); // a child of a listener, born at the same address
      fire(rig, rung, sock.address, 3, 1);
      expect(rig.records()).toEqual([]);
    });

    test(`the table forgets a socket after its last close and its last state, in either order (${rung})`, () => {
      const known = (rig: Rig, sock: bigint) => rig.map('sockets').lookup(words([sock])) !== null;
      const rig = new Rig({ rung });
      const first = tcp(rig, 5, { send: 1 }).sock;
      rig.call('write', [5, rig.user('a'), 1], 1);
      rig.call('close', [5], 0);
      expect(known(rig, first.address)).toBe(true);
      fire(rig, rung, first.address, 9, 7);
      expect(known(rig, first.address)).toBe(false);

      const second = tcp(rig, 6, { send: 1 }).sock;
      rig.call('write', [6, rig.user('a'), 1], 1);
      fire(rig, rung, second.address, 1, 7);
      second.set({ '__sk_common.skc_state': 7 });
      expect(known(rig, second.address)).toBe(true);
      rig.call('close', [6], 0);
      expect(known(rig, second.address)).toBe(false);
    });
  }
});

describe('processes', () => {
  const CLONE_THREAD = 0x10000n;
  const fork = (rig: Rig, rung: Rung, pid: number, tgid: number) => {
    const child = rig.structure('task_struct', { tgid, pid, start_boottime: 99n });
    const flags = tgid === TGID ? CLONE_THREAD : 0n;
    rig.fire('fork', rung === 'tracepoint' ? [0, pid, 0, 0, flags] : [rig.task.address, child.address]);
  };
  const allowed = (rig: Rig, tgid: number) => rig.map('allowed_tgids').lookup(words32([tgid]))?.[0] ?? null;

  for (const rung of ALL_RUNGS) {
    const start = rung === 'tracepoint' ? 0 : 99;

    test(`fork is reported, and inherited only if that was allowed (${rung})`, () => {
      const alone = check(rung, {
        act: (rig) => fork(rig, rung, 800, 800),
        records: [`fork 800 start ${start} rig`],
        calls: {},
      });
      expect(allowed(alone, 800)).toBeNull();
      const family = check(rung, {
        act: (rig) => {
          rig.allow(TGID, 3);
          fork(rig, rung, 800, 800);
        },
        records: [`fork 800 start ${start} rig`],
        calls: {},
      });
      expect(allowed(family, 800)).toBe(3);
    });

    test(`a new thread is no process (${rung})`, () => {
      check(rung, { act: (rig) => fork(rig, rung, 702, TGID), records: [], calls: {} });
    });

    test(`exec names the file (${rung})`, () => {
      check(rung, {
        act: (rig) => {
          const path = rig.kernelText('/usr/bin/curl');
          const binary = rig.structure('linux_binprm', { filename: path });
          // On the last rung the text lies behind the record's 20 bytes.
          const words = [...new TextEncoder().encode('/usr/bin/curl\0')].reduce(
            (all, byte, at) => all | (BigInt(byte) << BigInt(8 * at)),
            0n,
          );
          rig.fire(
            'exec',
            rung === 'tracepoint'
              ? [0, 24n, 0, words & 0xffff_ffff_ffff_ffffn, words >> 64n]
              : [rig.task.address, 0, binary.address],
          );
        },
        records: ['exec /usr/bin/curl start 77 rig'],
        calls: {},
      });
    });

    test(`exit is reported with the last thread, and ends the observation (${rung})`, () => {
      const rig = check(rung, {
        act: (rig) => {
          rig.task.set({ exit_code: 3 << 8 });
          rig.fire('exit', [rig.task.address]);
          rig.signal.set({ 'live.counter': 0 });
          rig.fire('exit', [rig.task.address]);
        },
        records: ['exit 768 start 77'],
        calls: {},
      });
      expect(allowed(rig, TGID)).toBeNull();
    });
  }
});

describe('when the ring is full', () => {
  test.each(ALL_RUNGS)(
    'lost records are counted, and a socket is announced as soon as there is room (%s)',
    (rung) => {
      const rig = new Rig({ rung, ringBytes: 4096 });
      const { sock } = tcp(rig, 5);
      const write = (end: number) => {
        sock.set({ 'tcp_sock:write_seq': end });
        rig.call('write', [5, rig.user('x'.repeat(3900)), 3900], 3900);
      };
      udp(rig, 6, 53);
      rig.call('write', [6, rig.user('y'.repeat(3700)), 3700], 3700);
      write(3900);
      expect(rig.counters()).toMatchObject({
        RECORDS_OFFERED: 4,
        RECORDS_WRITTEN: 2,
        RECORDS_RING_FULL: 2,
        CALLS_REPORTED: 2,
      });
      rig.records();
      write(7800);
      expect(rig.records().map(({ kind }) => kind)).toEqual(['EVENT_SOCKET_OPEN']);
    },
  );
});

describe('enter times', () => {
  test.each(['raw', 'btf'] as const)('are 0 unless they are wanted (%s)', (rung) => {
    const enterNs = (constants: Record<string, number>) => {
      const rig = new Rig({ rung, constants });
      tcp(rig, 5, { send: 1 });
      rig.call('write', [5, rig.user('a'), 1], 1);
      return rig.records().map(({ head }) => Number(head.exit_ns) - Number(head.enter_ns));
    };
    expect(enterNs({})).toEqual([1010, 1010]);
    expect(enterNs({ enter_times: 1 })).toEqual([10, 10]);
  });

  test('the tracepoint rung needs the enter: a call that was under way is counted', () => {
    const rig = check('tracepoint', {
      act: (rig) => {
        tcp(rig, 5, { send: 1 });
        rig.exit('write', [5, rig.user('a'), 1], 1);
      },
      records: [],
      calls: { LOST_CONTEXT: 1 },
    });
    expect(rig.map('in_flight').lookup(words32([TID]))).toBeNull();
  });
});

describe('a kernel without BTF', () => {
  const rungs: Rung[] = ['raw', 'tracepoint'];
  rows(
    {
      'a connection is known by what its process does with the descriptor': {
        options: { btf: false },
        act: (rig) => {
          rig.call('connect', [5, sockaddr(rig, 80, 10, 0, 0, 2), 16], 0);
          rig.call('write', [5, rig.user('abc'), 3], 3);
          rig.call('recvfrom', [5, rig.user('de'), 2, 0, 0, 0], 2);
          rig.call('close', [5], 0);
          rig.call('read', [5, rig.user('zz'), 2], 2);
        },
        records: [
          'open connect fd 5 inet/0/0 0.0.0.0:0 > 10.0.0.2:80',
          'data send fd 5 @0 "abc" 3 of 3',
          'data receive fd 5 @0 "de" 2 of 2',
          'close close fd 5',
        ],
        calls: { REPORTED: 4, NOT_CAPTURED: 1 },
      },
      'the number of opens tells sockets of one descriptor apart': {
        options: { btf: false },
        act: (rig) => {
          for (const text of ['a', 'b']) {
            rig.call('accept4', [3, sockaddr(rig, 4000, 10, 0, 0, 9), 0, 0], 6);
            rig.call('write', [6, rig.user(text), 1], 1);
            rig.call('close', [6], 0);
          }
        },
        records: ['a', 'b'].flatMap((text) => [
          'open accept fd 6 inet/1/0 0.0.0.0:0 > 10.0.0.9:4000',
          `data send fd 6 @0 "${text}" 1 of 1`,
          'close close fd 6',
        ]),
        calls: { REPORTED: 6 },
      },
      'a duplicated descriptor is the same socket': {
        options: { btf: false },
        act: (rig) => {
          rig.call('accept4', [3, 0, 0, 0], 6);
          rig.call('dup', [6], 8);
          rig.call('write', [6, rig.user('ab'), 2], 2);
          rig.call('write', [8, rig.user('c'), 1], 1);
        },
        records: [
          'open accept fd 6 ?/1/0 ? > ?',
          'descriptor 6 > 8',
          'data send fd 6 @0 "ab" 2 of 2',
          'data send fd 8 @2 "c" 1 of 1',
        ],
        calls: { REPORTED: 4 },
      },
      'what is written to descriptors 1 and 2 is taken for log lines': {
        options: { btf: false },
        act: (rig) => {
          rig.call('write', [2, rig.user('oops'), 4], 4);
          rig.call('write', [3, rig.user('oops'), 4], 4);
        },
        records: ['file inode 0 send fd 2 "oops" 4 of 4'],
        calls: { REPORTED: 1, NOT_CAPTURED: 1 },
      },
    },
    rungs,
  );

  test.each(rungs)('the identity is the process, the descriptor and the count of opens (%s)', (rung) => {
    const rig = new Rig({ rung, btf: false });
    rig.call('accept4', [3, 0, 0, 0], 6);
    rig.call('close', [6], 0);
    rig.call('accept4', [3, 0, 0, 0], 6);
    expect(rig.records().map(({ socket }) => socket)).toEqual(
      [1n, 1n, 2n].map((inode) => ({ sock: (BigInt(TGID) << 24n) | 6n, inode })),
    );
  });
});

describe('our machine', () => {
  test.each([
    ['socket.bpf.o', true],
    ['socket.bpf.o', false],
    ['testing/socket-nopayload.bpf.o', true],
    ['testing/socket-nopayload.bpf.o', false],
  ])('accepts every program of %s (BTF: %p)', (object, btf) => {
    // Without BTF there is nothing to attach the six typed ones to.
    expect(new Rig({ object, btf }).loadAll()).toBe(btf ? 62 : 56);
  });
});

describe('layouts', () => {
  test.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'kernel structures are found wherever they lie (seed %i)',
    (btfSeed) => {
      check('raw', {
        options: { btfSeed },
        act: (rig) => {
          tcp(rig, 5, { send: 5, receive: 9 });
          rig.call('write', [5, rig.user('hello'), 5], 5);
        },
        records: [`open first-use ${OPEN} send 0 receive 9 ${ADDRESSES}`, 'data send fd 5 @0 "hello" 5 of 5'],
      });
    },
  );
});
