/**
 * Records the bundled capture, agent/captures/demo-http.pcapng: real servers (nginx before a Node application) and real
 * clients (curl, Python) on loopback. Run as root on a Linux machine with nginx, curl, python3 and tcpdump:
 *
 *     node tasks/record-demo.ts
 *
 * Only three ports are recorded, and the run stops if one of them is in use: nothing of anybody else's gets into the
 * file. It is written block by block here, since recorders put the machine's name and hardware into theirs.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect, createServer as createTcpServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { readCapture } from '../agent/src/workloads/capture/capture.ts';
import { writePcapng } from '../agent/src/workloads/capture/testing/write-capture.ts';

const OUTPUT = fileURLToPath(new URL('../agent/captures/demo-http.pcapng', import.meta.url));
const MAX_OUTPUT_BYTES = 100_000;

const WEB_PORT = 18080;
const APPLICATION_PORT = 18081;
/** Nobody listens here. */
const REFUSED_PORT = 18082;
const PORTS = [WEB_PORT, APPLICATION_PORT, REFUSED_PORT];

const WEB = `http://127.0.0.1:${WEB_PORT}`;
const WEBSOCKET_GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'; // RFC 6455 section 1.3

const folder = mkdtempSync(join(tmpdir(), 'sonde-demo-'));
const children: ChildProcess[] = [];
try {
  for (const port of PORTS) await requireFree(port);
  const application = startApplication();
  startWebServer();
  await sleep(500);
  const recorded = join(folder, 'recorded.pcap');
  const filter = PORTS.map((port) => `tcp port ${port}`).join(' or ');
  // Immediate: packets that wait in a buffer when the recorder stops are lost.
  const options = '-i lo --immediate-mode -U -s 0 --time-stamp-precision=nano'.split(' ');
  const recorder = start('tcpdump', [...options, '-w', recorded, filter]);
  await sleep(1000);
  await callEverything();
  await sleep(2000);
  await stop(recorder);
  application.close();
  publish(readFileSync(recorded));
} finally {
  for (const child of children) await stop(child);
  rmSync(folder, { recursive: true, force: true });
}

/** What the demonstration shows, one step after the other. */
async function callEverything(): Promise<void> {
  const item = (id: number): string => `${WEB}/api/items/${id}`;
  await curl([`${WEB}/`, `${WEB}/style.css`, `${WEB}/missing.html`]); // one kept connection, a 404
  await curl(['-I', `${WEB}/`]);
  await curl([item(1), item(2), item(3)]); // through nginx to the application: calls within calls
  await curl([`${WEB}/api/items?limit=20`]); // chunked
  await curl([`${WEB}/api/slow`]);
  await curl([`${WEB}/api/fail`]); // 500
  await curl(['-H', 'Content-Type: application/json', '-d', '{"item":7,"count":2}', `${WEB}/api/orders`]);
  await curl(
    ['-H', 'Expect: 100-continue', '-T', '-', '-X', 'POST', `http://127.0.0.1:${APPLICATION_PORT}/orders`],
    'x'.repeat(3000),
  );
  await curl(['-m', '0.2', `http://127.0.0.1:${APPLICATION_PORT}/slow`]); // the client gives up
  await curl([`http://127.0.0.1:${REFUSED_PORT}/`]); // refused
  await python(`
import http.client
c = http.client.HTTPConnection("::1", ${WEB_PORT})
for path in ("/", "/api/items/4", "/style.css"):
    c.request("GET", path)
    c.getresponse().read()
c.close()
c = http.client.HTTPConnection("127.0.0.1", ${APPLICATION_PORT})
for body in (b"{}", b'{"item":9}'):
    c.request("POST", "/orders", body, {"Content-Type": "application/json"})
    c.getresponse().read()
c.request("DELETE", "/items/9")
c.getresponse().read()
c.close()
`);
  await pipeline();
  await closeDelimited();
  await upgrade();
}

/** Three requests before the first answer. */
async function pipeline(): Promise<void> {
  const socket = await open(WEB_PORT);
  const request = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`;
  socket.write(request('/') + request('/style.css') + request('/missing.html'));
  await sleep(200);
  socket.end();
  await once(socket, 'close');
}

/** HTTP/1.0: the end of the connection is the end of the body. */
async function closeDelimited(): Promise<void> {
  const socket = await open(APPLICATION_PORT);
  socket.write('GET /report HTTP/1.0\r\n\r\n');
  await once(socket, 'close');
}

/** A WebSocket: from the 101 on the connection speaks something else. */
async function upgrade(): Promise<void> {
  const socket = await open(APPLICATION_PORT);
  const key = Buffer.from('the sample nonce').toString('base64');
  socket.write(
    `GET /updates HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
      `Sec-WebSocket-Key: ${key}\r\nSec-WebSocket-Version: 13\r\n\r\n`,
  );
  await once(socket, 'data');
  // A masked text frame "hello" (mask 0), as a client must send it.
  socket.write(Buffer.from([0x81, 0x85, 0, 0, 0, 0, ...Buffer.from('hello')]));
  await once(socket, 'data');
  socket.end();
  await once(socket, 'close');
}

