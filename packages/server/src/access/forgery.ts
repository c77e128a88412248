/**
 * What another site has a browser send.
 *
 * A change is forged unless the browser says that a page of this hub sent it, by `Sec-Fetch-Site` or by `Origin`; a program that says neither is no
 * browser. And where everybody on this machine may do everything, there is no credential to tell a friend by: then a name of somebody else's
 * that leads here ("DNS rebinding") would make another site's page one of ours, so whatever is more than looking is done under its own names alone.
 */
import { isLoopback } from '../network/addresses.ts';

const harmless = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Whether it is a change that no page of this hub sent. `host`: as the request names it. */
export function isForged(method: string, headers: Pick<Headers, 'get'>, host: string): boolean {
  if (harmless.has(method)) return false;
  const site = headers.get('sec-fetch-site');
  if (site) return site !== 'same-origin' && site !== 'none';
  const origin = headers.get('origin');
  if (!origin) return false;
  return !URL.canParse(origin) || new URL(origin).host !== host;
}

/** Whether `host`, with its port, is a name of this machine for itself. */
export function isThisMachine(host: string): boolean {
  return isLoopback(host.replace(/:\d+$/, ''));
}
