import { describe, expect, test } from '@jest/globals';
import { segmentOf, showConversation, track } from '../testing/segments.ts';

/** Segments, a line each at the time of its index, against conversations and what of the payload was dropped. */
function check(
  lines: readonly string[],
  expected: readonly string[],
  dropped: Readonly<Record<string, number>> = {},
): void {
  const { conversations, stages, books } = track(lines.map(segmentOf));
  expect(conversations.flatMap(showConversation)).toEqual(expected);
  expect(Object.fromEntries(Object.entries(stages.bytes.dropped).filter(([, bytes]) => bytes > 0))).toEqual(
    dropped,
  );
  expect(books).toEqual([]);
}

const HANDSHAKE = ['a SYN 100', 'b SYN 300 ack 101', 'a 101 ack 301'];

describe('a script delivers', () => {
  test('request and answer in their order', () =>
    check(
      [
        ...HANDSHAKE,
        'a 101 "GET" ack 301',
        'b 301 "OK" ack 104',
        'a FIN 104 ack 303',
        'b FIN 303 ack 105',
        'a 105 ack 304',
      ],
      ['handshake by a 101/301', '3 a "GET"', '4 b "OK"', '5 a fin', '6 b fin'],
    ));
  test('what waited behind a hole when it is filled', () =>
    check(
      [...HANDSHAKE, 'a 104 "def" ack 301', 'b 301 ack 101', 'a 101 "abc" ack 301', 'b 301 "OK" ack 107'],
      ['handshake by a 101/301', '5 a "abc"', '5 a "def"', '6 b "OK"'],
    ));
  test('the first copy of what is sent again', () =>
    check(
      [...HANDSHAKE, 'a 101 "abc" ack 301', 'a 101 "ABCdef" ack 301', 'a 101 "xyz" ack 301'],
      ['handshake by a 101/301', '3 a "abc"', '4 a "def"'],
      { retransmitted: 6 },
    ));
  test('what an acknowledgement proves before its copy comes', () =>
    check(
      [...HANDSHAKE, 'b 301 "OK" ack 104', 'a 101 "GET" ack 301'],
      ['handshake by a 101/301', '3 a "GET"', '3 b "OK"'],
    ));
  test('as much of a copy as was acknowledged', () =>
    check(
      [...HANDSHAKE, 'b 301 "1" ack 103', 'a 101 "GET" ack 301'],
      ['handshake by a 101/301', '3 a "GE"', '3 b "1"', '4 a "T"'],
    ));
  test('over the wrap of sequence numbers', () =>
    check(
      [
        'a SYN 4294967290',
        'b SYN 300 ack 4294967291',
        'a 0 "67" ack 301',
        'a 4294967291 "12345" ack 301',
        'b 301 ack 2',
      ],
      ['handshake by a 4294967291/301', '3 a "12345"', '3 a "67"'],
    ));
  test('times that never go back', () => {
    const segments = [...HANDSHAKE, 'a 101 "x" ack 301', 'b 301 "y" ack 102'].map(segmentOf);
    const { conversations } = track(
      segments.map((segment, i) => (i === 4 ? { ...segment, atNs: 1 } : segment)),
    );
    expect(conversations.flatMap(showConversation).slice(1)).toEqual(['3 a "x"', '3 b "y"']);
  });
  test('data that came with the SYN', () =>
    check(['a SYN 100 "hi"', 'b SYN 300 ack 103', 'a 103 ack 301'], ['handshake by a 101/301', '0 a "hi"']));
});

