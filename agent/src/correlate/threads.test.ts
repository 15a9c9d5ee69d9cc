import { describe, expect, test } from '@jest/globals';
import { Ledger } from '@sonde/ledger';
import type { ProcessExit } from '../model/events.ts';
import type { OpenRequest } from '../model/exchange.ts';
import { serverSpanOf } from './spans.ts';
import { Threads, type ThreadsOptions } from './threads.ts';

const TGID = 10;

/**
 * - reads, sends: a request is recognised, whose first byte a thread read or sent `atNs`.
 * - answered: the last byte of its answer passed then; withdrawn: it was none; confirmed: it certainly is one.
 * - exit: the process ends.
 */
type Step =
  | { readonly reads: string; readonly on: number; readonly atNs: number; readonly inDoubt?: true }
  | { readonly sends: string; readonly on: number; readonly atNs: number }
  | { readonly answered: string; readonly atNs: number }
  | { readonly withdrawn: string }
  | { readonly confirmed: string }
  | { readonly exit: number };

const reads = (name: string, on: number, atNs: number): Step => ({ reads: name, on, atNs });
const sends = (name: string, on: number, atNs: number): Step => ({ sends: name, on, atNs });
const answered = (name: string, atNs: number): Step => ({ answered: name, atNs });

interface Request extends OpenRequest {
  isConfirmed: boolean;
}

/** Tells a story in the order in which it becomes known, and ends what it leaves open. */
class Story {
  readonly #ledger = new Ledger();
  readonly threads: Threads;
  readonly #requests = new Map<string, Request>();
  readonly #unended = new Set<Request>();

