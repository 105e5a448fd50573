// Where a request comes from, for rate limits.
import type { Context } from 'hono';
import type { AppEnv } from '../app-env.js';

/** @param proxies trusted ones on the way; each has appended the address it saw to `x-forwarded-for`
 *  @returns an address, or the network of an IPv6 one, since a client has all of it; undefined if nobody knows */
export function clientAddress(c: Context<AppEnv>, proxies: number): string | undefined {
  const forwarded = (c.req.header('x-forwarded-for') ?? '').split(',').map((part) => part.trim());
  const told = proxies > 0 ? forwarded.at(-proxies) : undefined;
  return networkOf(told || c.env?.clientAddress);
}

/** An IPv4 address as it is, of IPv6 the first 64 bits. */
function networkOf(address: string | undefined): string | undefined {
  if (address === undefined || address.length > 64) return undefined;
  const mapped = /^::ffff:([\d.]+)$/i.exec(address);
  if (mapped) return mapped[1];
  if (!address.includes(':')) return address;
  const [head, tail] = address.toLowerCase().split('::');
  const groups = head.split(':');
  if (tail === undefined) return groups.slice(0, 4).join(':');
  const after = tail === '' ? [] : tail.split(':');
  const zeros = Array.from({ length: Math.max(0, 8 - groups.length - after.length) }, () => '0');
  return [...groups.map((group) => group || '0'), ...zeros, ...after].slice(0, 4).join(':');
}
