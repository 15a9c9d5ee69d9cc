/**
 * The contract of a protocol. A protocol is a folder with `types.ts`, `infer.ts`, `parse.ts`, `stitch.ts` and an
 * `index.ts` that exports one `Protocol`, plus one line in `registry.ts` and its name in `model/exchange.ts`.
 *
 * You supply: infer, parse, cut, resync, key, stitch, and newState if a connection has state. You get for free from the
 * engine: buffers with positions, duplicate and gap handling, opaque bytes (sendfile, uncopied bodies), bodies that are
 * passed over without being looked at, budgets, timeouts in event time, pairing by order or by key, doubt about requests
 * behind unclear framing, how the connection ended, times and sizes, the ledger. As soon as `parse` has read a request's
 * head the engine tells of it, so that what its thread does before the answer can be linked to it.
 *
 * Nothing here throws on input, holds a timer, does input or output, or reads a clock. A capture may start in the
 * middle: never guess state that was not seen; say what is missing in `Stitched.incomplete`.
 */
import type { Attributes } from '../model/attributes.ts';
import type { ProtocolName } from '../model/exchange.ts';

/** `M`: what `parse` makes of one message. `S`: what it keeps of one connection. The engine only carries them. */
export interface Protocol<M = unknown, S = unknown> {
  readonly name: ProtocolName;
  /** Bytes that a message head may take before it is cut. */
  readonly maxHeadBytes: number;

  /**
   * Judges bytes at a place where a message may begin. Missing some traffic is better than naming it wrongly. Ports
   * are never looked at. Must decide within a few KiB: `need` is taken for `no` when the engine's patience ends.
   */
  infer(bytes: Uint8Array): Inference;

  /**
   * Makes what both flows of a connection share: negotiated options, header tables, prepared statements. Called when the
   * protocol was recognised; without it `state` is undefined. `isWhole`: nothing of the connection was missed so far.
   * Bound it: nothing else does.
   */
  newState?(isWhole: boolean): S;

  /** Takes the next step over a flow's bytes. */
  parse(input: ParseInput<M, S>): Parsed<M>;

  /**
   * What can be told of a message of which only the first `bytes` were captured (a gap, the head limit or the end
   * follows); null if that is not enough to name it. Where such a message ends is not known: the engine resynchronises.
   */
  cut(bytes: Uint8Array, role: Role, state: S): M | null;

  /**
   * The first place where a message of this role plainly begins. Called after bytes of the flow were lost or not
   * understood, so whatever `state` has learnt from this flow may be out of date. `mayStart`: one may begin at the very
   * first byte, by what was before it; otherwise that is somewhere within something.
   */
  resync(bytes: Uint8Array, role: Role, state: S, mayStart: boolean): Resync;

  /** What pairs a request with its answer; null: the order on the connection does. */
  key(message: M): string | number | null;

  /**
   * `ending`: how the connection ended, if that is why the answer is not there or not whole; null if there is no telling
   * (the observation ended, records were lost, the wait was given up).
   */
  stitch(request: Half<M> | null, response: Half<M> | null, side: Side, ending: Ending | null): Stitched;
}

/** Which end of the connection is observed. */
export type Side = 'client' | 'server';

/**
 * What came first, of what ended a connection for an answer:
 *
 * - reset: it was broken off from outside: the other end reset it, or the kernel gave up sending.
 * - client: the client closed it or its process exited; to the server, also that the client sends no more (its FIN).
 * - server: the server closed it or sends no more, or its process exited.
 */
export type Ending = 'reset' | 'client' | 'server';

/** Which half of the conversation a flow carries. */
export type Role = 'request' | 'response';

/** Confidence of an inference from which on it counts anywhere; below, only at the very start of a connection. */
export const SURE = 0.9;
/** Confidence below which an inference never counts. */
export const LIKELY = 0.5;

