/** One stream to the collector and the connection below it: nothing of either is used again after it ended. */
import { Client, type ClientDuplexStream, credentials, type StatusObject, status } from '@grpc/grpc-js';
import { INGEST_SERVICE, type sonde } from '@sonde/proto';
import { reasonOf } from './reasons.ts';

type StreamRequest = sonde.v1.StreamRequest.$Properties;
type StreamResponse = sonde.v1.StreamResponse.$Properties;

export interface StreamListener {
  message(response: StreamResponse): void;
  /** After a `send` that returned false: there is room again. */
  drain(): void;
  /** Once, and nothing comes after it. Not called after `finish` or `abort`. */
  end(end: StreamEnd): void;
}

export interface StreamEnd {
  /** gRPC status code; OK if the collector ended the stream in good order. */
  readonly code: status;
  /** One line for people. */
  readonly reason: string;
}

const { path, requestSerialize, responseDeserialize } = INGEST_SERVICE.stream;

/** How long the collector may take to end its side of a stream that the agent has ended. */
const FAREWELL_MS = 1_000;

/**
 * Each stream has a channel of its own. A channel that lost its connection fails calls at once until its own pauses are
 * over; with a new one for every try, the pauses are the shipper's alone, and closing it ends all that would keep the
 * process alive.
 */
const CHANNEL_OPTIONS = {
  'grpc.use_local_subchannel_pool': 1,
  // What is sent again is decided by sequence numbers. Retries of gRPC would keep a second copy of what was written.
  'grpc.enable_retries': 0,
  // The agent connects to the address it was given, whatever proxies its environment names.
  'grpc.enable_http_proxy': 0,
  'grpc.service_config_disable_resolution': 1,
  'grpc.keepalive_time_ms': 20_000,
  'grpc.keepalive_timeout_ms': 10_000,
  // Batches are bounded by what the collector said in Welcome.
  'grpc.max_send_message_length': -1,
  // Answers are small, a configuration is the largest.
  'grpc.max_receive_message_length': 1 << 20,
};

export class IngestStream {
  readonly #client: Client;
  readonly #call: ClientDuplexStream<StreamRequest, StreamResponse>;
  readonly #ended = Promise.withResolvers<void>();
  /** null: nobody listens any more. */
  #listener: StreamListener | null;

  /** @param collector host:port */
  constructor(collector: string, listener: StreamListener) {
    this.#listener = listener;
    this.#client = new Client(collector, credentials.createInsecure(), CHANNEL_OPTIONS);
    this.#call = this.#client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize);
    this.#call.on('data', (response: StreamResponse) => this.#listener?.message(response));
    this.#call.on('drain', () => this.#listener?.drain());
    this.#call.on('status', (ending: StatusObject) => this.#end(ending));
    // grpc-js tells a bad status a second time as an error; 'status' alone comes for good ones too.
    this.#call.on('error', (error: Partial<StatusObject> & Error) =>
      this.#end({ code: error.code ?? status.UNKNOWN, details: error.details ?? error.message }),
    );
  }

  /** False: write nothing large until `drain`. */
  send(request: StreamRequest): boolean {
    return this.#call.write(request);
  }

  /** Ends the agent's side and waits, not long, for the collector to end its own. The listener hears no more. */
  async finish(): Promise<void> {
    this.#listener = null;
    const timer = setTimeout(() => this.abort(), FAREWELL_MS);
    this.#call.end();
    await this.#ended.promise;
    clearTimeout(timer);
  }

  /** Ends both sides at once. The listener hears no more. */
  abort(): void {
    this.#listener = null;
    this.#call.cancel();
    this.#close();
  }

  #end({ code, details }: Pick<StatusObject, 'code' | 'details'>): void {
    const listener = this.#listener;
    this.#listener = null;
    this.#close();
    listener?.end({ code, reason: reasonOf({ code, details }) });
  }

  #close(): void {
    this.#client.close();
    this.#ended.resolve();
  }
}
