/** The gRPC server that takes batches: one AgentStream a call, the write-ahead log behind all of them. */
import {
  type ChannelOptions,
  type ConnectionInjector,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  status,
} from '@grpc/grpc-js';
import type { Ledger, Stage } from '@sonde/ledger';
import { INGEST_SERVICE, type sonde } from '@sonde/proto';
import type { BatchColumns } from '../model/columns.ts';
import type { Wal, WalAddress } from '../wal/wal.ts';
import {
  AgentStream,
  BATCH_DROPS,
  type ConnectedAgent,
  ROW_DROPS,
  type StreamEffects,
} from './agent-stream.ts';
import type { ClockSample } from './decode/batch.ts';
import type { DurableSequences } from './durable-sequences.ts';
import { Listener } from './listener.ts';
import { Outbox, type StreamResponse } from './outbox.ts';
import { watchOwnEnds } from './own-ends.ts';
import { Roster } from './roster.ts';
import type { StreamStatus } from './stream-status.ts';

export type { ConnectedAgent } from './agent-stream.ts';
export { ListenError } from './listener.ts';

export interface IngestServerOptions {
  readonly wal: Wal;
  /** Gets the stages `ingest` (batches) and `ingest.rows`. */
  readonly ledger: Ledger;
  readonly durable: DurableSequences;
  /** Largest payload that is taken. */
  readonly maxBatchBytes: number;
  /** Payload bytes that one agent may send ahead of its acknowledgements. */
  readonly creditBytes: number;
  /** Payload bytes that were handed on and are not stored yet. */
  readonly heldBytes: () => number;
  /**
   * From here on no credit is given. Credit that was given before still counts: what is held may rise above this by
   * `creditBytes` for each connected agent.
   */
  readonly maxHeldBytes: number;
  /** Called once a batch, after it is durable and before it is acknowledged, in the order of the agent's sequences. */
  readonly onBatch: (batch: BatchColumns, address: WalAddress, payloadBytes: number) => void;
  /** A clock sample of an agent, from its stream or in a batch; an answer is sent to samples of the stream. */
  readonly onClock?: (sample: ClockSample) => sonde.v1.ClockSample.$Properties | null;
  /** One line for people about what went wrong with an agent. */
  readonly onNote: (line: string) => void;
  /** Streams at once; further ones are turned away. */
  readonly maxStreams?: number;
  /** How long a stream may stay silent before its Hello. */
  readonly helloTimeoutMs?: number;
}

type Call = ServerDuplexStream<Buffer, StreamResponse>;

interface OpenStream {
  readonly stream: AgentStream;
  readonly peer: string;
}

const DEFAULT_MAX_STREAMS = 1024;
const DEFAULT_HELLO_TIMEOUT_MS = 10_000;
/** What a message may be larger than a payload: so a payload that is a little too large is refused, not cut off. */
const ENVELOPE_BYTES = 65_536;
const STREAMS_PER_CONNECTION = 8;
const KEEPALIVE_MS = 30_000;
const KEEPALIVE_TIMEOUT_MS = 10_000;

/** Messages come as bytes: what is no message is the stream's to judge, with its own status and note. */
const SERVICE = {
  stream: { ...INGEST_SERVICE.stream, requestDeserialize: (bytes: Buffer) => bytes },
};

export class IngestServer {
  readonly #options: IngestServerOptions;
  readonly #batches: Stage;
  readonly #rows: Stage;
  readonly #roster = new Roster();
  readonly #grpc: Server;
  readonly #injector: ConnectionInjector;
  readonly #listener: Listener;
  readonly #open = new Set<OpenStream>();
  readonly #writes = new Set<Promise<void>>();
  #isClosing = false;

