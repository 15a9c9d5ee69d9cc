/**
 * From a captured packet to a TCP segment or a UDP datagram: link layer, IP, fragments, tunnels, transport. Each packet
 * is counted once, as given or as dropped with its reason.
 */

import type { Stage } from '@sonde/ledger';
import type { IpEndpoint } from '../../../hooks/sim/contract.ts';
import type { CaptureInterface, CapturePacket } from '../capture.ts';
import { FragmentReassembler } from './fragments.ts';
import { type IpPacket, parseIpv4, parseIpv6, skipExtensions } from './ip.ts';
import { linkDecoder, linkTypeName, type NetworkLayer } from './link.ts';
import { type Datagram, parseTcp, parseUdp, type TcpSegment } from './transport.ts';
import { ipTunnel, udpTunnel } from './tunnel.ts';

const IPPROTO_TCP = 6;
const IPPROTO_UDP = 17;

/** A tunnel in a tunnel in a tunnel is the most that is sensible. */
const MAX_TUNNELS = 4;

export type Transported = TcpSegment | Datagram;

type Outcome =
  | { readonly kind: 'given'; readonly transported: Transported }
  | { readonly kind: 'held' }
  | { readonly kind: 'drop'; readonly reason: string };

/** One packet on its way through the layers. */
interface Way {
  readonly atNs: number;
  tunnels: number;
  /** Packets of the capture that came together in this one: more than 1 after the reassembly of fragments. */
  packets: number;
}

export class PacketDecoder {
  /** One line for each interface whose packets cannot be decoded. */
  readonly faults: string[] = [];
  readonly #stage: Stage;
  readonly #toMonotonicNs: (unixNs: bigint) => number;
  readonly #fragments: FragmentReassembler;
  readonly #faultyInterfaces = new Set<CaptureInterface>();
  readonly #endpoints = new Map<string, IpEndpoint>();

