/**
 * Which stream speaks for which agent: at most one, the newest. A stream that takes over waits until the batch that its
 * predecessor was writing is settled, or that batch would be taken a second time.
 */

/** One stream, as the roster sees it. */
export interface RosterMember {
  readonly bootEpoch: number;
  /** Another stream took over; this one ends. */
  supersede(): void;
  /** Nothing of the predecessor is being written any more. */
  proceed(): void;
}

/** `later`: proceed() will be called. */
export type Admission = 'now' | 'later' | { readonly refused: string };

interface Seat {
  member: RosterMember | null;
  isWriting: boolean;
  isWaiting: boolean;
}

export class Roster {
  readonly #seats = new Map<string, Seat>();

  enter(agentId: string, member: RosterMember): Admission {
    const seat = this.#seats.get(agentId) ?? { member: null, isWriting: false, isWaiting: false };
    const older = seat.member;
    if (older !== null && older.bootEpoch > member.bootEpoch)
      return {
        refused: `boot epoch ${member.bootEpoch} is older than ${older.bootEpoch}, which is connected`,
      };
    seat.member = member;
    this.#seats.set(agentId, seat);
    // Only now, so that the older stream finds its seat taken when it leaves.
    older?.supersede();
    seat.isWaiting = seat.isWriting;
    return seat.isWriting ? 'later' : 'now';
  }

  /** Does nothing for a stream that another has superseded. */
  leave(agentId: string, member: RosterMember): void {
    const seat = this.#seats.get(agentId);
    if (seat?.member !== member) return;
    seat.member = null;
    seat.isWaiting = false;
    this.#forgetEmpty(agentId, seat);
  }

  writeBegun(agentId: string): void {
    this.#seats.get(agentId)!.isWriting = true;
  }

  writeEnded(agentId: string): void {
    const seat = this.#seats.get(agentId)!;
    seat.isWriting = false;
    this.#forgetEmpty(agentId, seat);
    if (!seat.isWaiting) return;
    seat.isWaiting = false;
    seat.member?.proceed();
  }

  #forgetEmpty(agentId: string, seat: Seat): void {
    if (seat.member === null && !seat.isWriting) this.#seats.delete(agentId);
  }
}
