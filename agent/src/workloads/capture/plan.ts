/**
 * What a capture will be played as: its TCP conversations with their scripts, its datagrams, and the clock. A plan is
 * made of the capture alone; the simulated kernel comes in with replay.ts.
 */

import type { Ledger } from '@sonde/ledger';
import type { IpEndpoint } from '../../hooks/sim/contract.ts';
import { formatEndpoint } from '../../model/address.ts';
import type { Capture, CaptureEnd } from './capture.ts';
import { PacketDecoder } from './packets/decode.ts';
import type { Datagram } from './packets/transport.ts';
import { type CaptureStages, captureStages } from './stages.ts';
import { ConversationTracker } from './tcp/conversations.ts';
import type { Conversation } from './tcp/script.ts';

/** Monotonic time of the first packet: 0 means "none" in records. */
export const FIRST_PACKET_NS = 1e9;

export interface ReplayPlan {
  readonly conversations: readonly Conversation[];
  /** In the order of the file. Those that the snap length cut are played as far as they go. */
  readonly datagrams: readonly Datagram[];
  /** Monotonic time of the last packet. */
  readonly endNs: number;
  /** Added to a monotonic time of the replay gives Unix time, ns. 0 for a capture without packets. */
  readonly wallMinusMonotonicNs: bigint;
  /** How the file ended. */
  readonly end: CaptureEnd;
  /** One line for each fault: of the file, and of interfaces that cannot be decoded. */
  readonly faults: readonly string[];
  readonly stages: CaptureStages;
  /**
   * The conversation that was last about to connect, by endpointsKey(): the replay writes it, and the world asks it for
   * initial sequence numbers. Endpoints can connect again, so they alone do not tell.
   */
  readonly connecting: Map<string, Conversation>;
}

export const endpointsKey = (client: IpEndpoint, server: IpEndpoint): string =>
  `${formatEndpoint(client)} ${formatEndpoint(server)}`;

/** Passes through the packets once. @throws RangeError if the ledger has a capture's stages already */
export function planReplay(capture: Capture, ledger: Ledger): ReplayPlan {
  const stages = captureStages(ledger);
  let firstUnixNs: bigint | null = null;
  let endNs = FIRST_PACKET_NS;
  const decoder = new PacketDecoder(stages.packets, (unixNs) => {
    firstUnixNs ??= unixNs;
    // Captured on several CPUs, packets may stand in the file before the first one's time.
    const atNs = Math.max(0, Number(unixNs - firstUnixNs)) + FIRST_PACKET_NS;
    endNs = Math.max(endNs, atNs);
    return atNs;
  });
  const tracker = new ConversationTracker(stages);
  const datagrams: Datagram[] = [];
  for (const packet of capture) {
    const transported = decoder.decode(packet);
    if (transported === null) continue;
    if (transported.kind === 'tcp') tracker.add(transported);
    else {
      datagrams.push(transported);
      noteDatagram(transported, stages);
    }
  }
  decoder.finish();
  const conversations = tracker.finish();

  const end = capture.end ?? { kind: 'complete' };
  return {
    conversations,
    datagrams,
    endNs,
    wallMinusMonotonicNs: firstUnixNs === null ? 0n : firstUnixNs - BigInt(FIRST_PACKET_NS),
    end,
    faults: end.kind === 'fault' ? [...decoder.faults, end.fault] : decoder.faults,
    stages,
    connecting: new Map(),
  };
}

function noteDatagram({ bytes, missingBytes }: Datagram, stages: CaptureStages): void {
  stages.bytes.take(bytes.length);
  stages.bytes.hold(bytes.length);
  stages.missing.take(missingBytes);
  stages.missing.drop('datagram_cut', missingBytes);
}
