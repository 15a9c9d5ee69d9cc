import { runBlocking } from '../io/run.ts';
import { acceptAll, type ConcurrencyModel, startListening } from './model.ts';

/**
 * A fixed number of threads, each accepting and then serving one connection to its end. Callers that keep more
 * connections open than there are threads wait in the backlog, as in any such server: give it an idle timeout.
 */
export const threadPool: ConcurrencyModel = (serving, self) =>
  runBlocking(serving.socketCalls, function* (io) {
    const serve = serving.newWorker();
    const listener = yield* startListening(io, serving);
    const worker = runBlocking(serving.socketCalls, (workerIo) =>
      acceptAll(workerIo, listener, (fd) => serve(workerIo, fd)),
    );
    for (let started = 0; started < serving.workers; started++) self().thread(worker);
  });
