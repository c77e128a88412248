/**
 * Signatures of messages in a URL (SAML Bindings §3.4.4.1): over the parameters as they were written, in one fixed order. What is signed is
 * therefore taken from the raw query, where each parameter may stand once, and what is believed is what was signed.
 */
import { createSign, createVerify } from 'node:crypto';
import { inflateRawSync } from 'node:zlib';
import type { Secret } from '@im/core';
import { Refused, refuse, require } from '../refusals.ts';
import { decodeUtf8, mostCharacters } from '../xml/strict.ts';
import { acceptedSignatures, type SignatureAlgorithm, signatureAlgorithms } from './algorithms.ts';
import type { Trust } from './signature.ts';

/** What a redirect carries. */
export interface RedirectMessage {
  readonly kind: 'SAMLRequest' | 'SAMLResponse';
  readonly text: string;
  readonly relayState: string | undefined;
  readonly isSigned: boolean;
}

const known = new Set(['SAMLRequest', 'SAMLResponse', 'RelayState', 'SigAlg', 'Signature', 'SAMLEncoding']);

/**
 * Reads a message, and checks its signature where it has one.
 *
 * @throws {@link Refused} when it has one that is not good
 */
export function readRedirect(url: URL, trust: Trust): RedirectMessage {
  const raw = rawParameters(url.search);
  const kinds = (['SAMLRequest', 'SAMLResponse'] as const).filter((name) => raw.has(name));
  const [kind] = kinds;
  if (kind === undefined) refuse('no_message');
  require(kinds.length === 1, 'bad_shape', 'there are a request and a response');
  const encoding = raw.get('SAMLEncoding');
  require(encoding === undefined || /DEFLATE$/.test(decode(encoding)), 'bad_encoding', 'SAMLEncoding');
  const isSigned = raw.has('Signature') || raw.has('SigAlg');
  if (isSigned) checkSignature(raw, kind, trust);
  const relay = raw.get('RelayState');
  return {
    kind,
    text: inflate(decode(raw.get(kind) ?? '')),
    relayState: relay === undefined ? undefined : decode(relay),
    isSigned,
  };
}

/** Parameters as they stand in the query, each once. */
function rawParameters(search: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const pair of search.replace(/^\?/, '').split('&')) {
    const [, name = '', value = ''] = /^([^=]*)=?(.*)$/s.exec(pair) ?? [];
    const plain = decode(name);
    if (!known.has(plain)) continue;
    require(name === plain && !found.has(name), 'bad_shape', `${plain} stands there twice`);
    found.set(name, value);
  }
  return found;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return refuse('bad_encoding', 'the query');
  }
}

function checkSignature(
  raw: ReadonlyMap<string, string>,
  kind: RedirectMessage['kind'],
  { certificates, allowSha1 }: Trust,
): void {
  const name = decode(raw.get('SigAlg') ?? '');
  const algorithm = Object.hasOwn(acceptedSignatures, name) ? acceptedSignatures[name] : undefined;
  require(algorithm !== undefined, 'signature_algorithm', 'SigAlg is not one that is taken');
  require(allowSha1 || !algorithm.isSha1, 'signature_algorithm', 'SigAlg is SHA-1');
  const signed = [kind, 'RelayState', 'SigAlg']
    .filter((one) => raw.has(one))
    .map((one) => `${one}=${raw.get(one)}`);
  const signature = Buffer.from(decode(raw.get('Signature') ?? '').replaceAll(' ', '+'), 'base64');
  const isGood = certificates.some((pem) =>
    createVerify(algorithm.hash).update(signed.join('&')).verify(pem, signature),
  );
  require(isGood, 'signature_invalid', 'of the query');
}

/** @throws {@link Refused} when it is no such data, or grows beyond what is read */
function inflate(given: string): string {
  require(given.length <= mostCharacters, 'too_large');
  const base64 = given.replace(/\s+/g, '');
  require(/^[A-Za-z0-9+/]*={0,2}$/.test(base64), 'bad_encoding', 'it is not base64');
  try {
    return decodeUtf8(inflateRawSync(Buffer.from(base64, 'base64'), { maxOutputLength: mostCharacters }));
  } catch (error) {
    if (error instanceof Refused) throw error;
    const isLarge = error instanceof RangeError;
    return refuse(
      isLarge ? 'too_large' : 'bad_encoding',
      isLarge ? 'when unpacked' : 'it cannot be unpacked',
    );
  }
}

/** Signs the parameters of a URL; the query to put behind it. */
export function signQuery(
  parameters: readonly (readonly [name: string, value: string])[],
  key: Secret,
  algorithm: SignatureAlgorithm,
): string {
  const all = [...parameters, ['SigAlg', signatureAlgorithms[algorithm]] as const];
  const query = writeQuery(all);
  const hash = acceptedSignatures[signatureAlgorithms[algorithm]]?.hash ?? '';
  const signature = createSign(hash).update(query).sign(key.reveal(), 'base64');
  return `${query}&Signature=${encodeURIComponent(signature)}`;
}

/** Parameters as a query, in their order. */
export function writeQuery(parameters: readonly (readonly [name: string, value: string])[]): string {
  return parameters.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&');
}