  constructor(options: IngestServerOptions) {
    this.#options = options;
    this.#batches = options.ledger.stage('ingest', { unit: 'batches', drops: BATCH_DROPS });
    this.#rows = options.ledger.stage('ingest.rows', {
      unit: 'rows',
      drops: ROW_DROPS,
      conversion: 'each durable batch becomes all rows of its tables',
    });
    const maxStreams = options.maxStreams ?? DEFAULT_MAX_STREAMS;
    const channelOptions: ChannelOptions = {
      'grpc.max_receive_message_length': options.maxBatchBytes + ENVELOPE_BYTES,
      'grpc.max_concurrent_streams': STREAMS_PER_CONNECTION,
      'grpc.keepalive_time_ms': KEEPALIVE_MS,
      'grpc.keepalive_timeout_ms': KEEPALIVE_TIMEOUT_MS,
      'grpc.enable_channelz': 0,
    };
    this.#grpc = new Server({
      ...channelOptions,
      interceptors: [watchOwnEnds((end) => this.#endedByGrpc(end))],
    });
    this.#grpc.addService(SERVICE, { stream: (call: Call) => this.#serve(call, maxStreams) });
    this.#injector = this.#grpc.createConnectionInjector(ServerCredentials.createInsecure());
    this.#listener = new Listener({
      maxConnections: 2 * maxStreams,
      onConnection: (socket) => this.#injector.injectConnection(socket),
      onError: (error) => options.onNote(`ingest: ${error.message}`),
    });
  }

  /**
   * @param address "host:port"; port 0: any free one
   * @returns the port
   * @throws ListenError
   */
  listen(address: string): Promise<number> {
    return this.#listener.listen(address);
  }

  get agents(): readonly ConnectedAgent[] {
    return [...this.#open].flatMap(({ stream, peer }) => stream.describe(peer) ?? []);
  }

  /** What was handed on has become less: withheld credit is given, if there is room. */
  resume(): void {
    for (const { stream } of this.#open) stream.resume();
  }

  /**
   * Takes no more, settles what was received, tells the agents, and cuts after `graceMs` what is still connected.
   * Resolved: no write to the log is going on, and no batch will be handed on any more.
   */
  async close({ graceMs }: { graceMs: number }): Promise<void> {
    this.#isClosing = true;
    this.#listener.stop();
    for (const { stream } of this.#open) stream.finish(STOPPING);
    // Its callback comes too early, before connections are closed: the listener knows better.
    this.#grpc.tryShutdown(() => {});
    await settledOrAfter(this.#listener.allClosed(), graceMs);
    for (const { stream } of this.#open) stream.lost();
    this.#listener.cut();
    await Promise.all(this.#writes);
  }

  #serve(call: Call, maxStreams: number): void {
    const peer = call.getPeer();
    if (this.#isClosing || this.#open.size >= maxStreams) {
      const refusal: StreamStatus = this.#isClosing
        ? STOPPING
        : { code: 'RESOURCE_EXHAUSTED', details: `${maxStreams} streams are open, which is the most` };
      endCall(call, refusal);
      return;
    }

    const outbox = new Outbox((response, done) => call.write(response, done));
    const open: OpenStream = {
      peer,
      stream: new AgentStream(
        {
          maxBatchBytes: this.#options.maxBatchBytes,
          creditBytes: this.#options.creditBytes,
          hasRoom: () => this.#options.heldBytes() < this.#options.maxHeldBytes,
          durable: this.#options.durable,
          roster: this.#roster,
          batches: this.#batches,
          rows: this.#rows,
        },
        this.#effects(
          call,
          outbox,
          peer,
          (payload) => this.#write(open.stream, payload),
          () => forget(),
        ),
      ),
    };
    const helloTimer = setTimeout(() => {
      if (open.stream.isGreeting) open.stream.fail({ code: 'DEADLINE_EXCEEDED', details: 'no Hello came' });
    }, this.#options.helloTimeoutMs ?? DEFAULT_HELLO_TIMEOUT_MS);
    const forget = () => {
      clearTimeout(helloTimer);
      this.#open.delete(open);
    };
    this.#open.add(open);
    call.on('data', (message: Buffer) => open.stream.receive(message));
    call.on('end', () => open.stream.halfClosed());
    call.on('cancelled', () => {
      open.stream.lost();
      forget();
    });
  }

  #effects(
    call: Call,
    outbox: Outbox,
    peer: string,
    write: (payload: Uint8Array) => void,
    forget: () => void,
  ): StreamEffects {
    const { onBatch, onClock, onNote } = this.#options;
    return {
      outbox,
      write,
      handOn: (batch, address, payloadBytes) => onBatch(batch.columns, address, payloadBytes),
      clock: (sample) => onClock?.(sample) ?? null,
      pauseReading: () => call.pause(),
      resumeReading: () => call.resume(),
      end: (status) => {
        forget();
        outbox.flush();
        endCall(call, status);
      },
      note: (line) => onNote(`ingest: ${line} (${peer})`),
    };
  }

  #write(stream: AgentStream, payload: Uint8Array): void {
    const write = this.#options.wal
      .append('batch', payload)
      .then(
        (address) => stream.written(address),
        (error: unknown) => stream.writeFailed(error),
      )
      .catch((error: unknown) => {
        // Only a defect behind ingest comes here. The batch is durable; the next start of the collector takes it up.
        this.#options.onNote(`ingest: a batch that is durable was not handed on: ${String(error)}`);
        stream.fail({ code: 'INTERNAL', details: 'the collector failed behind its log' });
      })
      .finally(() => this.#writes.delete(write));
    this.#writes.add(write);
  }

  #endedByGrpc({ code, details, peer }: { code: status; details: string; peer: string }): void {
    if (code === status.RESOURCE_EXHAUSTED) {
      this.#batches.take();
      this.#batches.drop('oversized');
    }
    this.#options.onNote(`ingest: stream ended by gRPC: ${status[code]}: ${details} (${peer})`);
  }
}

const STOPPING: StreamStatus = { code: 'UNAVAILABLE', details: 'the collector is stopping' };

/** Messages of a call that has ended are thrown away as they come, or its connection would stand still. */
function endCall(call: Call, { code, details }: StreamStatus): void {
  call.removeAllListeners('data');
  call.resume();
  if (code === 'OK') call.end();
  else call.emit('error', { code: status[code], details });
}

function settledOrAfter(promise: Promise<void>, timeoutMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, timeoutMs);
    promise.finally(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
