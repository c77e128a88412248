/** Options that say how the directory is bound to: which go together. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { Secret } from '@im/core';

/** As far as they are looked at here. */
export interface BindOptions {
  readonly urls: readonly string[];
  readonly startTls: boolean;
  readonly bindDn?: string | undefined;
  readonly bindName?: string | undefined;
  readonly bindPassword?: Secret | undefined;
  readonly clientCertificate?: string | undefined;
  readonly clientKey?: Secret | undefined;
}

/** What does not go together, by option, in words that hold no value. */
export function bindFaults(options: BindOptions): readonly (readonly [option: string, says: string])[] {
  const { urls, startTls, bindDn, bindName, bindPassword, clientCertificate, clientKey } = options;
  const faults: [string, string][] = [];
  const named = bindDn !== undefined ? 'bindDn' : bindName !== undefined ? 'bindName' : undefined;
  if (bindDn !== undefined && bindName !== undefined)
    faults.push(['bindName', 'is one too many: bindDn is set']);
  // A name without a password is an anonymous bind that looks like another (RFC 4513 §5.1.2).
  if (named !== undefined && bindPassword === undefined)
    faults.push(['bindPassword', `is missing: ${named} is set`]);
  if (named === undefined && bindPassword !== undefined)
    faults.push(['bindDn', 'is missing: bindPassword is set']);
  if (clientCertificate === undefined && clientKey !== undefined)
    faults.push(['clientCertificate', 'is missing: clientKey is set']);
  if (clientCertificate === undefined) return faults;
  if (clientKey === undefined) faults.push(['clientKey', 'is missing: clientCertificate is set']);
  else if (!isPair(clientCertificate, clientKey))
    faults.push(['clientKey', 'must be the private key of clientCertificate, PEM']);
  if (!startTls && urls.some((url) => /^ldap:/i.test(url)))
    faults.push(['startTls', 'must be true: without TLS no certificate is shown']);
  return faults;
}

function isPair(certificate: string, key: Secret): boolean {
  try {
    return new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key.reveal()));
  } catch {
    return false;
  }
}
