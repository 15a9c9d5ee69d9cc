import { describe, expect, test } from '@jest/globals';
import { Ledger } from '@sonde/ledger';
import fc from 'fast-check';
import type { FileData, ProcessExit } from '../model/events.ts';
import type { LogLine } from '../model/log-line.ts';
import { LogLines, type LogLinesOptions } from './lines.ts';

const STEP_NS = 1e6;
const QUIET_NS = 1e9;

type Fields = Partial<Omit<FileData, 'payload' | 'kind'>>;

/** Writes of one process, a millisecond apart, into lines whose ledger must balance after each. */
class Scene {
  readonly lines: LogLine[] = [];
  readonly asked: string[] = [];
  readonly #ledger = new Ledger();
  readonly reader: LogLines;
  nowNs = 1e9;

  constructor(limits: LogLinesOptions['limits'] = {}) {
    this.reader = new LogLines({
      ledger: this.#ledger,
      onLine: (line) => this.lines.push(line),
      activeSpan: (tgid, tid, timeNs) => {
        this.asked.push(`${tgid}/${tid} at ${timeNs}`);
        return tid === 0 ? null : { traceId: `trace ${tid}`, spanId: `span ${tid}` };
      },
      limits,
    });
  }

  write(bytes: string | Uint8Array, fields: Fields = {}): this {
    const payload = typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes;
    this.nowNs += STEP_NS;
    this.reader.onEvent({
      kind: 'file',
      node: 'a',
      cpu: 0,
      tgid: 10,
      tid: 11,
      cgroupId: 7n,
      enterNs: 0,
      exitNs: this.nowNs,
      syscallNr: 1,
      rung: 'btf',
      flags: 0,
      inode: 5,
      device: 1,
      mode: 0o10600,
      fd: 1,
      direction: 'send',
      length: payload.length,
      callBytes: fields.length ?? payload.length,
      callOffset: 0,
      payload,
      ...fields,
    });
    return this.#check();
  }

  exit(tgid = 10): this {
    this.reader.onEvent({ kind: 'process-exit', tgid } as ProcessExit);
    return this.#check();
  }

  wait(ns: number): this {
    this.nowNs += ns;
    this.reader.advance(this.nowNs);
    return this.#check();
  }

  #check(): this {
    expect(this.#ledger.imbalances()).toEqual([]);
    return this;
  }

  /** What has been given so far; "~" marks a line of which bytes are missing. */
  get given(): string[] {
    return this.lines.map(({ body, isTruncated }) => (isTruncated ? `${body}~` : body));
  }

  stage(name: 'logs' | 'logs.bytes') {
    return this.#ledger.snapshot().find(({ stage }) => stage === name)!;
  }

  /** What has been given after the end. */
  finish(): string[] {
    this.reader.flush();
    this.#check();
    expect([this.stage('logs').held, this.stage('logs.bytes').held]).toEqual([0, 0]);
    return this.given;
  }
}

describe('lines', () => {
  /** @param scene what was written @param lines what comes of it after the end */
  const check = (scene: Scene, lines: readonly string[]) => expect(scene.finish()).toEqual(lines);

  test('one in one write', () => check(new Scene().write('a line\n'), ['a line']));
  test('several in one write', () => check(new Scene().write('a\nb\nc\n'), ['a', 'b', 'c']));
  test('one over several writes', () => check(new Scene().write('a ').write('li').write('ne\n'), ['a line']));
  test('of several threads that take turns', () =>
    check(new Scene().write('a ', { tid: 11 }).write('line\n', { tid: 12 }), ['a line']));
  test('ended by CR and LF', () =>
    check(new Scene().write('a\r\nb\r').write('\nc\r\r\n'), ['a', 'b', 'c\r']));
  test('a CR elsewhere is text', () => check(new Scene().write('10%\r20%\n'), ['10%\r20%']));
  test('none without text', () => check(new Scene().write('\n\r\na\n\n'), ['a']));
  test('none of the bytes that are not UTF-8', () =>
    check(new Scene().write(Uint8Array.of(0x61, 0xff, 0xc3, 0x0a)), ['a\ufffd\ufffd']));
  test('a character over two writes', () =>
    check(new Scene().write(Uint8Array.of(0x61, 0xc3)).write(Uint8Array.of(0xa4, 0x0a)), ['a\u00e4']));
  test('a byte order mark stays', () => check(new Scene().write('\ufeffa\n'), ['\ufeffa']));

  test('of output and error apart', () =>
    check(new Scene().write('o').write('e', { fd: 2 }).write('ut\n').write('rr\n', { fd: 2 }), [
      'out',
      'err',
    ]));
  test('of two processes apart, though they share a pipe', () =>
    check(new Scene().write('a', { tgid: 20 }).write('b\n').write('c\n', { tgid: 20 }), ['b', 'ac']));
  test('of a descriptor that becomes another file', () =>
    check(new Scene().write('before').write('after\n', { inode: 6 }), ['before', 'after']));
  test('none of other descriptors, nor of what is read', () =>
    check(new Scene().write('a\n', { fd: 3 }).write('b\n', { direction: 'receive' }), []));

  test('without an end, at the end', () => check(new Scene().write('a\nb'), ['a', 'b']));
  test('without an end, when the process exits', () =>
    expect(new Scene().write('a').write('b', { tgid: 20 }).exit().given).toEqual(['a']));
  test('without an end, after a second without another byte', () => {
    const scene = new Scene().write('name? ');
    expect(scene.wait(QUIET_NS - 1).given).toEqual([]);
    expect(scene.wait(1).given).toEqual(['name? ']);
    check(scene.write('x\n'), ['name? ', 'x']);
  });
});

