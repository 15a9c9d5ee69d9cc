/**
 * What a TCP conversation of the capture comes to: which end did what to the stream, and when. It is the plan from
 * which the replay makes its system calls.
 */
import type { IpEndpoint } from '../../../hooks/sim/contract.ts';

export type Side = 'a' | 'b';

export const otherSide = (side: Side): Side => (side === 'a' ? 'b' : 'a');

/** Times are monotonic ns of the replay and never fall within one conversation. `from` is the end that sent. */
export type Action =
  /** Bytes that the other end could read now: in order, each once. A view into the capture. */
  | { readonly kind: 'data'; readonly atNs: number; readonly from: Side; readonly bytes: Uint8Array }
  /** Bytes that passed without their content being in the capture. */
  | { readonly kind: 'gap'; readonly atNs: number; readonly from: Side; readonly gapBytes: number }
  /** No more data from this end. */
  | { readonly kind: 'fin'; readonly atNs: number; readonly from: Side }
  | { readonly kind: 'reset'; readonly atNs: number; readonly from: Side }
  /** The same addresses and ports began another connection, so this one had ended, unseen. Always last. */
  | { readonly kind: 'replaced'; readonly atNs: number };

export interface Conversation {
  /** The end that connected; in mid-stream, where that is not known, the end whose packet was captured first. */
  readonly a: IpEndpoint;
  readonly b: IpEndpoint;
  /**
   * - handshake: its opening is in the capture, whole or in part: `a` connected.
   * - mid-stream: it was there before the capture began.
   * - refused: `b` answered the SYN with a reset. No actions.
   * - unanswered: nothing came back. No actions.
   */
  readonly opening: 'handshake' | 'mid-stream' | 'refused' | 'unanswered';
  /** Of the first packet. */
  readonly openedNs: number;
  /** Sequence number of the first stream byte of each direction, u32. */
  readonly firstSequence: Readonly<Record<Side, number>>;
  readonly actions: readonly Action[];
}
