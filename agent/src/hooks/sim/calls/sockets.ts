/** System calls on sockets. */
import type { FileObject } from '../files/file-object.ts';
import { OpenFile } from '../files/open-file.ts';
import { Socket } from '../net/socket.ts';
import { TcpSocket } from '../net/tcp.ts';
import { UdpSocket } from '../net/udp.ts';
import { UnixSocket } from '../net/unix.ts';
import {
  AF_INET,
  AF_INET6,
  AF_UNIX,
  Errno,
  IPPROTO_TCP,
  IPPROTO_UDP,
  MSG_CMSG_CLOEXEC,
  MSG_CTRUNC,
  MSG_DONTWAIT,
  O_RDWR,
  SHUT_RDWR,
  SO_ERROR,
  SO_TYPE,
  SOCK_CLOEXEC,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  SOL_SOCKET,
} from '../uapi.ts';
import { NO_FILES, PARKED, type SystemCall } from './call.ts';
import { install, installPair } from './descriptors.ts';
import {
  MMSGHDR_BYTES,
  MSGHDR_BYTES,
  readIovecs,
  readMessageHeader,
  readPassedFiles,
  readSocketAddress,
  readUser,
  writeMessageResult,
  writePassedFiles,
  writeSocketAddress,
  writeUser32,
} from './user.ts';

const TYPE_MASK = 0xf;
const MSG_WAITFORONE = 0x10000;
const MAX_OPTION_BYTES = 64;

export function socket(call: SystemCall): number {
  const [domain, flags, protocol] = [call.int(0), call.int(1), call.int(2)];
  const made = make(call, domain, flags & TYPE_MASK, protocol);
  return typeof made === 'number' ? made : install(call, openSocket(made, flags), flags);
}

export function socketpair(call: SystemCall): number {
  const [domain, flags] = [call.int(0), call.int(1)];
  if (domain !== AF_UNIX) return -Errno.EOPNOTSUPP;
  const type = flags & TYPE_MASK;
  if (type !== SOCK_STREAM && type !== SOCK_DGRAM) return -Errno.ESOCKTNOSUPPORT;
  const [a, b] = UnixSocket.pair(call.thread.process.netns, type);
  return installPair(call, call.args[3], flags, [openSocket(a, flags), openSocket(b, flags)]);
}

function make(call: SystemCall, domain: number, type: number, protocol: number): Socket | number {
  const { netns } = call.thread.process;
  if (type !== SOCK_STREAM && type !== SOCK_DGRAM) return -Errno.ESOCKTNOSUPPORT;
  if (domain === AF_UNIX) return new UnixSocket(netns, type).graft();
  if (domain !== AF_INET && domain !== AF_INET6) return -Errno.EAFNOSUPPORT;
  if (protocol !== 0 && protocol !== (type === SOCK_STREAM ? IPPROTO_TCP : IPPROTO_UDP))
    return -Errno.EPROTONOSUPPORT;
  return (type === SOCK_STREAM ? new TcpSocket(netns, domain) : new UdpSocket(netns, domain)).graft();
}

/** The open file of a socket that has just been grafted. @param flags SOCK_NONBLOCK, SOCK_CLOEXEC */
export function openSocket(made: Socket, flags: number): OpenFile {
  const file = new OpenFile(made.kernel, made, O_RDWR | (flags & SOCK_NONBLOCK));
  made.file = file;
  return file;
}

export const bind = (call: SystemCall): number =>
  onSocket(call, (socket) => withAddress(call, (to) => socket.bind(to)));

export const listen = (call: SystemCall): number => onSocket(call, (socket) => socket.listen(call.int(1)));

export const connect = (call: SystemCall): number =>
  onSocket(call, (socket) => withAddress(call, (to) => socket.connect(call, to)));

export const accept = (call: SystemCall): number => acceptWith(call, 0);
export const accept4 = (call: SystemCall): number => acceptWith(call, call.int(3));

function acceptWith(call: SystemCall, flags: number): number {
  if ((flags & ~(SOCK_NONBLOCK | SOCK_CLOEXEC)) !== 0) return -Errno.EINVAL;
  return onSocket(call, (socket) => {
    const accepted = socket.accept(call);
    if (typeof accepted === 'number') return accepted;
    const file = openSocket(accepted, flags);
    const peer = accepted.peerName();
    const named = writeSocketAddress(
      call,
      call.args[1],
      call.args[2],
      typeof peer === 'number' ? null : peer,
    );
    if (named < 0) {
      file.drop();
      return named;
    }
    return install(call, file, flags);
  });
}

/** sendto(fd, buffer, bytes, flags, address, addressBytes). */
export const sendto = (call: SystemCall): number =>
  onSocket(call, (socket) => {
    call.flags = call.int(3);
    call.buffer.clear(call.thread.process.space);
    call.buffer.add(call.args[1], call.args[2]);
    if (call.args[4] !== 0) {
      const to = readSocketAddress(call, call.args[4], call.int(5));
      if (typeof to === 'number') return to;
      call.message.address = to;
    }
    return socket.send(call);
  });

/** recvfrom(fd, buffer, bytes, flags, address, addressBytes). */
export const recvfrom = (call: SystemCall): number =>
  onSocket(call, (socket) => {
    call.flags = call.int(3);
    call.buffer.clear(call.thread.process.space);
    call.buffer.add(call.args[1], call.args[2]);
    const received = socket.receive(call);
    if (received < 0) return received;
    const named = writeSocketAddress(call, call.args[4], call.args[5], call.message.address);
    return named < 0 ? named : received;
  });