  constructor(options: Partial<ThreadsOptions> = {}) {
    this.threads = new Threads({ ledger: this.#ledger, ...options });
  }

  tell(steps: readonly Step[]): this {
    for (const step of steps) {
      this.#take(step);
      expect(this.#ledger.imbalances()).toEqual([]);
    }
    return this;
  }

  #take(step: Step): void {
    if ('reads' in step) this.#open(step.reads, 'server', step);
    else if ('sends' in step) this.#open(step.sends, 'client', step);
    else if ('answered' in step) {
      this.threads.ended(this.#request(step.answered), step.atNs);
      this.#unended.delete(this.#request(step.answered));
    } else if ('withdrawn' in step) {
      this.threads.withdrawn(this.#request(step.withdrawn));
      this.#unended.delete(this.#request(step.withdrawn));
    } else if ('confirmed' in step) this.#request(step.confirmed).isConfirmed = true;
    else this.threads.onEvent({ kind: 'process-exit', tgid: step.exit } as ProcessExit);
  }

  #open(
    name: string,
    side: 'client' | 'server',
    { on, atNs, inDoubt }: { readonly on: number; readonly atNs: number; readonly inDoubt?: true },
  ): void {
    const position = this.#requests.size;
    const request: Request = {
      end: {
        protocol: 'http',
        socket: { node: 'a', address: 1, inode: 1 },
        side,
        tgid: TGID,
        cgroupId: 1n,
        client: { address: '10.0.0.1', port: 40_000 },
        server: { address: '10.0.0.2', port: 80 },
        netnsInode: 1,
        sequenced: true,
      },
      tid: on,
      startNs: atNs,
      position,
      isConfirmed: inDoubt !== true,
    };
    this.#requests.set(name, request);
    this.#unended.add(request);
    this.threads.opened(request);
  }

  #request(name: string): Request {
    return this.#requests.get(name)!;
  }

  /** The name of the request whose span it is. */
  nameOf(spanId: string | undefined): string | null {
    for (const [name, request] of this.#requests) if (serverSpanOf(request).spanId === spanId) return name;
    return null;
  }

  causeOf(name: string): string | null {
    const link = this.threads.linkOf(this.#request(name));
    if (link === null) return null;
    return link.parent === null ? link.rule : `${link.rule} ${this.nameOf(link.parent.spanId)}`;
  }

  active(on: number, atNs: number): string | null {
    return this.nameOf(this.threads.activeSpan(TGID, on, atNs)?.spanId);
  }

  /** Ends what is open. @returns the stage's totals */
  finish() {
    for (const request of this.#unended) this.threads.ended(request, 1e9);
    expect(this.#ledger.imbalances()).toEqual([]);
    const [stage] = this.#ledger.snapshot();
    return stage!;
  }
}

describe('the cause of a call "c" is', () => {
  /** @param cause what is told of the call, null for nothing */
  const check = (steps: readonly Step[], cause: string | null) => {
    const story = new Story().tell(steps);
    expect(story.causeOf('c')).toBe(cause);
    expect(story.finish().held).toBe(0);
  };

  test('the request that its thread has read and not answered', () =>
    check([reads('a', 1, 10), sends('c', 1, 20)], 'thread a'));
  test('the same for every call before the answer', () =>
    check([reads('a', 1, 10), sends('b', 1, 20), answered('b', 25), sends('c', 1, 30)], 'thread a'));
  test('the same for calls side by side', () =>
    check([reads('a', 1, 10), sends('b', 1, 20), sends('c', 1, 21)], 'thread a'));
  test('the next one, where the one before was answered', () =>
    check([reads('a', 1, 10), answered('a', 20), reads('b', 1, 30), sends('c', 1, 40)], 'thread b'));
  test('unknown where the thread has read nothing', () =>
    check([reads('a', 2, 10), sends('c', 1, 20)], null));
  test('unknown after the answer', () =>
    check([reads('a', 1, 10), answered('a', 20), sends('c', 1, 30)], null));
  test('unknown before the request', () => check([reads('a', 1, 20), sends('c', 1, 10)], null));
  test('none of several that are open', () =>
    check([reads('a', 1, 10), reads('b', 1, 20), sends('c', 1, 30)], 'thread-ambiguous'));
  test('the one that is left of several', () =>
    check([reads('a', 1, 10), reads('b', 1, 20), answered('b', 25), sends('c', 1, 30)], 'thread a'));
  test('the one that is left, whichever was read first', () =>
    check([reads('a', 1, 10), reads('b', 1, 20), answered('a', 25), sends('c', 1, 30)], 'thread b'));
  test('not what is in doubt', () =>
    check([{ reads: 'a', on: 1, atNs: 10, inDoubt: true }, sends('c', 1, 20)], 'thread-ambiguous'));
  test('not what is in doubt beside another', () =>
    check(
      [reads('a', 1, 5), { reads: 'b', on: 1, atNs: 10, inDoubt: true }, sends('c', 1, 20)],
      'thread-ambiguous',
    ));
  test('what is in doubt no more', () =>
    check(
      [{ reads: 'a', on: 1, atNs: 10, inDoubt: true }, { confirmed: 'a' }, sends('c', 1, 20)],
      'thread a',
    ));
  test('not what was withdrawn', () =>
    check([reads('a', 1, 10), reads('b', 1, 20), { withdrawn: 'b' }, sends('c', 1, 30)], 'thread a'));
  test('not a request of a process that is gone', () =>
    check([reads('a', 1, 10), { exit: TGID }, reads('b', 1, 20), sends('c', 1, 30)], 'thread b'));

  describe('judged by the time of its first byte, where it is recognised late:', () => {
    test('what was answered since was open then', () =>
      check([reads('a', 1, 10), answered('a', 30), sends('c', 1, 20)], 'thread a'));
    test('what was answered before was not', () =>
      check(
        [reads('a', 1, 10), answered('a', 15), reads('b', 1, 16), answered('b', 30), sends('c', 1, 20)],
        'thread b',
      ));
    test('what was read since was not', () =>
      check([reads('a', 1, 10), reads('b', 1, 30), sends('c', 1, 20)], 'thread a'));
    test('several may have been open', () =>
      check(
        [reads('a', 1, 10), reads('b', 1, 11), answered('a', 30), sends('c', 1, 20)],
        'thread-ambiguous',
      ));
    test('too long ago there is no telling', () => {
      const since = Array.from({ length: 9 }, (_, n) => [
        reads(`r${n}`, 1, 100 + 10 * n),
        answered(`r${n}`, 105 + 10 * n),
      ]).flat();
      check([...since, sends('c', 1, 104)], 'thread-ambiguous');
      check([...since, sends('c', 1, 114)], 'thread r1');
    });
  });

  test('not asked of the wrong process', () => {
    const story = new Story().tell([reads('a', 1, 10)]);
    expect(story.threads.activeSpan(TGID + 1, 1, 20)).toBeNull();
  });
});

describe('the active span of thread 1 is that of', () => {
  const check = (steps: readonly Step[], atNs: number, name: string | null) =>
    expect(new Story().tell(steps).active(1, atNs)).toBe(name);
  const WORK = [reads('a', 1, 10), answered('a', 20)];

  test('what it reads, from the first byte on', () => check(WORK, 10, 'a'));
  test('what it reads, until the answer', () => check(WORK, 19, 'a'));
  test('nothing before', () => check(WORK, 9, null));
  test('nothing after', () => check(WORK, 20, null));
  test('nothing of several', () => check([...WORK, reads('b', 1, 15)], 17, null));
  test('nothing that it calls itself', () => check([sends('c', 1, 10)], 15, null));
});

describe('bounds', () => {
  test('while more requests are open than can be followed nothing is claimed', () => {
    const story = new Story({ maxOpen: 1 }).tell([reads('a', 1, 10), reads('b', 2, 11), sends('c', 1, 20)]);
    expect(story.causeOf('c')).toBe('thread-ambiguous');
    expect(story.active(1, 20)).toBeNull();
    story.tell([answered('b', 25), sends('d', 1, 30)]);
    expect(story.causeOf('d')).toBe('thread a');
    expect(story.finish()).toMatchObject({
      in: 2,
      out: 1,
      held: 0,
      dropped: { over_capacity: 1, process_gone: 0 },
    });
  });

  test('of idle threads the one that was idle for longest is forgotten', () => {
    const story = new Story({ maxIdleThreads: 1 });
    story.tell([reads('a', 1, 10), answered('a', 20), reads('b', 2, 10), answered('b', 20)]);
    expect([story.active(1, 15), story.active(2, 15)]).toEqual([null, 'b']);
  });

  test('what its process leaves open is counted', () => {
    const story = new Story().tell([reads('a', 1, 10), { exit: TGID }, answered('a', 30)]);
    expect(story.finish()).toMatchObject({ in: 1, out: 0, held: 0, dropped: { process_gone: 1 } });
  });
});
