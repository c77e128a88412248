/** The HTTP client of one service, with credentials and errors as all of Google's APIs have them. */
import { createHttp, type Http, type HttpContext, type HttpSettings } from '@im/http';
import { createGoogleAuth, type GoogleAuth, type GoogleContext } from './auth.ts';
import { googleFailureReader } from './errors.ts';
import { serviceUrl } from './options.ts';

/** Headers in which Google's front ends give the id of a request. */
export const requestIdHeaders = ['x-guploader-uploadid', 'x-goog-request-id', 'x-request-id'] as const;

/** What `http` of a definition gives to `connect`. */
export interface GoogleConnection {
  readonly http: Http;
  readonly auth: GoogleAuth;
  /** Scheme, host and port of the service, without a slash at the end. */
  readonly origin: string;
}

/**
 * Connects to a service.
 *
 * @param service its name in the domain: `storage` for `storage.googleapis.com`
 */
export function connectGoogle(
  context: GoogleContext & HttpContext & { readonly errors: Parameters<typeof googleFailureReader>[0] },
  service: string,
  settings: Partial<HttpSettings> & { readonly scopes?: readonly string[] } = {},
): GoogleConnection {
  const { scopes, ...more } = settings;
  const auth = createGoogleAuth(context, scopes);
  const { quotaProjectId } = context.options;
  const http = createHttp(context, {
    baseUrl: serviceUrl(context.options, service),
    token: auth.token,
    readFailure: googleFailureReader(context.errors),
    requestIdHeader: requestIdHeaders,
    ...more,
    headers: { ...(quotaProjectId && { 'x-goog-user-project': quotaProjectId }), ...more.headers },
  });
  return { http, auth, origin: new URL(serviceUrl(context.options, service)).origin };
}
