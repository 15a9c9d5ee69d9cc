/** What a service does with a connection: reads requests by its protocol, does the endpoint's work, answers. */
import { sample } from './distribution.ts';
import type { Io } from './io/io.ts';
import { Stream } from './io/stream.ts';
import type { Task } from './io/task-loop.ts';
import { ConnectionPool } from './pool.ts';
import type { Outcome, Work } from './protocols/protocol.ts';
import { protocolOf } from './protocols/registry.ts';
import type { Random } from './random.ts';
import type { Call, Endpoint, Fault, Service } from './scenario.ts';
import { fill, type Values } from './template.ts';
import type { TruthRecorder } from './truth.ts';

const STANDARD_OUTPUT = 1;
const encoder = new TextEncoder();

interface Request {
  readonly values: Values;
  readonly mark: number | null;
}

interface WorkerParts {
  readonly pool: ConnectionPool;
  readonly random: Random;
  readonly logged: () => void;
}

/** @returns what serves one connection to its end; see Serving.newWorker */
export function newWorker(
  service: Service,
  services: readonly Service[],
  random: Random,
  truth: TruthRecorder,
): (io: Io, fd: number) => Task<void> {
  const pool = new ConnectionPool(service.name, services, random, truth);
  const counters = truth.service(service.name);
  const offers = service.endpoints.map((endpoint) => endpoint.operation);
  return (io, fd) =>
    protocolOf(service.protocol).serve(io, new Stream(fd), {
      endpoints: offers,
      idleTimeoutNs: service.idleTimeoutNs,
      received: () => truth.received(counters),
      answered: (status, delivery) => truth.answered(counters, status, delivery),
      work: (workIo, endpoint, request, statusOf) =>
        work(workIo, service.endpoints[endpoint]!, request, statusOf, {
          pool,
          random,
          logged: () => truth.logged(counters),
        }),
    });
}

function* work(
  io: Io,
  endpoint: Endpoint,
  request: Request,
  statusOf: (outcome: Outcome) => string,
  { pool, random, logged }: WorkerParts,
): Task<Work> {
  // Everything random is drawn first, so that it does not depend on how calls interleave.
  const latencyNs = sample(endpoint.latencyNs, random);
  const bodyBytes = Math.round(sample(endpoint.responseBytes, random));
  const hasError = random.chance(endpoint.errorRate);
  const fault = chooseFault(endpoint.faults, random);

  yield* io.sleep(latencyNs);
  const outcome = hasError ? 'error' : yield* makeCalls(io, endpoint.steps, request, pool);
  for (const line of endpoint.log) {
    const text = fill(line, { ...request.values, status: statusOf(outcome) }, random);
    yield* io.os.writeAllBytes(STANDARD_OUTPUT, encoder.encode(`${text}\n`));
    logged();
  }
  return { outcome, bodyBytes, fault };
}

/** Makes an endpoint's calls, step by step; a step that fails ends them. */
function* makeCalls(io: Io, steps: Endpoint['steps'], request: Request, pool: ConnectionPool): Task<Outcome> {
  const context = { values: request.values, parent: request.mark };
  for (const step of steps) {
    let isGood = true;
    const tasks = step.map(
      (call: Call) =>
        function* (callIo: Io): Task<void> {
          const answer = yield* pool.call(callIo, call, context);
          if (!call.optional && !(answer.kind === 'answered' && answer.isOk)) isGood = false;
        },
    );
    yield* io.all(tasks);
    if (!isGood) return 'failed-call';
  }
  return 'ok';
}

function chooseFault(faults: readonly Fault[], random: Random): Fault | null {
  let drawn = random.next();
  for (const fault of faults) {
    drawn -= fault.rate;
    if (drawn < 0) return fault;
  }
  return null;
}
