/**
 * Who caused a call, inside a process: the request that the calling thread was serving.
 *
 * A thread that reads a request works on it until the answer is written; a call whose first byte it sends in between is
 * made for that request. For a thread that serves one request at a time this is no guess: it has nothing else to do it
 * for. That holds for a thread for each connection, a pool of threads that each serve a connection to its end, and
 * processes forked for each connection, whether calls follow each other or run side by side on the thread.
 *
 * A thread that has read several requests and answered none of them (an event loop) may be working on any. Nothing on
 * the thread tells which, so none is named; only what was answered before, or read after, is out of the question.
 *
 * What is assumed, because nothing in the traffic shows it:
 * - The thread that read a request works on it. Where another one does, its calls have no cause here.
 * - While one request is open, the thread does nothing of its own accord (a timer, a probe of another service).
 * - No record of the thread's reads and writes was lost.
 */
import type { Ledger, Stage, StageSpec } from '@sonde/ledger';
import type { KernelEvent } from '../model/events.ts';
import type { OpenRequest } from '../model/exchange.ts';
import type { SpanRef } from '../model/span.ts';
import { serverSpanOf } from './spans.ts';

/** What the thread of a call tells of its cause. */
export type ThreadLink =
  | { readonly rule: 'thread'; readonly parent: SpanRef }
  /** There was a cause, perhaps, and no telling which. */
  | { readonly rule: 'thread-ambiguous'; readonly parent: null };

export interface ThreadsOptions {
  readonly ledger: Ledger;
  /** Requests that are open at once. While there are more, no thread has an active span. */
  readonly maxOpen?: number;
  /** Threads without an open request whose last ones are remembered. */
  readonly maxIdleThreads?: number;
}

const SPEC: StageSpec = {
  unit: 'requests',
  conversion: 'requests to observed processes; given when they are answered, or known never to be',
  drops: {
    over_capacity:
      'requests beyond the number that is followed: until they end, no call is linked to its cause',
    process_gone: 'requests whose thread ended with its process before they did',
  },
};

/** Answered requests of a thread that are remembered, for calls that are recognised late. */
const RECENT_REQUESTS = 8;

const AMBIGUOUS: ThreadLink = { rule: 'thread-ambiguous', parent: null };

export class Threads {
  readonly #stage: Stage;
  readonly #maxOpen: number;
  readonly #maxIdleThreads: number;
  readonly #processes = new Map<number, Map<number, Thread>>();
  /** Without an open request, the first for longest. */
  readonly #idle = new Set<Thread>();
  readonly #open = new Map<OpenRequest, Served>();
  /** Open, and not followed. */
  readonly #unfollowed = new WeakSet<OpenRequest>();
  #nUnfollowed = 0;
  /** Of calls that are under way; they end with the engine's own hold on the request. */
  readonly #links = new WeakMap<OpenRequest, ThreadLink>();

  constructor({ ledger, maxOpen = 65_536, maxIdleThreads = 8192 }: ThreadsOptions) {
    this.#stage = ledger.stage('threads', SPEC);
    this.#maxOpen = maxOpen;
    this.#maxIdleThreads = maxIdleThreads;
  }

  /** A request was recognised, on either side. Each is ended or withdrawn later. */
  opened(request: OpenRequest): void {
    if (request.end.side === 'server') this.#serve(request);
    else {
      const found = this.#servedAt(request.end.tgid, request.tid, request.startNs);
      if (found === 'unclear') this.#links.set(request, AMBIGUOUS);
      else if (found !== null) this.#links.set(request, { rule: 'thread', parent: found.span });
    }
  }

  /** @param endNs when the last byte of the answer passed; of a request without one, when it was given up */
  ended(request: OpenRequest, endNs: number): void {
    const served = this.#close(request);
    served?.thread.remember(served, endNs);
  }

  /** What the thread of a client's request tells of its cause; null if there is none. */
  linkOf(request: OpenRequest): ThreadLink | null {
    return this.#links.get(request) ?? null;
  }

  /** It was no request. */
  withdrawn(request: OpenRequest): void {
    this.#close(request);
  }

  onEvent(event: KernelEvent): void {
    if (event.kind !== 'process-exit') return;
    for (const thread of this.#processes.get(event.tgid)?.values() ?? []) {
      for (const { request } of thread.open) {
        this.#open.delete(request);
        this.#stage.hold(-1);
        this.#stage.drop('process_gone');
      }
      this.#idle.delete(thread);
    }
    this.#processes.delete(event.tgid);
  }

