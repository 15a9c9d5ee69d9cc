import { describe, expect, test } from '@jest/globals';
import { bytesOf, client, type Play, play, Scene, server } from '../testing/conversation.ts';

/** What is told of requests. That each ends once, and that its exchange has its identity, Scene checks everywhere. */

const GET = 'GET /a HTTP/1.1\r\nHost: a.test\r\n\r\n';
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
const UNCLEAR = 'POST /b HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n';

const SIDES = ['client', 'server'] as const;

/** A scene on which the connection is open. */
function opened(options: Play = {}): Scene {
  const scene = new Scene(options);
  scene.feed(scene.open());
  return scene;
}

const told = ({ requests, exchanges, withdrawn }: Scene) => ({
  requests: requests.length,
  exchanges: exchanges.length,
  withdrawn: withdrawn.length,
});

describe.each(SIDES)('on the %s side a request', (side) => {
  const asked = side === 'client' ? 'send' : 'receive';
  const answered = side === 'client' ? 'receive' : 'send';

  test('is told when its head was read, before there is an answer', () => {
    const scene = opened({ side, start: { send: 1000, receive: 2000 } });
    const event = scene.data(asked, bytesOf(GET), { tid: 7 });
    scene.feed(event);
    expect(told(scene)).toEqual({ requests: 1, exchanges: 0, withdrawn: 0 });
    expect(scene.requests[0]).toMatchObject({
      end: { side, tgid: 100, cgroupId: 7n, sequenced: true, protocol: 'http' },
      tid: 7,
      startNs: side === 'client' ? event.enterNs : event.exitNs,
      position: event.position,
      isConfirmed: true,
    });
    scene.feed(scene.data(answered, bytesOf(OK)));
    expect(told(scene)).toEqual({ requests: 1, exchanges: 1, withdrawn: 0 });
  });

  test('whose head comes in pieces has the time and thread of the first', () => {
    const scene = opened({ side });
    const first = scene.data(asked, bytesOf(GET.slice(0, 10)), { tid: 7 });
    scene.feed(first);
    expect(scene.requests).toEqual([]);
    scene.feed(scene.data(asked, bytesOf(GET.slice(10)), { tid: 8 }));
    expect(scene.requests).toMatchObject([
      { tid: 7, startNs: side === 'client' ? first.enterNs : first.exitNs, position: first.position },
    ]);
  });

  test('with a body is told before the body is there', () => {
    const scene = opened({ side });
    scene.feed(scene.data(asked, bytesOf('POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\n1234')));
    expect(told(scene)).toEqual({ requests: 1, exchanges: 0, withdrawn: 0 });
  });

  test('that is never answered ends as an exchange', () => {
    expect(told(sceneOf({ side }, [client(GET)]))).toEqual({ requests: 1, exchanges: 1, withdrawn: 0 });
  });

  test('of each that were sent ahead is told with its own position', () => {
    const { requests } = play([client(GET + GET), server(OK + OK)], { side });
    const [first] = requests;
    expect(requests.map(({ position }) => (position - first!.position) >>> 0)).toEqual([0, GET.length]);
    expect(new Set(requests.map(({ startNs }) => startNs)).size).toBe(1);
  });

  test('behind unclear framing is in doubt until one of them is answered', () => {
    const scene = opened({ side });
    scene.feed(scene.data(asked, bytesOf(UNCLEAR + GET)));
    expect(scene.requests.map(({ isConfirmed }) => isConfirmed)).toEqual([true, false]);
    scene.feed(scene.data(answered, bytesOf(OK + OK)));
    expect(scene.requests.map(({ isConfirmed }) => isConfirmed)).toEqual([true, true]);
    expect(told(scene)).toEqual({ requests: 2, exchanges: 2, withdrawn: 0 });
  });

  test('behind unclear framing that nobody answers is withdrawn', () => {
    const scene = sceneOf({ side }, [client(UNCLEAR + GET), server(OK), { by: 'client', close: true }]);
    expect(told(scene)).toEqual({ requests: 2, exchanges: 1, withdrawn: 1 });
    expect(scene.withdrawn[0]!.isConfirmed).toBe(false);
  });

  test('sent ahead of a switch of protocol is withdrawn', () => {
    const upgrade = 'GET /c HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';
    const switched = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n';
    const scene = sceneOf({ side }, [client(upgrade + GET), server(switched)]);
    const { exchanges, withdrawn } = told(scene);
    expect(exchanges).toBe(1);
    expect(withdrawn).toBe(scene.requests.length - 1);
  });

  test('beyond the number that may wait lets the oldest end', () => {
    const scene = opened({ side, limits: { maxPending: 2 } });
    scene.feed(scene.data(asked, bytesOf(GET + GET + GET)));
    expect(told(scene)).toEqual({ requests: 3, exchanges: 1, withdrawn: 0 });
  });
});

/** A scene after the whole conversation. */
function sceneOf(options: Play, steps: readonly Parameters<Scene['take']>[0][]): Scene {
  const scene = opened(options);
  for (const step of steps) scene.take(step);
  scene.finish();
  return scene;
}

test('an answer whose request was not seen tells of no request', () => {
  const { requests, stages } = play([server(OK)]);
  expect(requests).toEqual([]);
  expect(stages.messages!.dropped.no_request).toBe(1);
});
