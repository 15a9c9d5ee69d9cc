// Generated from the BTF of agent/bpf/socket.bpf.o (bpf/events.h) by npm run generate; do not edit.

/** struct event_head: offsets in bytes. */
export const EVENT_HEAD = {
  bytes: 48,
  kind: 0,
  rung: 1,
  flags: 2,
  cpu: 4,
  tgid: 8,
  tid: 12,
  cgroup_id: 16,
  enter_ns: 24,
  exit_ns: 32,
  syscall_nr: 40,
  reserved: 44,
} as const;

/** struct endpoint: offsets in bytes. */
export const ENDPOINT = {
  bytes: 24,
  addr: 0,
  family: 16,
  port: 18,
  reserved: 20,
} as const;

/** struct socket_id: offsets in bytes. */
export const SOCKET_ID = {
  bytes: 16,
  sock: 0,
  inode: 8,
} as const;

/** struct data_event: offsets in bytes. */
export const DATA_EVENT = {
  bytes: 120,
  head: 0,
  socket: 48,
  fd: 64,
  direction: 68,
  reserved0: 69,
  position: 72,
  length: 76,
  captured: 80,
  call_bytes: 84,
  call_offset: 88,
  reserved1: 92,
  peer: 96,
  payload: 120,
} as const;

/** struct socket_event: offsets in bytes. */
export const SOCKET_EVENT = {
  bytes: 152,
  head: 0,
  socket: 48,
  peer_sock: 64,
  fd: 72,
  error: 76,
  family: 80,
  type: 82,
  protocol: 84,
  cause: 86,
  tcp_state: 87,
  netns_inode: 88,
  send_position: 92,
  receive_position: 96,
  reserved: 100,
  local: 104,
  remote: 128,
} as const;

/** struct tcp_state_event: offsets in bytes. */
export const TCP_STATE_EVENT = {
  bytes: 72,
  head: 0,
  socket: 48,
  old_state: 64,
  new_state: 65,
  reserved: 66,
} as const;

/** struct descriptor_event: offsets in bytes. */
export const DESCRIPTOR_EVENT = {
  bytes: 72,
  head: 0,
  socket: 48,
  old_fd: 64,
  new_fd: 68,
} as const;

/** struct process_event: offsets in bytes. */
export const PROCESS_EVENT = {
  bytes: 208,
  head: 0,
  start_ns: 48,
  other_tgid: 56,
  exit_code: 60,
  comm: 64,
  path: 80,
} as const;

/** struct file_event: offsets in bytes. */
export const FILE_EVENT = {
  bytes: 88,
  head: 0,
  inode: 48,
  device: 56,
  mode: 60,
  fd: 64,
  direction: 68,
  reserved0: 69,
  length: 72,
  captured: 76,
  call_bytes: 80,
  call_offset: 84,
  payload: 88,
} as const;

/** struct skip_key: offsets in bytes. */
export const SKIP_KEY = {
  bytes: 24,
  socket: 0,
  direction: 16,
  reserved: 20,
} as const;

/** enum event_kind. */
export const EVENT = {
  DATA: 1,
  SOCKET_OPEN: 2,
  SOCKET_CLOSE: 3,
  TCP_STATE: 4,
  DESCRIPTOR: 5,
  PROCESS_FORK: 6,
  PROCESS_EXEC: 7,
  PROCESS_EXIT: 8,
  FILE: 9,
} as const;

/** enum event_rung. */
export const RUNG = {
  BTF: 1,
  RAW: 2,
  TRACEPOINT: 3,
} as const;

/** enum event_flag. */
export const FLAG = {
  TRUNCATED: 1,
  OPAQUE: 2,
  COMPAT: 4,
  DATAGRAM: 8,
  COUNTED: 16,
  CONTINUED: 32,
  FAULT: 64,
  SKIPPED: 128,
  END_OF_FILE: 256,
  NO_PEER: 512,
  LAST_REFERENCE: 1024,
} as const;

/** enum direction. */
export const DIRECTION = {
  RECEIVE: 0,
  SEND: 1,
} as const;

/** enum socket_cause. */
export const CAUSE = {
  FIRST_USE: 0,
  CONNECT: 1,
  ACCEPT: 2,
  CLOSE: 3,
  SHUTDOWN_READ: 4,
  SHUTDOWN_WRITE: 5,
  SHUTDOWN_BOTH: 6,
} as const;

/** enum counter. */
export const COUNTER = {
  CALLS_TAKEN: 0,
  CALLS_REPORTED: 1,
  CALLS_FAILED: 2,
  CALLS_EMPTY: 3,
  CALLS_PEEKED: 4,
  CALLS_NOT_CAPTURED: 5,
  CALLS_COMPAT: 6,
  CALLS_UNREADABLE: 7,
  CALLS_LOST_CONTEXT: 8,
  RECORDS_OFFERED: 9,
  RECORDS_WRITTEN: 10,
  RECORDS_RING_FULL: 11,
  SOCKETS_FULL: 12,
  MESSAGES_OMITTED: 13,
  PROCESSES_FULL: 14,
  COUNTERS: 15,
} as const;

/** enum allow_flag. */
export const ALLOW = {
  ALLOW: 1,
  ALLOW_CHILDREN: 2,
} as const;
