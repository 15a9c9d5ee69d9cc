import { describe, test } from '@jest/globals';
import type { Os } from '../contract.ts';
import { bytes, check, DATAGRAM, INET, INET6, type Row } from '../testing/rows.ts';
import { MSG_PEEK, MSG_TRUNC } from '../uapi.ts';

const DNS = { address: '10.0.0.1', port: 53 };

function* bound(os: Os, endpoint = DNS, domain = INET) {
  const fd = yield* os.socket(domain, DATAGRAM);
  yield* os.bind(fd, endpoint);
  return fd;
}

const rows: Row[] = [
  {
    name: 'each datagram is read on its own, with its sender',
    programs: {
      server: function* (os, { say }) {
        const fd = yield* bound(os);
        for (let i = 0; i < 2; i++) {
          const got = yield* os.recvfromBytes(fd, 100);
          if (typeof got === 'number' || got.from === null) return say('failed', got);
          say(got.bytes, got.from.address);
          yield* os.sendtoBytes(fd, bytes('answer'), got.from);
        }
      },
      client: function* (os, { say }) {
        yield* os.sleep(1000);
        const fd = yield* os.socket(INET, DATAGRAM);
        yield* os.sendtoBytes(fd, bytes('one'), DNS);
        yield* os.sendtoBytes(fd, bytes('two'), DNS);
        const got = yield* os.recvfromBytes(fd, 100);
        if (typeof got !== 'number') say(got.bytes, got.from);
      },
    },
    says: ['"one" 10.0.0.2', '"two" 10.0.0.2', '"answer" {"address":"10.0.0.1","port":53}'],
  },
  {
    name: 'what does not fit is lost; MSG_TRUNC tells the full length; MSG_PEEK leaves it',
    programs: {
      server: function* (os, { say }) {
        const fd = yield* bound(os);
        const buffer = os.alloc(8);
        yield* os.sleep(1e6);
        say(yield* os.recv(fd, buffer, 4, MSG_PEEK), yield* os.recv(fd, buffer, 4), os.peek(buffer, 4));
        say(yield* os.recv(fd, buffer, 4, MSG_TRUNC), os.peek(buffer, 4));
      },
      client: function* (os) {
        yield* os.sleep(1000);
        const fd = yield* os.socket(INET, DATAGRAM);
        yield* os.sendtoBytes(fd, bytes('datagram'), DNS);
        yield* os.sendtoBytes(fd, bytes('second'), DNS);
      },
    },
    says: ['4 4 "data"', '6 "seco"'],
  },
  {
    name: 'a connected socket needs no address and hears its peer only',
    programs: {
      server: function* (os) {
        const fd = yield* bound(os);
        yield* os.sleep(1e6);
        const client = { address: '10.0.0.2', port: 5000 };
        yield* os.sendtoBytes(fd, bytes('from the peer'), client);
        const other = yield* bound(os, { address: '10.0.0.1', port: 54 });
        yield* os.sendtoBytes(other, bytes('from another'), client);
      },
      client: function* (os, { say }) {
        const fd = yield* bound(os, { address: '10.0.0.2', port: 5000 });
        say(yield* os.writeBytes(fd, bytes('x')), yield* os.connect(fd, DNS));
        say(yield* os.readBytes(fd, 99), yield* os.readBytes(fd, 99));
      },
    },
    says: ['EDESTADDRREQ 0'],
    blocked: ['read'],
  },
  {
    name: 'nobody listens: a connected socket hears ECONNREFUSED, another nothing',
    programs: {
      client: function* (os, { say }) {
        const to = { address: '10.0.0.1', port: 99 };
        const loose = yield* os.socket(INET, DATAGRAM);
        say(yield* os.sendtoBytes(loose, bytes('x'), to), yield* os.sendtoBytes(loose, bytes('x'), to));
        const fd = yield* os.socket(INET, DATAGRAM);
        yield* os.connect(fd, to);
        say(
          yield* os.writeBytes(fd, bytes('x')),
          yield* os.writeBytes(fd, bytes('x')),
          yield* os.writeBytes(fd, bytes('x')),
        );
        say(yield* os.sendtoBytes(loose, new Uint8Array(65508), to));
      },
    },
    says: ['1 1', '1 ECONNREFUSED 1', 'EMSGSIZE'],
  },
  {
    name: 'sendmmsg and recvmmsg move several datagrams in a call',
    programs: {
      server: function* (os, { say }) {
        const fd = yield* bound(os);
        yield* os.sleep(1e6);
        const got = yield* os.recvmmsgBytes(fd, 4, 100);
        if (typeof got !== 'number') say(...got);
      },
      client: function* (os, { say }) {
        yield* os.sleep(1000);
        const fd = yield* os.socket(INET, DATAGRAM);
        say(
          yield* os.sendmmsgBytes(fd, [
            { bytes: bytes('A'), to: DNS },
            { bytes: bytes('AAAA'), to: DNS },
          ]),
        );
        say(yield* os.sendmsgBytes(fd, [bytes('in '), bytes('parts')], DNS));
      },
    },
    says: ['2', '8', '"A" "AAAA" "in parts"'],
  },
  {
    name: 'IPv6 works as IPv4 does',
    programs: {
      server: function* (os, { say }) {
        const fd = yield* bound(os, { address: '::', port: 53 }, INET6);
        for (let i = 0; i < 2; i++) {
          const got = yield* os.recvfromBytes(fd, 100);
          if (typeof got !== 'number') say(got.bytes, got.from?.address);
        }
      },
      client: function* (os) {
        yield* os.sleep(1000);
        const six = yield* os.socket(INET6, DATAGRAM);
        yield* os.sendtoBytes(six, bytes('six'), { address: 'fd00::1', port: 53 });
        yield* os.sendtoBytes(six, bytes('mapped'), DNS);
      },
    },
    says: ['"six" fd00::2', '"mapped" 10.0.0.2'],
  },
];

describe('UDP', () => {
  for (const row of rows) test(row.name, () => check(row));
});
