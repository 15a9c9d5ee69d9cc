import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { status } from '@grpc/grpc-js';
import { afterEach, describe, expect, test } from '@jest/globals';
import { reasonOf } from './reasons.ts';
import { IngestStream, type StreamEnd } from './stream.ts';

describe('of a collector', () => {
  test.each([
    [status.FAILED_PRECONDITION, 'version 1 is not spoken', 'version 1 is not spoken'],
    [status.UNAVAILABLE, 'the collector is stopping', 'the collector is stopping'],
    [status.RESOURCE_EXHAUSTED, 'two\n lines', 'two lines'],
    [status.UNKNOWN, '', 'UNKNOWN'],
    [status.OK, '', 'it ended the stream'],
    [
      status.UNIMPLEMENTED,
      'The server does not implement the method',
      'what listens there is no collector of Sonde',
    ],
  ])('%s %j', (code, details, want) => expect(reasonOf({ code, details })).toBe(want));
});

let server: Server | null = null;
const sockets = new Set<Socket>();
afterEach(() => {
  for (const socket of sockets) socket.destroy();
  sockets.clear();
  server?.close();
  server = null;
});

/** Listens for something that is no collector. */
async function listen(serve: (socket: Socket) => void): Promise<string> {
  const listening = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    serve(socket);
  });
  server = listening;
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  return `127.0.0.1:${(listening.address() as AddressInfo).port}`;
}

const endOf = (address: string): Promise<StreamEnd> =>
  new Promise((resolve) => {
    const stream = new IngestStream(address, {
      message: () => undefined,
      drain: () => undefined,
      end: resolve,
    });
    stream.send({ hello: { protocolVersion: 1 } });
  });

describe('of a connection, as gRPC tells it today', () => {
  test('nothing listens', async () => {
    const address = await listen(() => undefined);
    server!.close();
    expect(await endOf(address)).toEqual({
      code: status.UNAVAILABLE,
      reason: 'nothing listens there (connection refused)',
    });
  });

  test('a web server of HTTP/1', async () => {
    const address = await listen((socket) =>
      socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n')),
    );
    expect((await endOf(address)).reason).toBe('what listens there is no collector (it does not speak gRPC)');
  });

  test('a listener that closes', async () => {
    const address = await listen((socket) => socket.end());
    expect((await endOf(address)).reason).toBe('what listens there closes connections at once');
  });

  test('a name that does not exist', async () => {
    expect((await endOf('nobody.invalid:7070')).reason).toBe('the host name cannot be resolved');
  });
});