describe('a script has a gap', () => {
  test('where bytes were acknowledged and never captured', () =>
    check(
      [...HANDSHAKE, 'b 301 "OK" ack 111', 'a 111 "x" ack 303'],
      ['handshake by a 101/301', '3 a gap 10', '3 b "OK"', '4 a "x"'],
    ));
  test('before later data, at the time of that: the capture lost the bytes, not the network', () =>
    check(
      [...HANDSHAKE, 'a 106 "later" ack 301', 'b 301 ack 111'],
      ['handshake by a 101/301', '3 a gap 5', '3 a "later"'],
    ));
  test('but none, and later data waits, where a later packet brings the bytes', () =>
    check(
      [...HANDSHAKE, 'a 106 "later" ack 301', 'b 301 ack 101', 'a 101 "first" ack 301'],
      ['handshake by a 101/301', '5 a "first"', '5 a "later"'],
    ));
  test('at once where the other side was not captured', () =>
    check(
      ['a SYN 100', 'a 101 ack 301', 'a 106 "x" ack 301', 'a 107 "y" ack 351'],
      ['handshake by a 101/301', '2 a gap 5', '2 a "x"', '3 b gap 50', '3 a "y"'],
    ));
  test('where the snap length cut', () =>
    check(
      [...HANDSHAKE, 'a 101 "GE" +4 ack 301', 'a 107 "x" ack 301'],
      ['handshake by a 101/301', '3 a "GE"', '3 a gap 4', '4 a "x"'],
    ));
  test('unless another copy has the bytes that the snap length cut', () =>
    check(
      [...HANDSHAKE, 'a 101 "GE" +1 ack 301', 'a 103 "T" ack 301'],
      ['handshake by a 101/301', '3 a "GE"', '3 a gap 1'],
      { retransmitted: 1 },
    ));
  test('before a FIN', () =>
    check(
      [...HANDSHAKE, 'a FIN 109 ack 301', 'b 301 ack 110'],
      ['handshake by a 101/301', '4 a gap 8', '4 a fin'],
    ));
  test('before a reset', () =>
    check(
      [...HANDSHAKE, 'a 103 "x" ack 301', 'b 301 ack 101', 'a RST 104'],
      ['handshake by a 101/301', '3 a gap 2', '3 a "x"', '5 a reset'],
    ));
});

describe('a conversation opens', () => {
  test('by a handshake of which the SYN is missing', () =>
    check(['b SYN 300 ack 101', 'a 101 "x" ack 301'], ['handshake by a 101/301', '1 a "x"']));
  test('by a handshake of which the answer is missing', () =>
    check(['a SYN 100', 'a 101 "x" ack 301'], ['handshake by a 101/301', '1 a "x"']));
  test('by a SYN that is captured late', () =>
    check(['b SYN 300 ack 101', 'a SYN 100', 'a 101 "x" ack 301'], ['handshake by a 101/301', '2 a "x"']));
  test('by a SYN that is sent again', () =>
    check(
      ['a SYN 100', 'a SYN 100', 'b SYN 300 ack 101', 'b SYN 300 ack 101', 'a 101 "x" ack 301'],
      ['handshake by a 101/301', '4 a "x"'],
    ));
  test('in mid-stream', () =>
    check(['b 700 "x" ack 40', 'a 40 "y" ack 701'], ['mid-stream by b 700/40', '0 b "x"', '1 a "y"']));
  test('in mid-stream, out of order', () =>
    check(
      ['a 43 "def" ack 700', 'a 40 "abc" ack 700', 'b 700 ack 46'],
      ['mid-stream by a 40/700', '1 a "abc"', '1 a "def"'],
    ));
  test('in mid-stream, without bytes of before', () =>
    check(
      ['b 700 ack 43', 'a 43 "def" ack 700', 'a 40 "abc" ack 700'],
      ['mid-stream by b 700/43', '1 a "def"'],
      {
        before_start: 3,
      },
    ));
  test('in mid-stream with a keep-alive of a byte', () =>
    check(['a 39 "\0" ack 700', 'b 700 ack 40', 'a 40 "x" ack 700'], ['mid-stream by a 40/700', '2 a "x"'], {
      retransmitted: 1,
    }));
  test('in mid-stream with an empty keep-alive', () =>
    check(['a 39 ack 700', 'b 700 ack 40', 'a 40 "x" ack 700'], ['mid-stream by a 40/700', '2 a "x"']));
  test('and is refused', () => check(['a SYN 100', 'b RST 0 ack 101'], ['refused by a 101/0']));
  test('and nobody answers', () =>
    check(['a SYN 100 "hi"', 'a SYN 100'], ['unanswered by a 101/0'], { not_connected: 2 }));
  test('and is not reported where nothing of it is known', () => {
    const { conversations, stages } = track(['a 40 ack 700', 'b 700 ack 40'].map(segmentOf));
    expect(conversations).toEqual([]);
    expect(stages.connections.dropped.empty).toBe(1);
  });
});

