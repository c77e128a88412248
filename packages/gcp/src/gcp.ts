/**
 * Any JSON API of Google's, by the credentials alone: requests tagged with what repeating them does, and tokens for whatever else wants
 * one. The services that have a package entry of their own know more; this one knows what all have in common.
 */
import { type Call, defineIntegration, idempotent, lazily, pages, read, type Secret, unsafe } from '@im/core';
import { createHttp, type Http, type HttpContext } from '@im/http';
import type { OAuth2Client } from 'google-auth-library';
import { z } from 'zod';
import { createGoogleAuth, type GoogleAuth, type GoogleContext } from './common/auth.ts';
import { googleFailureReader } from './common/errors.ts';
import { requestIdHeaders } from './common/http.ts';
import { createAuthClient } from './common/library-token.ts';
import { serviceUrl } from './common/options.ts';
import { gcpErrors } from './errors.ts';
import { gcpOptions } from './options.ts';
import {
  checkService,
  type GoogleListRequest,
  type GoogleRequest,
  type HttpFor,
  send,
  sendPage,
} from './request.ts';

/** A token, for what is not reached through here. */
export interface GoogleToken {
  readonly token: Secret;
  /** Milliseconds since 1970. Absent: unknown. */
  readonly expiresAt?: number | undefined;
}

/** What a token is good for. */
export interface GoogleTokenInfo {
  readonly scopes: readonly string[];
  /** Address of the account, where the token may tell. */
  readonly email?: string | undefined;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

/** What the operations work with. */
interface GcpConnection {
  readonly auth: GoogleAuth;
  readonly httpFor: HttpFor;
}

/** A client for each service that is asked, all with the same token. */
function connect(context: GoogleContext & HttpContext): GcpConnection {
  const { options } = context;
  const auth = createGoogleAuth(context);
  const clients = new Map<string, Http>();
  const httpFor = (service: string): Http => {
    const known = clients.get(service);
    if (known !== undefined) return known;
    const name = checkService(service);
    const http = createHttp(context, {
      baseUrl:
        options.baseUrl === undefined ? serviceUrl(options, name) : `${serviceUrl(options, name)}${name}/`,
      token: auth.token,
      readFailure: googleFailureReader(gcpErrors),
      requestIdHeader: requestIdHeaders,
      headers: options.quotaProjectId ? { 'x-goog-user-project': options.quotaProjectId } : {},
    });
    clients.set(name, http);
    return http;
  };
  return { auth, httpFor };
}

const docs = { docs: 'https://cloud.google.com/apis/docs/overview' };

/** Requests by what repeating them does. `schema` checks the answer; give `none` of `@im/http` where none is expected. */
export function requestOperations(httpFor: HttpFor) {
  return {
    requestRead: read(
      (request: GoogleRequest, schema: z.ZodType, call: Call) => send(httpFor, request, 'GET', schema, call),
      docs,
    ),
    requestIdempotent: idempotent(
      (request: GoogleRequest, schema: z.ZodType, call: Call) => send(httpFor, request, 'PUT', schema, call),
      docs,
    ),
    requestUnsafe: unsafe(
      (request: GoogleRequest, schema: z.ZodType, call: Call) => send(httpFor, request, 'POST', schema, call),
      docs,
    ),
    /** A list whose pages are told by `nextPageToken`. `schema` is that of one item. */
    requestPages: pages(
      read(
        (request: GoogleListRequest, schema: z.ZodType, call: Call) =>
          sendPage(httpFor, request, schema, call),
        docs,
      ),
    ),
  };
}

/** https://developers.google.com/identity/protocols/oauth2 */
const wireTokenInfo = z.object({
  scope: z.string(),
  exp: z.coerce.number(),
  email: z.string().nullish(),
});

export const gcp = defineIntegration({
  id: 'gcp',
  title: 'Google Cloud',
  category: 'cloud',
  contract: 1,
  package: '@im/gcp',
  docs: 'https://cloud.google.com/apis/docs/overview',
  options: gcpOptions,
  egress: ['*.googleapis.com'],
  errors: gcpErrors,
  http: connect,
  native: (context): OAuth2Client =>
    lazily(() => createAuthClient(createGoogleAuth(context).token, context.options)),
  connect: ({ http: { auth, httpFor } }) => ({
    /** What the present token is good for, as Google sees it. */
    getTokenInfo: read(
      async (call: Call): Promise<GoogleTokenInfo> => {
        const { scope, exp, email } = await httpFor('oauth2').post('tokeninfo', wireTokenInfo, call, {
          form: {},
        });
        return {
          scopes: scope.split(' '),
          expiresAt: exp * 1_000,
          ...(email && { email }),
        };
      },
      { docs: 'https://developers.google.com/identity/protocols/oauth2' },
    ),
    /** A token that is good now, shared with all calls and renewed in time. */
    getAccessToken: read(
      async (call: Call): Promise<GoogleToken> => {
        const { value, expiresAt } = await auth.token.get(call);
        return { token: value, expiresAt };
      },
      { docs: 'https://cloud.google.com/docs/authentication/token-types#access-tokens' },
    ),
    /** The project of the options, or the one that the credentials name. */
    getProjectId: read((call: Call) => auth.projectId(call), {
      docs: 'https://cloud.google.com/docs/authentication/application-default-credentials',
    }),
    ...requestOperations(httpFor),
  }),
  check: (api, call) => api.getTokenInfo(call),
});
