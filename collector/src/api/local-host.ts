/** Names and addresses that mean this machine itself. */

const LOCAL = /^(localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|::1)$/i;
const HOST_HEADER = /^(?:\[([0-9a-f:.]+)\]|([^:[\]]+))(?::\d{1,5})?$/i;

/** @param host a name or an address, an IPv6 address without brackets */
export const isLocalHost = (host: string): boolean => LOCAL.test(host);

/** The same of a Host header, which may name a port and has an IPv6 address in brackets. */
export function isLocalHostHeader(header: string): boolean {
  const [, ipv6, name] = HOST_HEADER.exec(header) ?? [];
  return isLocalHost(ipv6 ?? name ?? '');
}
