/**
 * Any resource of Azure by its path and API version, and operations that take their time.
 *
 * @see {@link https://learn.microsoft.com/rest/api/azure | Azure: REST API reference}
 */
import { type Call, idempotent, type Page, pages, read, type Secret, unsafe, VendorError } from '@im/core';
import { fromLink, type Http, linkPage, type TokenSource } from '@im/http';
import { z } from 'zod';
import {
  type AzureOperation,
  type OperationState,
  operationOf,
  operationUrl,
  retryAfterOf,
  stateOf,
} from './operations.ts';
import type { CheckedAzureOptions } from './options.ts';

/** JSON of a resource, as its provider describes it. */
export type Resource = Readonly<Record<string, unknown>>;

/** A token for a resource of Azure. */
export interface AzureToken {
  readonly token: Secret;
  /** Milliseconds since 1970. Absent: unknown. */
  readonly expiresAt: number | undefined;
}

/** A subscription that the identity may see. */
export interface Subscription {
  readonly subscriptionId: string;
  readonly displayName: string;
  /** `Enabled`, `Disabled`, `Deleted`, `PastDue`, `Warned`. */
  readonly state: string;
  readonly tenantId?: string | undefined;
}

/** What a change came to. */
export interface ResourceChange {
  readonly status: number;
  /** Absent: the answer had none. */
  readonly resource: Resource | undefined;
  /** Set while Azure goes on with it: hand it to `getOperation`, or to `waitForOperation`. */
  readonly operation: AzureOperation | undefined;
}

/** What the operations work with. */
export interface AzureConnection {
  readonly http: Http;
  readonly options: CheckedAzureOptions;
  tokens(scope: string): TokenSource;
}

const resource = z.record(z.string(), z.unknown());
const maybeResource = resource.optional();
const resourcePage = z.object({ value: z.array(resource), nextLink: z.string().nullish() });
const subscription = z.object({
  subscriptionId: z.string(),
  displayName: z.string().nullish(),
  state: z.string().nullish(),
  tenantId: z.string().nullish(),
});
const subscriptionPage = z.object({ value: z.array(subscription), nextLink: z.string().nullish() });
const docs = 'https://learn.microsoft.com/azure/azure-resource-manager/management/overview';
const asyncDocs = 'https://learn.microsoft.com/azure/azure-resource-manager/management/async-operations';
const subscriptionsVersion = '2022-12-01';

/** The operations. */
export function resourceOperations({ http, options, tokens }: AzureConnection) {
  const place = (path: string) => resourcePath(path, options.subscriptionId);

  const change = async (
    method: 'PUT' | 'PATCH' | 'POST' | 'DELETE',
    path: string,
    apiVersion: string,
    body: unknown,
    call: Call,
  ): Promise<ResourceChange> => {
    const query = { 'api-version': apiVersion };
    const answer = await http.request(method, place(path), maybeResource, call, { query, json: body });
    const operation =
      answer.status === 200 || answer.status === 204
        ? undefined
        : operationOf(answer.headers, options.baseUrl);
    return { status: answer.status, resource: answer.body, operation };
  };

  return {
    /** A token of this identity for any resource of Azure, such as `https://vault.azure.net/.default`. */
    getToken: read(
      async (scope: string, call: Call): Promise<AzureToken> => {
        const { value, expiresAt } = await tokens(scope).get({ signal: call.signal });
        return { token: value, expiresAt };
      },
      { docs: 'https://learn.microsoft.com/entra/identity-platform/scopes-oidc#the-default-scope' },
    ),

    /** Subscriptions that the identity may see. */
    listSubscriptions: pages(
      read(
        async (call: Call): Promise<Page<Subscription>> => {
          const next = fromLink(call);
          const query = next === undefined ? { 'api-version': subscriptionsVersion } : undefined;
          const page = await http.get(next ?? '/subscriptions', subscriptionPage, call, { query });
          const items = page.value.map((one) => ({
            subscriptionId: one.subscriptionId,
            displayName: one.displayName ?? '',
            state: one.state ?? '',
            tenantId: one.tenantId ?? undefined,
          }));
          return linkPage(items, page.nextLink, options.baseUrl);
        },
        { docs: 'https://learn.microsoft.com/rest/api/resources/subscriptions/list' },
      ),
    ),

    /** @param path `/subscriptions/{subscriptionId}/resourceGroups/mine`; `{subscriptionId}` is that of the options */
    getResource: read(
      (path: string, apiVersion: string, call: Call): Promise<Resource> =>
        http.get(place(path), resource, call, { query: { 'api-version': apiVersion } }),
      { docs },
    ),

    /** Resources below a path that answers with a list. */
    listResources: pages(
      read(
        async (path: string, apiVersion: string, call: Call): Promise<Page<Resource>> => {
          const next = fromLink(call);
          const query = next === undefined ? { 'api-version': apiVersion } : undefined;
          const page = await http.get(next ?? place(path), resourcePage, call, { query });
          return linkPage(page.value, page.nextLink, options.baseUrl);
        },
        { docs },
      ),
    ),

    /** Creates or replaces a resource. */
    putResource: idempotent(
      (path: string, apiVersion: string, body: Resource, call: Call): Promise<ResourceChange> =>
        change('PUT', path, apiVersion, body, call),
      { docs },
    ),

    /** Changes part of a resource. */
    patchResource: unsafe(
      (path: string, apiVersion: string, body: Resource, call: Call): Promise<ResourceChange> =>
        change('PATCH', path, apiVersion, body, call),
      { docs },
    ),

    /** Deletes a resource. What is gone already answers 204. */
    deleteResource: idempotent(
      (path: string, apiVersion: string, call: Call): Promise<ResourceChange> =>
        change('DELETE', path, apiVersion, undefined, call),
      { docs },
    ),

    /** Does something with a resource: `…/virtualMachines/mine/restart`. */
    postAction: unsafe(
      (path: string, apiVersion: string, body: Resource | undefined, call: Call): Promise<ResourceChange> =>
        change('POST', path, apiVersion, body, call),
      { docs },
    ),

    /** Asks once how far an operation is. */
    getOperation: read(
      async (operation: AzureOperation, call: Call): Promise<OperationState> => {
        const answer = await http.request('GET', operationUrl(operation.url), maybeResource, call);
        const next = { ...operation, retryAfterMs: retryAfterOf(answer.headers) };
        if (operation.kind === 'location') {
          return answer.status === 202
            ? { status: 'running', resource: undefined, operation: next }
            : { status: 'succeeded', resource: answer.body, operation: undefined };
        }
        return stateOf(answer.body, next);
      },
      { docs: asyncDocs },
    ),
  };
}

/** Paths are relative to the base URL, and cannot lead elsewhere. */
function resourcePath(path: string, subscriptionId: string | undefined): string {
  if (!/^\/[^/\\?#][^\\?#]*$/.test(path))
    throw invalid(
      'the path must begin with one / and have no query',
      '/subscriptions/{subscriptionId}/resourceGroups',
    );
  if (!path.includes('{subscriptionId}')) return path;
  if (subscriptionId === undefined)
    throw invalid('the path names {subscriptionId}', 'set the option subscriptionId');
  return path.replaceAll('{subscriptionId}', subscriptionId);
}

function invalid(says: string, remedy: string): VendorError {
  return new VendorError({ sent: false, code: 'invalid_argument', says: `${says}: ${remedy}` });
}
