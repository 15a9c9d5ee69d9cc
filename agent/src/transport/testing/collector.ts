/**
 * A collector for tests: a real gRPC server that keeps a record of what it took, and does with each batch what the test
 * says. It accepts as the contract demands (sequences without a gap, checksums, credit) and notes every fault of the agent.
 */
import { crc32 } from 'node:zlib';
import { Server, ServerCredentials, type ServerDuplexStream, status } from '@grpc/grpc-js';
import { INGEST_SERVICE, Long, PROTOCOL_VERSION, sonde } from '@sonde/proto';
import { fromUnsigned } from '../encode/integers.ts';

type StreamRequest = sonde.v1.StreamRequest.$Properties;
type StreamResponse = sonde.v1.StreamResponse.$Properties;
export type AgentStream = ServerDuplexStream<StreamRequest, StreamResponse>;

/**
 * What becomes of a batch:
 * - take: it is stored and acknowledged.
 * - keep: it is stored; a later acknowledgement tells.
 * - lose: it is stored, and the stream dies before the acknowledgement.
 * - die: the stream dies, nothing is stored.
 * - reset: the connection is cut under all streams, nothing is stored; the server is there again at once.
 * - forget: as reset, and the collector comes back not knowing what it has.
 * - refuse: it is refused, and acknowledged with what came before.
 * - refuse-silently: it is refused; a later acknowledgement covers it.
 * - stall: from here on nothing comes back on this stream, and nothing is stored.
 *
 * Whatever else comes on a stream that died or stalled is lost.
 */
export type Fate =
  | 'take'
  | 'keep'
  | 'lose'
  | 'die'
  | 'reset'
  | 'forget'
  | 'refuse'
  | 'refuse-silently'
  | 'stall';

export interface TestCollectorOptions {
  /** What becomes of the next batch; 'take' where there is nothing more. */
  readonly fates?: Iterator<Fate>;
  readonly creditBytes?: number;
  readonly maxBatchBytes?: number;
  /** Whether credit that was used comes back with the acknowledgement; true by default. */
  readonly refillsCredit?: boolean;
  /** Instead of Welcome. */
  readonly onHello?: (stream: AgentStream) => void;
  readonly onClock?: (sample: sonde.v1.ClockSample.$Properties) => void;
}

export class TestCollector {
  readonly options: TestCollectorOptions;
  /** By sequence; what came a second time is compared, not added. */
  readonly taken = new Map<number, Uint8Array>();
  readonly refused = new Set<number>();
  /** Sequences as they came, one list a stream. */
  readonly streams: number[][] = [];
  readonly hellos: sonde.v1.Hello.$Properties[] = [];
  /** What the agent did against the contract. */
  readonly faults: string[] = [];
  durableSequence = 0;
  #server: Server | null = null;
  #port = 0;
  #last: AgentStream | null = null;
  /** What the agent may still send on the stream that came last. */
  #credit = 0;

  constructor(options: TestCollectorOptions = {}) {
    this.options = options;
  }

  get address(): string {
    return `127.0.0.1:${this.#port}`;
  }

