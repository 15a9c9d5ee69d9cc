import { runEventLoop } from '../io/run.ts';
import { acceptAll, type ConcurrencyModel, startListening } from './model.ts';

/** One thread, non-blocking descriptors; requests of many connections are in progress at once. */
export const eventLoop: ConcurrencyModel = (serving) =>
  runEventLoop(serving.socketCalls, function* (io) {
    const serve = serving.newWorker();
    const listener = yield* startListening(io, serving);
    yield* acceptAll(io, listener, (fd) => {
      io.loop.spawn(serve(io, fd));
      return undefined;
    });
  });