  constructor(stage: Stage, toMonotonicNs: (unixNs: bigint) => number) {
    this.#stage = stage;
    this.#toMonotonicNs = toMonotonicNs;
    this.#fragments = new FragmentReassembler((packets) => {
      stage.hold(-packets);
      stage.drop('fragment_incomplete', packets);
    });
  }

  /** @returns null if the packet was dropped, or waits for the other fragments of its payload */
  decode(packet: CapturePacket): Transported | null {
    this.#stage.take();
    const way: Way = { atNs: this.#toMonotonicNs(packet.timestampNs), tunnels: 0, packets: 1 };
    const outcome = this.#link(packet, way);
    if (outcome.kind === 'held') {
      this.#stage.hold(1);
      return null;
    }
    // All but this packet were held until now.
    this.#stage.hold(1 - way.packets);
    if (outcome.kind === 'drop') {
      this.#stage.drop(outcome.reason, way.packets);
      return null;
    }
    this.#stage.give(way.packets);
    return outcome.transported;
  }

  /** No more packets come: fragments that wait are given up. */
  finish(): void {
    this.#fragments.finish();
  }

  #link(packet: CapturePacket, way: Way): Outcome {
    if (packet.interface === null) return { kind: 'drop', reason: 'unknown_interface' };
    const decodeLink = linkDecoder(packet.interface.linkType);
    if (decodeLink === null) {
      this.#reportLinkType(packet.interface);
      return { kind: 'drop', reason: 'link_type' };
    }
    return this.#network(decodeLink(packet.bytes), packet.bytes, packet.originalBytes, way);
  }

  #network(layer: NetworkLayer, bytes: Uint8Array, wireBytes: number, way: Way): Outcome {
    if (layer.kind === 'drop') return layer;
    const parse = layer.kind === 'ipv4' ? parseIpv4 : parseIpv6;
    const outcome = parse(bytes.subarray(layer.at), wireBytes - layer.at);
    if (outcome.kind === 'drop') return outcome;
    if (outcome.packet.fragment === null) return this.#transport(outcome.packet, way);

    const assembled = this.#fragments.add(outcome.packet, way.atNs, way.packets);
    if (assembled.kind === 'held') return assembled;
    if (assembled.kind === 'overflow') return { kind: 'drop', reason: 'fragment_overflow' };
    way.packets = assembled.packets;
    return this.#transport(withoutExtensions(assembled.packet), way);
  }

  #transport(packet: IpPacket, way: Way): Outcome {
    const { protocol, payload, payloadBytes } = packet;
    if (protocol === IPPROTO_TCP) {
      const tcp = parseTcp(payload, payloadBytes);
      if (tcp.kind === 'drop') return tcp;
      return given({ kind: 'tcp', atNs: way.atNs, ...this.#ends(packet, tcp), ...tcp.value });
    }
    if (protocol === IPPROTO_UDP) {
      const udp = parseUdp(payload, payloadBytes);
      if (udp.kind === 'drop') return udp;
      const { bytes, missingBytes } = udp.value;
      const inner = udpTunnel(udp.destinationPort, bytes);
      if (inner !== null) return this.#tunnel(inner, bytes, bytes.length + missingBytes, way);
      return given({ kind: 'udp', atNs: way.atNs, ...this.#ends(packet, udp), bytes, missingBytes });
    }
    const inner = ipTunnel(protocol, payload);
    if (inner !== null) return this.#tunnel(inner, payload, payloadBytes, way);
    return { kind: 'drop', reason: 'other_transport' };
  }

  #tunnel(inner: NetworkLayer, bytes: Uint8Array, wireBytes: number, way: Way): Outcome {
    way.tunnels++;
    if (way.tunnels > MAX_TUNNELS) return { kind: 'drop', reason: 'nested_too_deep' };
    return this.#network(inner, bytes, wireBytes, way);
  }

  #ends(
    packet: IpPacket,
    ports: { readonly sourcePort: number; readonly destinationPort: number },
  ): { from: IpEndpoint; to: IpEndpoint } {
    return {
      from: this.#endpoint(packet.source, ports.sourcePort),
      to: this.#endpoint(packet.destination, ports.destinationPort),
    };
  }

  /** One object an endpoint, so that the same ends are equal by identity. */
  #endpoint(address: string, port: number): IpEndpoint {
    const key = `${address} ${port}`;
    let endpoint = this.#endpoints.get(key);
    if (endpoint === undefined) {
      endpoint = { address, port };
      this.#endpoints.set(key, endpoint);
    }
    return endpoint;
  }

  #reportLinkType(device: CaptureInterface): void {
    if (this.#faultyInterfaces.has(device)) return;
    this.#faultyInterfaces.add(device);
    const name = linkTypeName(device.linkType);
    const known = name === '' ? '' : ` (${name})`;
    this.faults.push(`interface ${device.index}: link type ${device.linkType}${known} is not supported`);
  }
}

/** Stands for "no address yet": no host has it. */
const isUnspecified = (address: string): boolean => address === '0.0.0.0' || address === '::';

/** The last word on a segment or datagram: only what a socket could have sent and received is given. */
function given(transported: Transported): Outcome {
  const { from, to } = transported;
  if (from.port === 0 || to.port === 0) return { kind: 'drop', reason: 'no_port' };
  if (isUnspecified(from.address) || isUnspecified(to.address)) return { kind: 'drop', reason: 'no_address' };
  return { kind: 'given', transported };
}

/** IPv6 keeps further extension headers within the fragmented part. */
function withoutExtensions(packet: IpPacket): IpPacket {
  const transport = skipExtensions(packet.protocol, packet.payload);
  if (transport === null || transport.at === 0) return packet;
  return {
    ...packet,
    protocol: transport.protocol,
    payload: packet.payload.subarray(transport.at),
    payloadBytes: packet.payloadBytes - transport.at,
  };
}
