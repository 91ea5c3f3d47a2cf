/** Which addresses are of one's own machine or network. doctor may ask there when its user says so, never when a page does. */
import ipaddr from 'ipaddr.js';

/** Names that mean a place inside, or none: RFC 6761, RFC 6762 (appendix G), RFC 8375. */
const INSIDE_NAMES =
  /(^|\.)(localhost|local|localdomain|internal|intranet|private|corp|home|lan|home\.arpa|example|test|invalid)$/;

/** @param address an IP address, without brackets */
export function isInsideAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return true;
  const ip = ipaddr.process(address);
  if (ip.range() !== 'unicast') return true;
  // What is not in 2000::/3 is no public address either (RFC 4291 section 2.4, IANA).
  return ip.kind() === 'ipv6' && ip.toByteArray()[0]! >> 5 !== 1;
}

/** What the address alone tells; a name may resolve to an inside address all the same. */
export function isInsideHost(hostname: string): boolean {
  const bare = hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  if (ipaddr.isValid(bare)) return isInsideAddress(bare);
  return !bare.includes('.') || INSIDE_NAMES.test(bare);
}

/** Whether browsers trust it without https (Secure Contexts, section 3.1). */
export function isThisMachine(hostname: string): boolean {
  const bare = hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  return ipaddr.isValid(bare) ? ipaddr.process(bare).range() === 'loopback' : /(^|\.)localhost$/.test(bare);
}
