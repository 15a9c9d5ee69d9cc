/**
 * Behaviours of the simulated kernel as rows: programs of a few threads on one node, and what they say, in order.
 * `check()` is the only caller of the world.
 */
import { expect } from '@jest/globals';
import type { Netns, Node, Os, Process, ThreadProgram, Wait, WorldOptions } from '../contract.ts';
import { createWorld } from '../world.ts';

/** What a program of a row gets besides its system calls. */
export interface Stage {
  say(...what: readonly unknown[]): void;
  readonly node: Node;
  /** Processes by their name in the row. */
  readonly processes: Readonly<Record<string, Process>>;
}

export type RowProgram = (os: Os, stage: Stage) => Generator<Wait, void, void>;

export interface Row {
  readonly name: string;
  /** Each a process in a network namespace of its own, at the address of its place: 10.0.0.1, 10.0.0.2, ... */
  readonly programs: Readonly<Record<string, RowProgram>>;
  /** All in the first one's namespace. */
  readonly together?: boolean;
  readonly world?: WorldOptions;
  readonly pidMax?: number;
  readonly says: readonly string[];
  /** Calls of threads that stay blocked. */
  readonly blocked?: readonly string[];
}

export function check(row: Row): void {
  const said: string[] = [];
  const world = createWorld({ seed: 1, ...row.world });
  const node = world.addNode({ name: 'node', ...(row.pidMax === undefined ? {} : { pidMax: row.pidMax }) });
  const processes: Record<string, Process> = {};
  const stage: Stage = {
    say: (...what) => void said.push(what.map(show).join(' ')),
    node,
    processes,
  };
  let netns: Netns | null = null;
  for (const [index, [comm, program]] of Object.entries(row.programs).entries()) {
    if (netns === null || !row.together) netns = node.addNetns([`10.0.0.${index + 1}`, `fd00::${index + 1}`]);
    const main: ThreadProgram = (os) => program(os, stage);
    processes[comm] = node.spawn({ comm, netns, main });
  }
  const { blocked } = world.run();
  expect(said).toEqual(row.says);
  expect(blocked.map(({ call }) => call)).toEqual(row.blocked ?? []);
}

const ERRORS: Readonly<Record<number, string>> = Object.fromEntries(
  Object.entries({
    ...{
      ENOENT: 2,
      EBADF: 9,
      EAGAIN: 11,
      EFAULT: 14,
      EINVAL: 22,
      EMFILE: 24,
      ESPIPE: 29,
      EPIPE: 32,
      ENOSYS: 38,
    },
    ...{ ENOTSOCK: 88, EDESTADDRREQ: 89, EMSGSIZE: 90, EPROTOTYPE: 91, EOPNOTSUPP: 95, EAFNOSUPPORT: 97 },
    ...{
      EADDRINUSE: 98,
      EADDRNOTAVAIL: 99,
      ENETUNREACH: 101,
      ECONNABORTED: 103,
      ECONNRESET: 104,
      EISCONN: 106,
    },
    ...{ ENOTCONN: 107, ETIMEDOUT: 110, ECONNREFUSED: 111, EALREADY: 114, EINPROGRESS: 115 },
  }).map(([name, errno]) => [-errno, name]),
);

/** Bytes as text, errors by name. */
function show(what: unknown): string {
  if (what instanceof Uint8Array) return JSON.stringify(new TextDecoder().decode(what));
  if (typeof what === 'number') return ERRORS[what] ?? String(what);
  return typeof what === 'object' ? JSON.stringify(what) : String(what);
}

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

export const STREAM = 1;
export const DATAGRAM = 2;
export const INET = 2;
export const INET6 = 10;

/** A listening TCP socket. */
export function* listenOn(
  os: Os,
  port: number,
  address = '0.0.0.0',
  backlog = 16,
): Generator<Wait, number, void> {
  const fd = yield* os.socket(address.includes(':') ? INET6 : INET, STREAM);
  for (const result of [yield* os.bind(fd, { address, port }), yield* os.listen(fd, backlog)]) {
    if (result < 0) return result;
  }
  return fd;
}

/** A connected TCP socket. It waits a little first, so that who listens is there. */
export function* connectTo(os: Os, address: string, port: number): Generator<Wait, number, void> {
  yield* os.sleep(100_000);
  const fd = yield* os.socket(address.includes(':') ? INET6 : INET, STREAM);
  const result = yield* os.connect(fd, { address, port });
  return result < 0 ? result : fd;
}