/**
 * - mine: these bytes begin a message of this protocol, and their flow carries `role`. `confidence` in (0, 1]: 1 for
 *   what no other protocol sends; see SURE and LIKELY.
 * - no: they do not.
 * - need: too few bytes to tell.
 */
export type Inference =
  | { readonly kind: 'mine'; readonly role: Role; readonly confidence: number }
  | { readonly kind: 'no' }
  | { readonly kind: 'need' };

export interface ParseInput<M, S = unknown> {
  readonly role: Role;
  /** The known bytes from where the parser stands, never empty. Valid during the call only. */
  readonly bytes: Uint8Array;
  /** `scanned` of the last `need` at this same place, else 0. */
  readonly scanned: number;
  /** The message whose parts are being read (see Parsed, body `parts`); null where a message begins. */
  readonly open: M | null;
  /** How many parts of the open message were read. */
  readonly nParts: number;
  /** What `newState` made for the connection. */
  readonly state: S;
  /** For a response: the request that it answers; null if that was not seen. */
  readonly request: M | null;
  /** `bytes[0]` is the first byte of the flow that was seen. */
  readonly first: boolean;
}

/**
 * - message: a head ended at `end` (offset after it; 0 only where a body follows). For what comes then see `Body`.
 *   `wait`: what comes after the message depends on its answer; the engine keeps it until that is there.
 *   `switchTo`: after this message both flows speak something else.
 * - part: a piece of the open message's framing ended at `end` (> 0); `bodyBytes` of its body follow, passed over.
 * - done: the open message ended at `end` (> 0).
 * - need: keep the bytes, call again with more. `scanned`: bytes that need not be searched again.
 * - skip: valid and of no interest; goes on at `end` (> 0).
 * - bad: not this protocol here; the engine resynchronises, or gives up.
 *
 * `isAmbiguous`: another reader of the same bytes may think that this ends elsewhere. Requests behind such a place, and
 * behind one where the framing was lost, may stand inside a body: they count once one of them is answered.
 */
export type Parsed<M> =
  | {
      readonly kind: 'message';
      readonly value: M;
      readonly end: number;
      readonly body: Body;
      readonly wait?: boolean;
      readonly switchTo?: SwitchTo;
      readonly isAmbiguous?: boolean;
    }
  | {
      readonly kind: 'part';
      readonly end: number;
      readonly bodyBytes: number;
      readonly isAmbiguous?: boolean;
    }
  | { readonly kind: 'done'; readonly end: number; readonly isAmbiguous?: boolean }
  | { readonly kind: 'need'; readonly scanned: number }
  | { readonly kind: 'skip'; readonly end: number }
  | { readonly kind: 'bad'; readonly why: string };

/**
 * How a message goes on after its head: a number of bytes (0: not at all; `Infinity`: until the flow ends), `parts`
 * that `parse` delimits one by one, or `unclear`: its length cannot be told, the next message must be searched for.
 */
export type Body = number | 'parts' | 'unclear';

/** `opaque`: nothing that is looked at (WebSocket). `tunnel`: the bytes of another conversation (CONNECT). */
export type SwitchTo = ProtocolName | 'opaque' | 'tunnel';

/** found: at offset `at`. none: and bytes before offset `keep` need not be looked at again. */
export type Resync =
  | { readonly kind: 'found'; readonly at: number }
  | { readonly kind: 'none'; readonly keep: number };

/** A message as it is handed to `stitch`. */
export interface Half<M> {
  readonly value: M;
  /** Bytes of its body, without framing, that passed. */
  readonly bodyBytes: number;
}

/** What stitching makes of a request and its answer. */
export interface Stitched {
  /** Span name, of low cardinality. */
  readonly name: string;
  readonly status: 'ok' | 'error' | 'unset';
  readonly attributes: Attributes;
  /** Why the exchange is not whole, as far as the protocol knows; the engine adds its own reasons. */
  readonly incomplete: string | null;
}