export const sendmsg = (call: SystemCall): number =>
  onSocket(call, (socket) => {
    call.flags = call.int(2);
    return sendOne(call, socket, call.args[1]);
  });

export const recvmsg = (call: SystemCall): number =>
  onSocket(call, (socket) => {
    call.flags = call.int(2);
    return receiveOne(call, socket, call.args[1]);
  });

export const sendmmsg = (call: SystemCall): number =>
  onSocket(call, (socket) => {
    call.flags = call.int(3);
    return each(call, (header) => sendOne(call, socket, header));
  });

/** recvmmsg(fd, messages, count, flags, timeout): the timeout is looked at between messages only, as on Linux. */
export const recvmmsg = (call: SystemCall): number =>
  onSocket(call, (socket) => {
    call.flags = call.int(3);
    return each(call, (header) => {
      if (call.messages > 0 && (call.int(3) & MSG_WAITFORONE) !== 0) call.flags |= MSG_DONTWAIT;
      return receiveOne(call, socket, header);
    });
  });

/** Runs through `struct mmsghdr[]` and fills in msg_len. @returns how many were done, or the first one's -errno */
function each(call: SystemCall, one: (header: number) => number): number {
  const count = Math.min(call.int(2) >>> 0, 1024);
  while (call.messages < count) {
    const header = call.args[1] + call.messages * MMSGHDR_BYTES;
    const bytes = one(header);
    if (bytes === PARKED) return PARKED;
    if (bytes < 0) return call.messages > 0 ? call.messages : bytes;
    if (!writeUser32(call, header + MSGHDR_BYTES, bytes)) return -Errno.EFAULT;
    call.messages++;
    call.progress = 0;
  }
  return call.messages;
}

function sendOne(call: SystemCall, socket: Socket, at: number): number {
  const header = readMessageHeader(call, at);
  if (header === null) return -Errno.EFAULT;
  const bad = readIovecs(call, header.segments, header.segmentCount);
  if (bad < 0) return bad;
  call.message.address = null;
  if (header.name !== 0) {
    const to = readSocketAddress(call, header.name, header.nameBytes);
    if (typeof to === 'number') return to;
    call.message.address = to;
  }
  // A call that waits holds its files already.
  if (header.controlBytes > 0 && call.message.files === NO_FILES && call.progress === 0) {
    const files = readPassedFiles(call, header);
    if (typeof files === 'number') return files;
    call.message.files = files;
  }
  return socket.send(call);
}

function receiveOne(call: SystemCall, socket: Socket, at: number): number {
  const header = readMessageHeader(call, at);
  if (header === null) return -Errno.EFAULT;
  const bad = readIovecs(call, header.segments, header.segmentCount);
  if (bad < 0) return bad;
  call.message.flags = 0;
  const received = socket.receive(call);
  if (received < 0) return received;
  const { bytes, lost } = writePassedFiles(call, header, (call.flags & MSG_CMSG_CLOEXEC) !== 0);
  const written = writeMessageResult(call, header, bytes, call.message.flags | (lost > 0 ? MSG_CTRUNC : 0));
  return written < 0 ? written : received;
}

export const shutdown = (call: SystemCall): number => {
  const how = call.int(1);
  if (how < 0 || how > SHUT_RDWR) return -Errno.EINVAL;
  return onSocket(call, (socket) => socket.shutdown(how));
};

export const getsockname = (call: SystemCall): number =>
  onSocket(call, (socket) => writeSocketAddress(call, call.args[1], call.args[2], socket.name()));

export const getpeername = (call: SystemCall): number =>
  onSocket(call, (socket) => {
    const peer = socket.peerName();
    return typeof peer === 'number' ? peer : writeSocketAddress(call, call.args[1], call.args[2], peer);
  });

export const setsockopt = (call: SystemCall): number =>
  onSocket(call, (socket) => {
    const bytes = call.int(4);
    if (bytes < 0 || bytes > MAX_OPTION_BYTES) return -Errno.EINVAL;
    const value = readUser(call, call.args[3], bytes);
    if (value === null) return -Errno.EFAULT;
    return call.int(1) === SOL_SOCKET ? socket.setOption(call.int(2), value) : 0;
  });

export const getsockopt = (call: SystemCall): number =>
  onSocket(call, (socket) => {
    if (call.int(1) !== SOL_SOCKET) return -Errno.ENOPROTOOPT;
    const option = call.int(2);
    const value = option === SO_ERROR ? socket.takeError() : option === SO_TYPE ? socket.kind.type : null;
    if (value === null) return -Errno.ENOPROTOOPT;
    return writeSocketAddress(
      call,
      call.args[3],
      call.args[4],
      new Uint8Array(new Int32Array([value]).buffer),
    );
  });

function onSocket(call: SystemCall, run: (socket: Socket) => number): number {
  const file = call.lookUp(0);
  if (file === null) return -Errno.EBADF;
  const object: FileObject = file.object;
  return object instanceof Socket ? run(object) : -Errno.ENOTSOCK;
}

function withAddress(call: SystemCall, run: (address: Uint8Array) => number): number {
  const address = readSocketAddress(call, call.args[1], call.int(2));
  return typeof address === 'number' ? address : run(address);
}
