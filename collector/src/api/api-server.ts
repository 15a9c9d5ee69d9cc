/** Listens for the HTTP interface. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import type { Hono } from 'hono';

export interface ApiServer {
  readonly port: number;
  close(): Promise<void>;
}

/** The address cannot be listened on. */
export class ApiListenError extends Error {
  override readonly name = 'ApiListenError';
}

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another process listens there',
  EADDRNOTAVAIL: 'this machine does not have the address',
  EACCES: 'this user may not use the port',
  ENOTFOUND: 'the host name is unknown',
};

/** A client that sends nothing, or one byte at a time, must not keep a connection for long. */
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;
const MAX_CONNECTIONS = 256;

/** @throws ApiListenError */
export async function listen(
  api: Hono,
  address: { readonly host: string; readonly port: number },
): Promise<ApiServer> {
  const server = createAdaptorServer({ fetch: api.fetch }) as Server;
  server.headersTimeout = HEADERS_TIMEOUT_MS;
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  server.maxConnections = MAX_CONNECTIONS;
  const { host, port } = address;
  await new Promise<void>((resolve, reject) => {
    // It stays: a connection that cannot be accepted later on (no descriptors left) is no reason to end.
    server.on('error', (cause: NodeJS.ErrnoException) => {
      const where = `${host.includes(':') ? `[${host}]` : host}:${port}`;
      const reason = REASONS[cause.code ?? ''] ?? cause.message;
      reject(new ApiListenError(`Cannot listen on ${where}: ${reason}`, { cause }));
    });
    server.listen(port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