  /** The span that a thread was working on; null if none, or if there is no telling which. */
  activeSpan(tgid: number, tid: number, timeNs: number): SpanRef | null {
    const found = this.#servedAt(tgid, tid, timeNs);
    return found === null || found === 'unclear' ? null : found.span;
  }

  #serve(request: OpenRequest): void {
    this.#stage.take();
    if (this.#open.size >= this.#maxOpen) {
      this.#unfollowed.add(request);
      this.#nUnfollowed++;
      this.#stage.drop('over_capacity');
      return;
    }
    const thread = this.#threadOf(request.end.tgid, request.tid);
    const served = new Served(request, thread);
    thread.open.add(served);
    this.#idle.delete(thread);
    this.#open.set(request, served);
    this.#stage.hold(1);
  }

  /** @returns null if it was not followed, or not to its end */
  #close(request: OpenRequest): Served | null {
    if (this.#unfollowed.delete(request)) this.#nUnfollowed--;
    const served = this.#open.get(request);
    if (served === undefined) return null;
    this.#open.delete(request);
    this.#stage.hold(-1);
    this.#stage.give();
    const { thread } = served;
    thread.open.delete(served);
    if (thread.open.size === 0) this.#idle.add(thread);
    for (const longest of this.#idle) {
      if (this.#idle.size <= this.#maxIdleThreads) break;
      this.#forget(longest);
    }
    return served;
  }

  #threadOf(tgid: number, tid: number): Thread {
    let threads = this.#processes.get(tgid);
    if (threads === undefined) {
      threads = new Map();
      this.#processes.set(tgid, threads);
    }
    let thread = threads.get(tid);
    if (thread === undefined) {
      thread = new Thread(tgid, tid);
      threads.set(tid, thread);
    }
    return thread;
  }

  /** Of an idle thread nothing can be claimed falsely: what is not remembered is no cause of anything. */
  #forget(thread: Thread): void {
    this.#idle.delete(thread);
    const threads = this.#processes.get(thread.tgid);
    threads?.delete(thread.tid);
    if (threads?.size === 0) this.#processes.delete(thread.tgid);
  }

  #servedAt(tgid: number, tid: number, timeNs: number): Served | 'unclear' | null {
    if (this.#nUnfollowed > 0) return 'unclear';
    return this.#processes.get(tgid)?.get(tid)?.servedAt(timeNs) ?? null;
  }
}

/** What is known of one thread. */
class Thread {
  readonly tgid: number;
  readonly tid: number;
  readonly open = new Set<Served>();
  /** Those that ended last, oldest first. */
  readonly #recent: Served[] = [];
  /** Before this, requests were open that are not remembered. */
  #forgottenUntilNs = 0;

  constructor(tgid: number, tid: number) {
    this.tgid = tgid;
    this.tid = tid;
  }

  remember(served: Served, endNs: number): void {
    served.endNs = endNs;
    this.#recent.push(served);
    if (this.#recent.length <= RECENT_REQUESTS) return;
    this.#forgottenUntilNs = Math.max(this.#forgottenUntilNs, this.#recent.shift()!.endNs);
  }

  /** The request that was open at a time, if it was the only one; null if there was none. */
  servedAt(timeNs: number): Served | 'unclear' | null {
    if (timeNs < this.#forgottenUntilNs) return 'unclear';
    let found: Served | null = null;
    for (const requests of [this.open, this.#recent]) {
      for (const served of requests) {
        if (!served.wasOpenAt(timeNs)) continue;
        if (found !== null) return 'unclear';
        found = served;
      }
    }
    return found === null || found.request.isConfirmed ? found : 'unclear';
  }
}

/** A request, open from the time its thread read the first byte of it. */
class Served {
  readonly request: OpenRequest;
  readonly thread: Thread;
  /** When the last byte of its answer was written. */
  endNs = Number.POSITIVE_INFINITY;
  #span: SpanRef | null = null;

  constructor(request: OpenRequest, thread: Thread) {
    this.request = request;
    this.thread = thread;
  }

  /** Its ids cost a few hashes: only requests that cause something need them before they end. */
  get span(): SpanRef {
    this.#span ??= serverSpanOf(this.request);
    return this.#span;
  }

  wasOpenAt(timeNs: number): boolean {
    return this.request.startNs <= timeNs && timeNs < this.endNs;
  }
}
