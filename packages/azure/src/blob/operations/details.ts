/** What lies beside the bytes: tags and tiers; and URLs that work by themselves. */
import { type Call, IntegrationError, idempotent, read, Secret } from '@im/core';
import type { BlobTier, SasRequest, SasUrl, UserDelegationKey } from '../model.ts';
import { sasTime, signBlobSas } from '../sas.ts';
import { checkBlobName, encodeName, invalid } from '../wire.ts';
import { type BlobParts, notes } from './shared.ts';
import { withQuery } from './source.ts';

/** A user delegation key may not reach beyond a week from the service's own time. */
const longestKeySeconds = 7 * 86_400;
/** By how much this machine's clock may differ from the service's. */
const skewSeconds = 120;
/** Longest life of a SAS: what such a key outlives. Kept by the account's key as well. */
export const maxSasSeconds = longestKeySeconds - 300;

/** The operations. */
export function detailOperations(parts: BlobParts) {
  const { connection, run } = parts;
  const delegations = createDelegations(parts);
  return {
    /** The blob's tags. */
    getBlobTags: read(
      (name: string, call: Call): Promise<Record<string, string>> =>
        run(call, async ({ container }, abortSignal) => {
          const { tags } = await container.getBlobClient(checkBlobName(name)).getTags({ abortSignal });
          return { ...tags };
        }),
      notes('get-blob-tags', 'tags'),
    ),

    /** Replaces all tags of a blob: at most 10. */
    setBlobTags: idempotent(
      async (name: string, tags: Readonly<Record<string, string>>, call: Call): Promise<void> => {
        if (Object.keys(tags).length > 10) throw invalid('a blob has at most 10 tags');
        await run(call, ({ container }, abortSignal) =>
          container.getBlobClient(checkBlobName(name)).setTags({ ...tags }, { abortSignal }),
        );
      },
      notes('set-blob-tags', 'tags'),
    ),

    /** Moves a blob to a tier. Out of `Archive` it takes hours: see `archiveStatus`. */
    setTier: idempotent(
      async (name: string, tier: BlobTier, call: Call): Promise<void> => {
        await run(call, ({ container }, abortSignal) =>
          container.getBlobClient(checkBlobName(name)).setAccessTier(tier, { abortSignal }),
        );
      },
      notes('set-blob-tier', 'write'),
    ),

    /**
     * A URL to a blob that works without a credential. Signed here by the account's key; with bearer tokens by a user delegation key, which
     * is asked for once in a while.
     *
     * @throws `invalid_argument` beyond a week less five minutes; `failed_precondition` when the credential is a SAS itself, which cannot sign
     */
    createSasUrl: read(
      async (name: string, sas: SasRequest, call: Call): Promise<SasUrl> => {
        const { expiresInSeconds, ...rest } = sas;
        if (
          !Number.isSafeInteger(expiresInSeconds) ||
          expiresInSeconds < 1 ||
          expiresInSeconds > maxSasSeconds
        )
          throw invalid(`expiresInSeconds must be a whole number from 1 to ${maxSasSeconds}`);
        if (!/^r?a?c?w?d?t?$/.test(sas.permissions) || sas.permissions === '')
          throw invalid('permissions must be some of the letters racwdt, in this order');
        const { account, options, clock } = connection;
        const { access } = account;
        if (access.kind === 'sas') throw cannotSign();
        // The service reads whole seconds.
        const expiresAt = Math.floor(clock.now() / 1000 + expiresInSeconds) * 1000;
        const url = `${account.endpoint}/${options.container}/${encodeName(checkBlobName(name))}`;
        const signed = {
          ...rest,
          account: account.account,
          container: options.container,
          blob: name,
          expiresAt,
        };
        const key =
          access.kind === 'key'
            ? { accountKey: access.key }
            : { delegation: await delegations.until(expiresAt, call) };
        return {
          url: withQuery(url, signBlobSas({ ...signed, httpsOnly: url.startsWith('https:') }, key)),
          expiresAt,
        };
      },
      notes('create-service-sas', 'delegate'),
    ),
  };
}

/**
 * User delegation keys, by which an identity signs: one is kept while it outlives what is to be signed.
 *
 * @see {@link https://learn.microsoft.com/rest/api/storageservices/get-user-delegation-key | Azure: Get User Delegation Key}
 */
function createDelegations({ connection, run }: BlobParts) {
  let held: { readonly key: UserDelegationKey; readonly until: number } | undefined;
  const ask = (call: Call): Promise<UserDelegationKey> =>
    run(call, async ({ service }, abortSignal) => {
      const now = connection.clock.now();
      const start = new Date(sasTime(now - skewSeconds * 1000));
      const expiry = new Date(sasTime(now + (longestKeySeconds - skewSeconds) * 1000));
      const key = await service.getUserDelegationKey(start, expiry, { abortSignal });
      return {
        signedOid: key.signedObjectId,
        signedTid: key.signedTenantId,
        signedStart: sasTime(key.signedStartsOn.getTime()),
        signedExpiry: sasTime(key.signedExpiresOn.getTime()),
        signedService: key.signedService,
        signedVersion: key.signedVersion,
        value: new Secret(key.value),
      };
    });
  return {
    /** A key that is good at least until then. */
    async until(expiresAt: number, call: Call): Promise<UserDelegationKey> {
      if (held !== undefined && held.until >= expiresAt) return held.key;
      const key = await ask(call);
      held = { key, until: Date.parse(key.signedExpiry) };
      return key;
    },
  };
}

function cannotSign(): IntegrationError {
  return new IntegrationError('a SAS cannot sign another one', {
    code: 'failed_precondition',
    remedy: 'use the account key or an identity as credentials',
  });
}
