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

/** @throws ApiListenError */
export async function listen(
  api: Hono,
  address: { readonly host: string; readonly port: number },
): Promise<ApiServer> {
  const server = createAdaptorServer({ fetch: api.fetch }) as Server;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const reason = cause.code === 'EADDRINUSE' ? 'the port is in use' : (cause.code ?? cause.message);
      reject(new ApiListenError(`Cannot listen on ${address.host}:${address.port}: ${reason}`, { cause }));
    });
    server.listen(address.port, address.host, resolve);
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
