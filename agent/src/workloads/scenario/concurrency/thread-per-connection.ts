import { runBlocking } from '../io/run.ts';
import { acceptAll, type ConcurrencyModel, startListening } from './model.ts';

/** One thread accepts; every connection gets a thread of its own, which blocks in its reads. */
export const threadPerConnection: ConcurrencyModel = (serving, self) =>
  runBlocking(serving.socketCalls, function* (io) {
    const serve = serving.newWorker();
    const listener = yield* startListening(io, serving);
    yield* acceptAll(io, listener, (fd) => {
      self().thread(runBlocking(serving.socketCalls, (connectionIo) => serve(connectionIo, fd)));
      return undefined;
    });
  });