describe('a conversation ends', () => {
  test('by one FIN, while the other side goes on', () =>
    check(
      [...HANDSHAKE, 'a FIN 101 "GET" ack 301', 'b 301 "OK" ack 105', 'b FIN 303 ack 105'],
      ['handshake by a 101/301', '3 a "GET"', '3 a fin', '4 b "OK"', '5 b fin'],
    ));
  test('by a FIN that only its acknowledgement shows', () =>
    check(
      [...HANDSHAKE, 'a 101 "x" ack 301', 'b FIN 301 ack 103'],
      ['handshake by a 101/301', '3 a "x"', '4 a fin', '4 b fin'],
    ));
  test('without what comes after the FIN', () =>
    check(
      [...HANDSHAKE, 'a FIN 101 "x" ack 301', 'a 102 "y" ack 301'],
      ['handshake by a 101/301', '3 a "x"', '3 a fin'],
      {
        after_fin: 1,
      },
    ));
  test('by a reset, without what comes after it', () =>
    check(
      [...HANDSHAKE, 'b 301 "x" ack 101', 'a RST 101', 'b 302 "y" ack 101'],
      ['handshake by a 101/301', '3 b "x"', '4 a reset'],
      {
        after_reset: 1,
      },
    ));
  test('not by a reset whose sender goes on', () =>
    check(
      [...HANDSHAKE, 'a RST 101', 'a 101 "x" ack 301', 'b 301 ack 102'],
      ['handshake by a 101/301', '4 a "x"'],
    ));
  test('not twice', () =>
    check(
      [...HANDSHAKE, 'a FIN 101 ack 301', 'b FIN 301 ack 102', 'a RST 102'],
      ['handshake by a 101/301', '3 a fin', '4 b fin'],
    ));
  test('when its endpoints connect again', () =>
    check(
      [...HANDSHAKE, 'a 101 "x" ack 301', 'a SYN 9000', 'b SYN 8000 ack 9001', 'a 9001 "y" ack 8001'],
      ['handshake by a 101/301', '3 a "x"', '4 replaced', 'handshake by a 9001/8001', '6 a "y"'],
    ));
  test('and goes on elsewhere after both have closed', () =>
    check(
      [...HANDSHAKE, 'a FIN 101 ack 301', 'b FIN 301 ack 102', 'a 50000000 "x" ack 70000000'],
      ['handshake by a 101/301', '3 a fin', '4 b fin', 'mid-stream by a 50000000/70000000', '5 a "x"'],
    ));
  test('and is opened anew by the other side', () =>
    check(
      [
        ...HANDSHAKE,
        'a FIN 101 ack 301',
        'b FIN 301 ack 102',
        'b SYN 700',
        'a SYN 900 ack 701',
        'b 701 "x" ack 901',
      ],
      ['handshake by a 101/301', '3 a fin', '4 b fin', 'handshake by b 701/901', '7 b "x"'],
    ));
});

describe('a segment is dropped', () => {
  test('out of any window', () =>
    check(
      [...HANDSHAKE, 'a 2147483647 "x" ack 301', 'a 101 "y" ack 301'],
      ['handshake by a 101/301', '4 a "y"'],
      {
        out_of_window: 1,
      },
    ));
  test('from a socket that is connected to itself', () => {
    const segment = segmentOf('a 1 "x" ack 1', 0);
    const { stages, books } = track([{ ...segment, to: segment.from }]);
    expect(stages.bytes.dropped.not_connected).toBe(1);
    expect(books).toEqual([]);
  });
});
