/** An agent's end of a stream, over real gRPC, that does what a test says: also what no agent should do. */
import { Client, type ClientDuplexStream, credentials, status } from '@grpc/grpc-js';
import { INGEST_SERVICE, sonde } from '@sonde/proto';
import type { StreamResponse } from '../outbox.ts';
import type { Request } from './requests.ts';

const MAX_MESSAGE_BYTES = 64 << 20;

export class TestAgent {
  readonly responses: StreamResponse[] = [];
  /** How the stream ended: "NAME: details". */
  readonly ended: Promise<string>;
  readonly #client: Client;
  readonly #call: ClientDuplexStream<Uint8Array, StreamResponse>;
  readonly #watchers = new Set<() => void>();

  constructor(port: number) {
    this.#client = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), {
      'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
      // Each agent has a connection of its own, as processes have.
      'grpc.use_local_subchannel_pool': 1,
    });
    this.#call = this.#client.makeBidiStreamRequest(
      INGEST_SERVICE.stream.path,
      (message: Uint8Array) => Buffer.from(message),
      INGEST_SERVICE.stream.responseDeserialize,
    );
    this.#call.on('data', (response: StreamResponse) => {
      this.responses.push(response);
      for (const watcher of this.#watchers) watcher();
    });
    // The status says the same as the error does.
    this.#call.on('error', () => {});
    this.ended = new Promise((resolve) =>
      this.#call.on('status', ({ code, details }) => resolve(`${status[code]}: ${details}`)),
    );
  }

  say(...requests: Request[]): this {
    for (const request of requests) this.sayBytes(sonde.v1.StreamRequest.encode(request).finish());
    return this;
  }

  sayBytes(message: Uint8Array): this {
    this.#call.write(message);
    return this;
  }

  /** Sends no more. */
  finish(): void {
    this.#call.end();
  }

  /** The first response that fits, of those that came and those to come. */
  response<T>(pick: (response: StreamResponse) => T | null | undefined): Promise<T> {
    return new Promise((resolve) => {
      const look = () => {
        for (const response of this.responses) {
          const found = pick(response);
          if (found === null || found === undefined) continue;
          this.#watchers.delete(look);
          resolve(found);
          return;
        }
      };
      this.#watchers.add(look);
      look();
    });
  }

  welcome(): Promise<sonde.v1.Welcome.$Properties> {
    return this.response(({ welcome }) => welcome);
  }

  acknowledged(sequence: number): Promise<number> {
    return this.response(({ acknowledgement }) => {
      const upTo = Number(acknowledgement?.sequence ?? 0);
      return upTo >= sequence ? upTo : null;
    });
  }

  /** Cuts the connection. */
  vanish(): void {
    this.#call.cancel();
    this.#client.close();
  }
}
