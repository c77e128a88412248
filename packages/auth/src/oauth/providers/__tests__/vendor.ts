/** A vendor that answers what a test gives it, and a client of a row there. */
import { provide, Secret } from '@im/core';
import { type HttpRequest, type Transport, transportKey } from '@im/http';
import { createOAuthClient } from '../../client.ts';
import type { ClientCredential } from '../../client-authentication.ts';
import type { OAuthClientOptions } from '../../client-options.ts';
import type { OAuthProvider } from '../../provider.ts';
import { type OAuthProviderId, oauthProviders } from '../index.ts';

export const variables = { tenant: 'contoso.onmicrosoft.com', shop: 'acme', domain: 'acme.my' };

interface Sent {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A JSON body, a text, or a JSON body with a status. */
type Answer = object | string;

/** A vendor that answers in turn. */
export function vendor(...answers: readonly Answer[]) {
  const sent: Sent[] = [];
  const transport: Transport = async ({ method, url, headers, body, guard }: HttpRequest) => {
    guard.url(url);
    sent.push({ method, url: url.href, headers, body: typeof body === 'string' ? body : '' });
    const answer = answers[sent.length - 1] ?? {};
    const isText = typeof answer === 'string';
    const { status = 200, json = answer }: { status?: number; json?: unknown } =
      typeof answer === 'object' && 'json' in answer ? answer : {};
    const text = isText ? answer : JSON.stringify(json);
    const type = isText ? 'text/html' : 'application/json';
    return {
      status,
      headers: new Headers({ 'content-type': type }) as never,
      url,
      body: (async function* () {
        yield Buffer.from(text);
      })(),
      [Symbol.asyncDispose]: async () => {},
    };
  };
  return { sent, services: [provide(transportKey, transport)] };
}

const credentialFor = ({ authentication }: OAuthProvider): ClientCredential => {
  const method = authentication.find((one) => one.startsWith('client_secret'));
  if (method !== 'client_secret_basic' && method !== 'client_secret_post') throw new Error('no secret');
  return { method, secret: new Secret('s-e/c.r+e~t') };
};
export const clientOf = (row: OAuthProvider, more: Partial<OAuthClientOptions> = {}) =>
  createOAuthClient({
    provider: row,
    clientId: 'client-1',
    credential: credentialFor(row),
    redirectUri: 'https://app.test/connect/x/callback',
    variables,
    ...more,
  });

/** Connects without a browser: the vendor's answers are given. */
export async function connect(id: OAuthProviderId, scopes: readonly string[], ...answers: readonly Answer[]) {
  const row: OAuthProvider = oauthProviders[id];
  const { sent, services } = vendor(...answers);
  const client = clientOf(row, { services });
  const { url, proof } = await client.startAuthorization({ scopes });
  const callback = new URLSearchParams({ code: 'the-code', state: proof.state });
  return { client, url, sent, tokens: await client.finishAuthorization({ callback, proof }) };
}
export const formOf = (sent: Sent | undefined) => Object.fromEntries(new URLSearchParams(sent?.body));
