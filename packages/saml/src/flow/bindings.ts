/** How messages travel: in an address, or in a form. SAML Bindings §3.4, §3.5 */
import { deflateRawSync } from 'node:zlib';
import { readRedirect, signQuery, writeQuery } from '../crypto/redirect.ts';
import type { SigningKey } from '../crypto/sign.ts';
import type { Trust } from '../crypto/signature.ts';
import { refuse, require } from '../refusals.ts';
import type { Binding } from '../xml/names.ts';
import { decodeUtf8, mostCharacters } from '../xml/strict.ts';
import { type GivenHeaders, postPage, redirectTo } from './pages.ts';

/** A message on its way out. */
export interface Outgoing {
  readonly kind: 'SAMLRequest' | 'SAMLResponse';
  readonly text: string;
  readonly id: string;
  readonly relayState: string | undefined;
  readonly to: { readonly binding: Binding; readonly location: string };
  /** Absent: it is not signed. */
  readonly key?: SigningKey | undefined;
  readonly headers?: GivenHeaders | undefined;
}

/** The answer that makes a browser take it there. `sign` signs the message itself. */
export function send(
  { kind, text, id, relayState, to, key, headers }: Outgoing,
  sign: (text: string, id: string) => string,
): Response {
  if (to.binding === 'post') {
    const signed = key === undefined ? text : sign(text, id);
    const message = Buffer.from(signed, 'utf8').toString('base64');
    return postPage(
      to.location,
      { [kind]: message, ...(relayState !== undefined && { RelayState: relayState }) },
      headers,
    );
  }
  const parameters: (readonly [string, string])[] = [[kind, deflateRawSync(text).toString('base64')]];
  if (relayState !== undefined) parameters.push(['RelayState', relayState]);
  const query =
    key === undefined ? writeQuery(parameters) : signQuery(parameters, key.privateKey, key.algorithm);
  const [address, fragment] = to.location.split('#', 2) as [string, string?];
  const separator = address.includes('?') ? '&' : '?';
  return redirectTo(`${address}${separator}${query}${fragment === undefined ? '' : `#${fragment}`}`, headers);
}

/** A message that came in. */
export interface Incoming {
  readonly kind: 'SAMLRequest' | 'SAMLResponse';
  readonly text: string;
  readonly relayState: string | undefined;
  /** Whether the address that it came in was signed, and the signature good. */
  readonly isQuerySigned: boolean;
}

/** Base64 of the largest text, with room for names and `RelayState`. */
const mostBodyBytes = Math.ceil((mostCharacters * 4) / 3) + 16_384;

/** Reads a form. @throws Refused */
export async function readPost(request: Request): Promise<Incoming> {
  const type = request.headers.get('content-type') ?? '';
  require(/^application\/x-www-form-urlencoded\s*(;|$)/i.test(type), 'no_message', 'it is no form');
  const form = new URLSearchParams(await readBody(request));
  const kinds = (['SAMLRequest', 'SAMLResponse'] as const).filter((name) => form.has(name));
  const [kind] = kinds;
  if (kind === undefined) refuse('no_message');
  const isOnce =
    kinds.length === 1 && form.getAll(kind).length === 1 && form.getAll('RelayState').length <= 1;
  require(isOnce, 'bad_shape', 'a field stands there twice');
  const base64 = (form.get(kind) ?? '').replace(/\s+/g, '');
  require(/^[A-Za-z0-9+/]+={0,2}$/.test(base64), 'bad_encoding', 'it is not base64');
  return {
    kind,
    text: decodeUtf8(Buffer.from(base64, 'base64')),
    relayState: form.get('RelayState') ?? undefined,
    isQuerySigned: false,
  };
}

/** Reads an address. @throws Refused */
export function readQuery(request: Request, trust: Trust): Incoming {
  const { kind, text, relayState, isSigned } = readRedirect(new URL(request.url), trust);
  return { kind, text, relayState, isQuerySigned: isSigned };
}

async function readBody(request: Request): Promise<string> {
  require(Number(request.headers.get('content-length') ?? 0) <= mostBodyBytes, 'too_large');
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength;
    require(size <= mostBodyBytes, 'too_large');
    chunks.push(chunk);
  }
  return decodeUtf8(Buffer.concat(chunks));
}
