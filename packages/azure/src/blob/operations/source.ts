/** How the service is let to read the source of a copy. */
import type { Call } from '@im/core';
import type { SourceAccess } from '../lanes/lane.ts';
import { signBlobSas } from '../sas.ts';
import { checkBlobName, encodeName } from '../wire.ts';
import type { BlobParts } from './shared.ts';

/** Seconds that a copy may take. */
const sourceSeconds = 3_600;

/**
 * A blob of this container as the source of a copy.
 *
 * @param permissions `r` for its bytes, `t` for its tags
 */
export async function sourceOf(
  { connection }: BlobParts,
  name: string,
  permissions: 'r' | 'rt',
  call: Call,
): Promise<SourceAccess> {
  const { account, options, sasQuery, tokens, clock } = connection;
  const url = `${account.endpoint}/${options.container}/${encodeName(checkBlobName(name))}`;
  const { access } = account;
  if (access.kind === 'sas') return { url: withQuery(url, sasQuery) };
  if (access.kind === 'key') {
    const sas = signBlobSas(
      {
        account: account.account,
        container: options.container,
        blob: name,
        permissions,
        expiresAt: clock.now() + sourceSeconds * 1000,
        httpsOnly: url.startsWith('https:'),
      },
      { accountKey: access.key },
    );
    return { url: withQuery(url, sas) };
  }
  const token = await tokens?.get({ signal: call.signal });
  return token === undefined
    ? { url }
    : { url, sourceAuthorization: { scheme: 'Bearer', value: token.value.reveal() } };
}

/** A URL with parameters, decoded ones. */
export function withQuery(url: string, query: Readonly<Record<string, string>>): string {
  const text = Object.entries(query).map(
    ([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`,
  );
  return text.length === 0 ? url : `${url}?${text.join('&')}`;
}
