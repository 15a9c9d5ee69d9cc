/**
 * Ring buffer bytes to model records. Offsets come from the object's own BTF (layout.gen.ts); meanings from
 * bpf/events.h. All fields are little-endian, as the eBPF target is.
 */
import { formatIpv4, formatIpv6 } from '../model/address.ts';
import type { EventHead, KernelEvent } from '../model/events.ts';
import type { Endpoint, SocketFamily, SocketType } from '../model/socket.ts';
import {
  CAUSE,
  DATA_EVENT,
  DESCRIPTOR_EVENT,
  DIRECTION,
  ENDPOINT,
  EVENT,
  EVENT_HEAD,
  FILE_EVENT,
  PROCESS_EVENT,
  RUNG,
  SOCKET_EVENT,
  SOCKET_ID,
  TCP_STATE_EVENT,
} from './layout.gen.ts';
import type { SocketTable } from './sockets.ts';

/** Why a record could not be decoded; each is a drop reason of the `probes` stage. */
export type Malformed = 'short_record' | 'unknown_kind' | 'bad_length';

const AF_UNIX = 1;
const AF_INET = 2;
const AF_INET6 = 10;
const IPPROTO_TCP = 6;
/** Of the low 48 bits: the upper half is the kernel's. Below stand numbers that only stand in for an address. */
const LOWEST_KERNEL_ADDRESS = 2 ** 47;
const NO_ENDPOINT: Endpoint = { address: '', port: 0 };

const SOCKET_TYPES: Readonly<Record<number, SocketType>> = { 1: 'stream', 2: 'datagram' };
const FAMILIES: Readonly<Record<number, SocketFamily>> = {
  [AF_UNIX]: 'unix',
  [AF_INET]: 'inet',
  [AF_INET6]: 'inet6',
};
const RUNGS: Readonly<Record<number, EventHead['rung']>> = {
  [RUNG.BTF]: 'btf',
  [RUNG.RAW]: 'raw',
  [RUNG.TRACEPOINT]: 'tracepoint',
};

/** Decodes the records of one node. Holds no record: payloads are copied, because the ring reuses its bytes. */
export class Decoder {
  readonly #node: string;
  readonly #sockets: SocketTable;

  constructor(node: string, sockets: SocketTable) {
    this.#node = node;
    this.#sockets = sockets;
  }

  decode(record: Uint8Array): KernelEvent | Malformed {
    if (record.length < EVENT_HEAD.bytes) return 'short_record';
    const view = new DataView(record.buffer, record.byteOffset, record.length);
    const kind = view.getUint8(EVENT_HEAD.kind);
    const wanted = MINIMUM_BYTES[kind];
    if (wanted === undefined) return 'unknown_kind';
    if (record.length < wanted) return 'short_record';
    switch (kind) {
      case EVENT.DATA:
        return this.#data(view, record);
      case EVENT.SOCKET_OPEN:
      case EVENT.SOCKET_CLOSE:
        return this.#socket(view, record, kind);
      case EVENT.TCP_STATE:
        return {
          kind: 'tcp-state',
          ...this.#head(view),
          socket: this.#socketId(view, TCP_STATE_EVENT.socket),
          oldState: view.getUint8(TCP_STATE_EVENT.old_state),
          newState: view.getUint8(TCP_STATE_EVENT.new_state),
        };
      case EVENT.DESCRIPTOR:
        return {
          kind: 'descriptor',
          ...this.#head(view),
          socket: this.#socketId(view, DESCRIPTOR_EVENT.socket),
          oldFd: view.getInt32(DESCRIPTOR_EVENT.old_fd, true),
          newFd: view.getInt32(DESCRIPTOR_EVENT.new_fd, true),
        };
      case EVENT.FILE:
        return this.#file(view, record);
      default:
        return this.#process(view, record, kind);
    }
  }

