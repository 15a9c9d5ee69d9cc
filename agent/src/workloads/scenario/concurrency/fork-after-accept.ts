import { runBlocking } from '../io/run.ts';
import { acceptAll, type ConcurrencyModel, startListening } from './model.ts';

/** One process accepts and forks; the child serves the connection it inherited, and exits. */
export const forkAfterAccept: ConcurrencyModel = (serving) =>
  runBlocking(serving.socketCalls, function* (io) {
    const listener = yield* startListening(io, serving);
    yield* acceptAll(io, listener, function* (fd) {
      const child = runBlocking(serving.socketCalls, function* (childIo) {
        yield* childIo.os.close(listener);
        yield* serving.newWorker()(childIo, fd);
      });
      yield* io.os.fork(child);
      yield* io.os.close(fd);
    });
  });