describe('a line of which bytes are missing is marked', () => {
  const LIMITS = { maxLineBytes: 4 };
  const check = (scene: Scene, lines: readonly string[]) => expect(scene.finish()).toEqual(lines);

  test('where it is too long', () =>
    check(new Scene(LIMITS).write('abcdef\nabcd\nx\n'), ['abcd~', 'abcd', 'x']));
  test('where it is too long over several writes', () =>
    check(new Scene(LIMITS).write('abc').write('def').write('ghi\nx\n'), ['abcd~', 'x']));
  test('where it is too long, between two characters', () =>
    check(new Scene(LIMITS).write('abc\u00e4\nab\u20ac\n\ud83d\ude00\n'), ['abc~', 'ab~', '\ud83d\ude00']));
  test('where its end was not copied, and the next, whose beginning may be missing', () =>
    check(new Scene().write('a\nbe', { length: 10 }).write('c\nd\n'), ['a', 'be~', 'c~', 'd']));
  test('where nothing was copied', () => check(new Scene().write('', { length: 10 }).write('c\n'), ['c~']));
  test('where a record in the midst of a call was lost', () =>
    check(
      new Scene()
        .write('ab', { callBytes: 9, callOffset: 0 })
        .write('ef', { callBytes: 9, callOffset: 4 })
        .write('g\nh', { callBytes: 9, callOffset: 6 })
        .write('i\n'),
      ['ab~', 'efg~', 'hi'],
    ));
  test('where the first record of a call was lost', () =>
    check(new Scene().write('c\n', { callBytes: 4, callOffset: 2 }).write('d\n'), ['c~', 'd']));
  test('where the last record of a call was lost', () =>
    check(new Scene().write('a', { callBytes: 4, callOffset: 0 }).write('b\n'), ['a~', 'b~']));
  test('where there was no more room for lines that are not whole', () =>
    check(new Scene({ maxHeldBytes: 5 }).write('abc').write('def', { fd: 2 }).write('g\n', { fd: 2 }), [
      'abc~',
      'defg',
    ]));
  test('where there was no more room for descriptors', () =>
    check(new Scene({ maxDescriptors: 1 }).write('abc').write('def', { fd: 2 }), ['abc~', 'def']));

  test('and every missing byte is counted', () => {
    const scene = new Scene(LIMITS).write('abcdef\n\nab', { length: 12 }).write('\n');
    expect(scene.finish()).toEqual(['abcd~', 'ab~']);
    expect(scene.stage('logs.bytes')).toMatchObject({
      in: 13,
      out: 6,
      dropped: { not_copied: 2, too_long: 3, empty: 2 },
    });
    expect(scene.stage('logs')).toMatchObject({ in: 4, out: 2, dropped: { empty: 2 } });
  });
});

describe('a line has', () => {
  test('its process, stream, severity, and the time of its last byte', () => {
    const scene = new Scene().write('level=', { fd: 2 }).write('error\n', { fd: 2 });
    expect(scene.lines).toEqual([
      {
        node: 'a',
        tgid: 10,
        tid: 11,
        cgroupId: 7n,
        timeNs: scene.nowNs,
        stream: 'stderr',
        body: 'level=error',
        severity: 17,
        span: { traceId: 'trace 11', spanId: 'span 11' },
        isTruncated: false,
      },
    ]);
  });

  test('the thread and the span of its first byte', () => {
    const scene = new Scene().write('a', { tid: 11 }).write('b\nc\n', { tid: 12 });
    expect(scene.lines.map(({ tid, span }) => [tid, span?.spanId])).toEqual([
      [11, 'span 11'],
      [12, 'span 12'],
    ]);
    expect(scene.asked).toEqual([`10/11 at ${scene.nowNs - STEP_NS}`, `10/12 at ${scene.nowNs}`]);
  });

  test('no span where its thread had none', () =>
    expect(new Scene().write('a\n', { tid: 0 }).lines[0]!.span).toBeNull());

  test('the time at which the write began, where that is known', () =>
    expect(new Scene().write('a\n', { enterNs: 77 }).lines[0]!.timeNs).toBe(77));
});

test('how bytes are cut into writes makes no difference', () => {
  const text = fc.array(fc.constantFrom('a', '\u00e4', '\u20ac', '\ud83d\ude00', '\r', '\n', ' '), {
    maxLength: 60,
  });
  const cuts = fc.array(fc.nat({ max: 200 }), { maxLength: 12 });
  fc.assert(
    fc.property(text, cuts, (characters, at) => {
      const bytes = new TextEncoder().encode(characters.join(''));
      const limits = { maxLineBytes: 12 };
      const cut = new Scene(limits);
      const ends = [...new Set(at)].filter((end) => end < bytes.length).sort((a, b) => a - b);
      for (const [index, end] of [...ends, bytes.length].entries())
        cut.write(bytes.subarray(index === 0 ? 0 : ends[index - 1], end));
      expect(cut.finish()).toEqual(new Scene(limits).write(bytes).finish());
    }),
  );
});