  #head(view: DataView): EventHead {
    return {
      node: this.#node,
      cpu: view.getUint32(EVENT_HEAD.cpu, true),
      tgid: view.getUint32(EVENT_HEAD.tgid, true),
      tid: view.getUint32(EVENT_HEAD.tid, true),
      cgroupId: view.getBigUint64(EVENT_HEAD.cgroup_id, true),
      enterNs: u64(view, EVENT_HEAD.enter_ns),
      exitNs: u64(view, EVENT_HEAD.exit_ns),
      syscallNr: view.getInt32(EVENT_HEAD.syscall_nr, true),
      rung: RUNGS[view.getUint8(EVENT_HEAD.rung)] ?? 'btf',
      flags: view.getUint16(EVENT_HEAD.flags, true),
    };
  }

  #data(view: DataView, record: Uint8Array): KernelEvent | Malformed {
    const length = view.getUint32(DATA_EVENT.length, true);
    const captured = view.getUint32(DATA_EVENT.captured, true);
    if (captured > length || DATA_EVENT.payload + captured > record.length) return 'bad_length';
    const family = view.getUint16(DATA_EVENT.peer + ENDPOINT.family, true);
    return {
      kind: 'data',
      ...this.#head(view),
      socket: this.#socketId(view, DATA_EVENT.socket),
      fd: view.getInt32(DATA_EVENT.fd, true),
      direction: view.getUint8(DATA_EVENT.direction) === DIRECTION.SEND ? 'send' : 'receive',
      position: view.getUint32(DATA_EVENT.position, true),
      length,
      callBytes: view.getUint32(DATA_EVENT.call_bytes, true),
      callOffset: view.getUint32(DATA_EVENT.call_offset, true),
      peer: family === 0 ? null : endpoint(view, record, DATA_EVENT.peer),
      payload: record.slice(DATA_EVENT.payload, DATA_EVENT.payload + captured),
    };
  }

  #socket(view: DataView, record: Uint8Array, kind: number): KernelEvent {
    const head = this.#head(view);
    const socket = this.#socketId(view, SOCKET_EVENT.socket);
    const fd = view.getInt32(SOCKET_EVENT.fd, true);
    const cause = view.getUint8(SOCKET_EVENT.cause);
    if (kind === EVENT.SOCKET_CLOSE) {
      const isSequenced =
        view.getUint16(SOCKET_EVENT.protocol, true) === IPPROTO_TCP &&
        socket.address >= LOWEST_KERNEL_ADDRESS;
      return {
        kind: 'socket-close',
        ...head,
        socket,
        fd,
        cause: CLOSE_CAUSES[cause] ?? 'close',
        ...(isSequenced ? { positions: positionsOf(view) } : {}),
      };
    }
    return {
      kind: 'socket-open',
      ...head,
      cause: OPEN_CAUSES[cause] ?? 'first-use',
      socket,
      peerAddress: u48(view, SOCKET_EVENT.peer_sock),
      fd,
      error: view.getInt32(SOCKET_EVENT.error, true),
      family: FAMILIES[view.getUint16(SOCKET_EVENT.family, true)] ?? 'other',
      type: SOCKET_TYPES[view.getUint16(SOCKET_EVENT.type, true)] ?? 'other',
      protocol: view.getUint16(SOCKET_EVENT.protocol, true),
      tcpState: view.getUint8(SOCKET_EVENT.tcp_state),
      netnsInode: view.getUint32(SOCKET_EVENT.netns_inode, true),
      sendPosition: view.getUint32(SOCKET_EVENT.send_position, true),
      receivePosition: view.getUint32(SOCKET_EVENT.receive_position, true),
      local: endpoint(view, record, SOCKET_EVENT.local),
      remote: endpoint(view, record, SOCKET_EVENT.remote),
    };
  }

  #file(view: DataView, record: Uint8Array): KernelEvent | Malformed {
    const length = view.getUint32(FILE_EVENT.length, true);
    const captured = view.getUint32(FILE_EVENT.captured, true);
    if (captured > length || FILE_EVENT.payload + captured > record.length) return 'bad_length';
    return {
      kind: 'file',
      ...this.#head(view),
      inode: u64(view, FILE_EVENT.inode),
      device: view.getUint32(FILE_EVENT.device, true),
      mode: view.getUint32(FILE_EVENT.mode, true),
      fd: view.getInt32(FILE_EVENT.fd, true),
      direction: view.getUint8(FILE_EVENT.direction) === DIRECTION.SEND ? 'send' : 'receive',
      length,
      callBytes: view.getUint32(FILE_EVENT.call_bytes, true),
      callOffset: view.getUint32(FILE_EVENT.call_offset, true),
      payload: record.slice(FILE_EVENT.payload, FILE_EVENT.payload + captured),
    };
  }

  #process(view: DataView, record: Uint8Array, kind: number): KernelEvent {
    const head = this.#head(view);
    const startNs = u64(view, PROCESS_EVENT.start_ns);
    const comm = zeroTerminated(record.subarray(PROCESS_EVENT.comm, PROCESS_EVENT.comm + COMM_BYTES));
    if (kind === EVENT.PROCESS_FORK) {
      return {
        kind: 'process-fork',
        ...head,
        childTgid: view.getUint32(PROCESS_EVENT.other_tgid, true),
        startNs,
        comm,
      };
    }
    if (kind === EVENT.PROCESS_EXIT) {
      return {
        kind: 'process-exit',
        ...head,
        startNs,
        exitCode: view.getInt32(PROCESS_EVENT.exit_code, true),
        comm,
      };
    }
    return {
      kind: 'process-exec',
      ...head,
      startNs,
      comm,
      path: zeroTerminated(record.subarray(PROCESS_EVENT.path)),
    };
  }

  #socketId(view: DataView, at: number) {
    return this.#sockets.intern(u48(view, at + SOCKET_ID.sock), u64(view, at + SOCKET_ID.inode));
  }
}

