/**
 * Changes that another site's page has a browser send. Browsers say where a request comes from, by `Sec-Fetch-Site` or by
 * `Origin`; a program that says neither is no browser. Without access there is no credential to tell a friend by, so the host
 * that was asked for must be this machine's too: else a name of somebody else's that leads here would be "our" origin.
 */
import { isLoopback } from '../network/addresses.ts';

const harmless = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Whether it is a change that no page of this hub sent. `isOpen`: no access is configured. */
export function isForged(
  request: { readonly method: string; readonly url: string; readonly headers: Pick<Headers, 'get'> },
  isOpen: boolean,
): boolean {
  if (harmless.has(request.method)) return false;
  const { headers } = request;
  const host = headers.get('host') ?? new URL(request.url).host;
  if (isOpen && !isLoopback(host.replace(/:\d+$/, ''))) return true;
  const site = headers.get('sec-fetch-site');
  if (site) return site !== 'same-origin' && site !== 'none';
  const origin = headers.get('origin');
  if (!origin) return false;
  return !URL.canParse(origin) || new URL(origin).host !== host;
}