function startApplication(): { close(): void } {
  const server = createServer(async (request, response) => {
    const path = new URL(request.url ?? '/', WEB).pathname;
    let bodyBytes = 0;
    for await (const part of request) bodyBytes += part.length;
    const json = (status: number, value: unknown): void => {
      const body = JSON.stringify(value);
      response
        .writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': body.length })
        .end(body);
    };
    if (path === '/items') {
      response.writeHead(200, { 'Content-Type': 'application/json' });
      for (let id = 1; id <= 20; id++) {
        response.write(`{"id":${id},"name":"item ${id}"}\n`);
        if (id % 5 === 0) await sleep(5);
      }
      response.end();
    } else if (path === '/slow') {
      await sleep(400);
      json(200, { slow: true });
    } else if (path === '/fail') json(500, { error: 'out of stock' });
    else if (path === '/orders') json(201, { bytes: bodyBytes });
    else if (path === '/report') {
      response.writeHead(200, { 'Content-Type': 'text/plain' });
      response.end('line of the report\n'.repeat(40));
    } else if (request.method === 'DELETE') response.writeHead(204).end();
    else json(200, { path });
  });
  server.on('upgrade', (request, socket) => {
    const key = `${request.headers['sec-websocket-key']}${WEBSOCKET_GUID}`;
    socket.write(
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
        `Sec-WebSocket-Accept: ${createHash('sha1').update(key).digest('base64')}\r\n\r\n`,
    );
    socket.once('data', () => socket.end(Buffer.from([0x81, 5, ...Buffer.from('hello')])));
  });
  server.listen(APPLICATION_PORT, '127.0.0.1');
  return server;
}

function startWebServer(): void {
  const file = (name: string): string => join(folder, name);
  writeFileSync(file('index.html'), `<html><body>${'<p>a small shop</p>'.repeat(60)}</body></html>\n`, {
    mode: 0o644,
  });
  writeFileSync(file('style.css'), 'body { margin: 0 }\n', { mode: 0o644 });
  writeFileSync(
    file('nginx.conf'),
    `daemon off; pid ${file('nginx.pid')}; error_log ${file('error.log')}; user root;
events {}
http {
  access_log off; types { text/html html; text/css css; }
  upstream application { server 127.0.0.1:${APPLICATION_PORT}; keepalive 4; }
  server {
    listen 127.0.0.1:${WEB_PORT}; listen [::1]:${WEB_PORT};
    root ${folder};
    location /api/ {
      proxy_pass http://application/; proxy_http_version 1.1; proxy_set_header Connection "";
    }
  }
}
`,
  );
  start('nginx', ['-p', folder, '-c', file('nginx.conf'), '-e', file('error.log')]);
}

/** The packets again, without whatever else the recorder wrote; times begin with the first packet's. */
function publish(recorded: Uint8Array): void {
  const capture = readCapture(recorded);
  const packets = Array.from(capture);
  if (packets.length === 0 || capture.end?.kind !== 'complete')
    throw new Error('Cannot record: tcpdump gave no packets');
  const file = writePcapng(
    packets.map(({ timestampNs, bytes, originalBytes }) => ({ timestampNs, bytes, originalBytes })),
  );
  if (file.length > MAX_OUTPUT_BYTES)
    throw new Error(`Cannot publish ${file.length} bytes: more than ${MAX_OUTPUT_BYTES}`);
  writeFileSync(OUTPUT, file);
  console.log(`record-demo: ${packets.length} packets, ${file.length} bytes`);
}

async function curl(args: readonly string[], input = ''): Promise<void> {
  const discard = args.filter((arg) => arg.startsWith('http:')).flatMap(() => ['-o', '/dev/null']);
  // 7: refused, 28: given up. Both are wanted.
  await run('curl', ['-s', '-g', ...discard, ...args], input, [0, 7, 28]);
}

async function python(program: string): Promise<void> {
  await run('python3', ['-c', program], '', [0]);
}

async function run(
  command: string,
  args: readonly string[],
  input: string,
  statuses: readonly number[],
): Promise<void> {
  const child = spawn(command, args, { stdio: ['pipe', 'ignore', 'inherit'] });
  child.stdin.end(input);
  const [status] = await once(child, 'exit');
  if (!statuses.includes(status))
    throw new Error(`Cannot run ${command} ${args.join(' ')}: status ${status}`);
}

async function open(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.resume(); // Unread data would keep the end of the connection from being seen.
  return socket;
}

function start(command: string, args: readonly string[]): ChildProcess {
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  children.push(child);
  return child;
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}

async function requireFree(port: number): Promise<void> {
  const server = createTcpServer().listen(port);
  await once(server, 'listening');
  server.close();
  await once(server, 'close');
}
