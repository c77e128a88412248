/** What the operations of one vault work with: an HTTP client that names what it is about, and reads pages. */
import { type Call, type IntegrationContext, type Page, VendorError } from '@im/core';
import { createHttp, cursorPage, fromCursor, type HttpRequestInit, type Path, scrub } from '@im/http';
import type { z } from 'zod';
import { tokenSource } from '../common/tokens.ts';
import { challengedTokens } from './challenge.ts';
import { keyVaultFailures, requestIdHeader } from './errors.ts';
import { type Names, vaultNames } from './names.ts';
import { type CheckedKeyVaultOptions, vaultUrl } from './options.ts';

/** Version of the API that requests are written in: that of the published description. */
export const apiVersion = '7.2';

/** Most items of a page. */
const mostItems = 25;

/** One request. */
export interface VaultRequest extends HttpRequestInit {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: Path | string;
  /** Name of the thing, for messages: `secret db-password`. */
  readonly about: string;
  /** What is sent and must not come back in a message. */
  readonly hides?: readonly string[] | undefined;
}

/** A vault, for its operations. */
export interface Vault {
  readonly names: Names;
  send<Schema extends z.ZodType>(
    request: VaultRequest,
    schema: Schema,
    call: Call,
  ): Promise<z.output<Schema>>;
  /** One page of a list, from `call.cursor`. */
  list<Item>(
    request: Pick<VaultRequest, 'path' | 'about'>,
    schema: z.ZodType<{ readonly value: readonly Item[]; readonly nextLink: string | undefined }>,
    call: Call,
  ): Promise<Page<Item>>;
}

/** Makes the client. Opens nothing. */
export function connectVault(context: IntegrationContext<CheckedKeyVaultOptions>): Vault {
  const { options } = context;
  const url = vaultUrl(options);
  const tokens = challengedTokens(url.hostname, options.challenge, (resource) =>
    tokenSource(context, options.credentials, `${resource}/.default`),
  );
  const http = createHttp(context, {
    baseUrl: url,
    token: tokens.source,
    isTokenExpired: tokens.learn,
    readFailure: keyVaultFailures(url.hostname),
    requestIdHeader,
  });
  const send: Vault['send'] = async ({ method, path, about, hides, query, ...init }, schema, call) => {
    try {
      const how = { ...init, query: { 'api-version': apiVersion, ...query } };
      return (await http.request(method, path, schema, call, how)).body;
    } catch (error) {
      throw naming(about, error, hides);
    }
  };
  return {
    names: vaultNames(url),
    send,
    async list({ path, about }, schema, call) {
      const query = {
        maxresults: Math.min(Math.max(Math.trunc(call.pageSize ?? mostItems), 1), mostItems),
        $skiptoken: fromCursor(call),
      };
      const { value, nextLink } = await send({ method: 'GET', path, about, query }, schema, call);
      return cursorPage(value, positionIn(nextLink));
    },
  };
}

/** The same failure, saying what it is about. */
function naming(about: string, error: unknown, hides: readonly string[] = []): unknown {
  if (!(error instanceof VendorError)) return error;
  const { failure } = error;
  const said = failure.says ?? (failure.status === undefined ? failure.reason : `status ${failure.status}`);
  const says = said === undefined ? undefined : scrub(said, hides);
  return new VendorError(
    { ...failure, says: says === undefined ? about : `${about}: ${says}` },
    { cause: error.cause },
  );
}

/**
 * Where the next page begins. Of the vault's link only this is used, never its host or path.
 *
 * @throws `VendorError` `internal` for a link without a position
 */
export function positionIn(nextLink: string | undefined): string | undefined {
  if (!nextLink) return undefined;
  const [, position] = /[?&](?:\$|%24)skiptoken=([^&#]+)/i.exec(nextLink) ?? [];
  if (position !== undefined) {
    try {
      return decodeURIComponent(position);
    } catch {
      // A broken escape is a broken link: said below.
    }
  }
  throw new VendorError({
    sent: true,
    code: 'internal',
    reason: 'bad_link',
    says: 'the link to the next page has no position',
  });
}
