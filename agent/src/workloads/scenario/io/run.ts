/** Thread programs made of a task. */
import type { ThreadProgram } from '../../../hooks/sim/contract.ts';
import { Io, type SocketCalls, type WaitMode } from './io.ts';
import { type Task, TaskLoop } from './task-loop.ts';

/** A thread that blocks in its system calls. */
export const runBlocking = (calls: SocketCalls, main: (io: Io) => Task<void>): ThreadProgram =>
  run('block', calls, main);

/** A thread that serves many non-blocking descriptors. */
export const runEventLoop = (calls: SocketCalls, main: (io: Io) => Task<void>): ThreadProgram =>
  run('event', calls, main);

const run = (mode: WaitMode, calls: SocketCalls, main: (io: Io) => Task<void>): ThreadProgram =>
  function* (os) {
    const loop = new TaskLoop(os);
    loop.spawn(main(new Io(loop, mode, calls)));
    yield* loop.run();
  };