  /** The stream that came last. */
  get stream(): AgentStream {
    if (this.#last === null) throw new Error('Cannot give a stream: no agent has said Hello');
    return this.#last;
  }

  /** Gives credit on the stream that came last. */
  grant(bytes: number): void {
    this.#credit += bytes;
    this.stream.write({ credit: { bytes: Long.fromNumber(bytes, true) } });
  }

  /** Listens, on the same port as before if there was one. */
  async listen(): Promise<void> {
    const server = new Server({ 'grpc.max_receive_message_length': -1 });
    server.addService(INGEST_SERVICE, { stream: (stream: AgentStream) => this.#serve(stream) });
    this.#server = server;
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    server.bindAsync(`127.0.0.1:${this.#port}`, ServerCredentials.createInsecure(), (error, port) =>
      error === null ? resolve(port) : reject(error),
    );
    this.#port = await promise;
  }

  /** Cuts all connections and stops to listen. */
  stop(): void {
    this.#server?.forceShutdown();
    this.#server = null;
  }

  /** Span ids of the batches that were taken, in order of their sequences. */
  spanIds(): string[] {
    return [...this.taken]
      .sort(([left], [right]) => left - right)
      .flatMap(([, payload]) => spanIdsOf(sonde.v1.Batch.decode(payload)));
  }

  #serve(stream: AgentStream): void {
    const sequences: number[] = [];
    const { creditBytes = 1 << 30, maxBatchBytes = 1 << 22, onHello, onClock } = this.options;
    this.#credit = creditBytes;
    let isDead = false;
    this.streams.push(sequences);
    this.#last = stream;
    // A stream that the agent cancels ends here; that is part of the tests.
    stream.on('error', () => stream.end());
    stream.on('end', () => stream.end());
    stream.on('data', ({ hello, batch, clock }: StreamRequest) => {
      if (hello) {
        this.hellos.push(hello);
        if (onHello) onHello(stream);
        else
          stream.write({
            welcome: {
              protocolVersion: PROTOCOL_VERSION,
              durableSequence: Long.fromNumber(this.durableSequence, true),
              creditBytes: Long.fromNumber(creditBytes, true),
              maxBatchBytes,
            },
          });
      }
      if (clock) onClock?.(clock);
      if (batch && !isDead) {
        const payload = batch.payload ?? new Uint8Array();
        this.#credit -= payload.length;
        if (this.#credit < 0)
          this.faults.push(`batch ${batch.sequence} is beyond the credit by ${-this.#credit} bytes`);
        if (payload.length > maxBatchBytes) this.faults.push(`batch ${batch.sequence} is too large`);
        this.#checkSequence(sequences, batch);
        isDead = this.#decide(stream, fromUnsigned(batch.sequence), payload) === 'dead';
        if (!isDead && this.options.refillsCredit !== false) this.grant(payload.length);
      }
    });
  }

  #checkSequence(sequences: number[], batch: sonde.v1.SealedBatch.$Properties): void {
    const sequence = fromUnsigned(batch.sequence);
    const payload = batch.payload ?? new Uint8Array();
    const before = sequences.at(-1);
    const { header } = sonde.v1.Batch.decode(payload);
    if (before !== undefined && sequence !== before + 1)
      this.faults.push(`batch ${sequence} came after ${before}`);
    if (before === undefined && sequence <= this.durableSequence)
      this.faults.push(`batch ${sequence} is durable already`);
    if (fromUnsigned(header?.sequence) !== sequence)
      this.faults.push(`batch ${sequence} has the header of another`);
    if (crc32(payload) !== batch.crc32) this.faults.push(`batch ${sequence} has a wrong checksum`);
    sequences.push(sequence);
  }

  #decide(stream: AgentStream, sequence: number, payload: Uint8Array): 'goes on' | 'dead' {
    const next = this.options.fates?.next();
    const fate = next === undefined || next.done ? 'take' : next.value;
    if (fate === 'take' || fate === 'keep' || fate === 'lose') this.#take(sequence, payload);
    if (fate === 'refuse' || fate === 'refuse-silently') {
      this.refused.add(sequence);
      stream.write({
        refusal: {
          sequence: Long.fromNumber(sequence, true),
          reason: sonde.v1.RefusalReason.REFUSAL_REASON_MALFORMED,
          message: 'the test wants it so',
        },
      });
    }
    if (fate === 'forget') this.durableSequence = 0;
    if (fate === 'reset' || fate === 'forget') {
      this.stop();
      // The port is free again as soon as the sockets are closed; until then listening fails, and the test with it.
      setImmediate(() => void this.listen());
      return 'dead';
    }
    if (fate === 'die' || fate === 'lose') {
      stream.emit('error', { code: status.UNAVAILABLE, details: 'the test wants it so' });
      return 'dead';
    }
    if (fate === 'take' || fate === 'refuse') {
      this.durableSequence = sequence;
      stream.write({ acknowledgement: { sequence: Long.fromNumber(sequence, true) } });
    }
    return fate === 'stall' ? 'dead' : 'goes on';
  }

  #take(sequence: number, payload: Uint8Array): void {
    const before = this.taken.get(sequence);
    const isHollow = spanIdsOf(sonde.v1.Batch.decode(payload)).length === 0;
    if (before !== undefined && !isHollow && Buffer.compare(before, payload) !== 0)
      this.faults.push(`batch ${sequence} came a second time with other bytes`);
    if (before === undefined) this.taken.set(sequence, payload);
  }
}

const spanIdsOf = ({ spans }: sonde.v1.Batch.$Properties): string[] =>
  Buffer.from(spans?.spanId ?? new Uint8Array())
    .toString('hex')
    .match(/.{16}/g) ?? [];
