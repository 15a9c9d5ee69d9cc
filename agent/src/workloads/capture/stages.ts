/** What a replayed capture adds to the loss ledger. */
import type { Ledger, Stage } from '@sonde/ledger';

export interface CaptureStages {
  readonly packets: Stage;
  readonly bytes: Stage;
  readonly missing: Stage;
  readonly connections: Stage;
}

export function captureStages(ledger: Ledger): CaptureStages {
  return {
    packets: ledger.stage('capture.packets', {
      unit: 'packets',
      drops: {
        link_type: 'the interface has a link type that is not decoded',
        unknown_interface: 'the packet names an interface that the file does not describe',
        not_ip: 'neither IPv4 nor IPv6 (ARP, LLDP, ...)',
        truncated_header: 'the snap length cut a header',
        bad_header: 'a header contradicts itself or the packet',
        other_transport: 'neither TCP nor UDP (ICMP, SCTP, ...), or encrypted',
        fragment_incomplete: 'an IP fragment whose other parts are not in the capture',
        fragment_overflow: 'an IP fragment beyond the limits of reassembly',
        nested_too_deep: 'more tunnels within one another than are looked through',
        no_port: 'port 0, which no socket can use',
        no_address: 'the unspecified address, which no host has',
      },
    }),
    bytes: ledger.stage('capture.bytes', {
      unit: 'bytes',
      conversion:
        'payload bytes of TCP and UDP in the packets that capture.packets gave; held = planned, not yet read',
      drops: {
        retransmitted: 'captured before: the first copy counts',
        before_start: 'below the first byte that the capture proves to be new',
        out_of_window: 'a sequence number no sender could have used there',
        too_fragmented: 'beyond the limit of separate holes in one direction',
        after_fin: 'beyond the end that the sender had declared',
        after_reset: 'the connection was already reset',
        not_connected: 'the connection was never established',
        not_played: 'the simulated kernel refused the call',
      },
    }),
    missing: ledger.stage('capture.missing', {
      unit: 'bytes',
      conversion:
        'stream bytes that passed without their content being captured; held = planned, not yet read',
      drops: {
        datagram_cut: 'the end of a datagram beyond the snap length: the datagram is played without it',
        not_played: 'the simulated kernel refused the call',
      },
    }),
    connections: ledger.stage('capture.connections', {
      unit: 'connections',
      conversion: 'TCP conversations; out = opened in the simulated kernel, held = planned, not yet opened',
      drops: {
        empty: 'neither a handshake nor a byte of it was captured',
        unanswered: 'nobody answered the SYN',
        not_played: 'the simulated kernel refused the call',
      },
    }),
  };
}