const COMM_BYTES = PROCESS_EVENT.path - PROCESS_EVENT.comm;

const MINIMUM_BYTES: Readonly<Record<number, number>> = {
  [EVENT.DATA]: DATA_EVENT.bytes,
  [EVENT.SOCKET_OPEN]: SOCKET_EVENT.bytes,
  [EVENT.SOCKET_CLOSE]: SOCKET_EVENT.bytes,
  [EVENT.TCP_STATE]: TCP_STATE_EVENT.bytes,
  [EVENT.DESCRIPTOR]: DESCRIPTOR_EVENT.bytes,
  [EVENT.PROCESS_FORK]: PROCESS_EVENT.bytes,
  [EVENT.PROCESS_EXEC]: PROCESS_EVENT.bytes,
  [EVENT.PROCESS_EXIT]: PROCESS_EVENT.bytes,
  [EVENT.FILE]: FILE_EVENT.bytes,
};

const OPEN_CAUSES: Readonly<Record<number, 'first-use' | 'connect' | 'accept'>> = {
  [CAUSE.FIRST_USE]: 'first-use',
  [CAUSE.CONNECT]: 'connect',
  [CAUSE.ACCEPT]: 'accept',
};

const CLOSE_CAUSES: Readonly<Record<number, 'close' | 'shutdown-read' | 'shutdown-write' | 'shutdown-both'>> =
  {
    [CAUSE.CLOSE]: 'close',
    [CAUSE.SHUTDOWN_READ]: 'shutdown-read',
    [CAUSE.SHUTDOWN_WRITE]: 'shutdown-write',
    [CAUSE.SHUTDOWN_BOTH]: 'shutdown-both',
  };

/** A u64 as a number: exact below 2^53. */
const u64 = (view: DataView, at: number): number =>
  view.getUint32(at, true) + view.getUint32(at + 4, true) * 2 ** 32;

/** The low 48 bits of a kernel address: the upper 16 are all ones on every 64-bit Linux. */
const u48 = (view: DataView, at: number): number =>
  view.getUint32(at, true) + view.getUint16(at + 4, true) * 2 ** 32;

const positionsOf = (view: DataView) => ({
  send: view.getUint32(SOCKET_EVENT.send_position, true),
  receive: view.getUint32(SOCKET_EVENT.receive_position, true),
});

function endpoint(view: DataView, record: Uint8Array, at: number): Endpoint {
  const family = view.getUint16(at + ENDPOINT.family, true);
  const port = view.getUint16(at + ENDPOINT.port, true);
  const address = record.subarray(at + ENDPOINT.addr, at + ENDPOINT.addr + 16);
  if (family === AF_INET) return { address: formatIpv4(address), port };
  if (family === AF_INET6) return { address: formatIpv6(address), port };
  return NO_ENDPOINT;
}

const utf8 = new TextDecoder();

function zeroTerminated(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return utf8.decode(end === -1 ? bytes : bytes.subarray(0, end));
}
