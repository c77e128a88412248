/** What the forms of clients say. */
import type { FakeRequest } from '@im/testing';
import { isSameSecret } from '../common/same-secret.ts';
import { type FakeClient, OAuthRefusal } from './ledger.ts';

/** The client that asks, by RFC 6749 §2.3.1 in both forms. */
export function clientIn(
  { headers }: FakeRequest,
  form: URLSearchParams,
  clients: readonly FakeClient[],
): FakeClient {
  const [, basic] = /^Basic (.+)$/i.exec(headers.authorization ?? '') ?? [];
  const [id = '', secret] = basic
    ? Buffer.from(basic, 'base64')
        .toString()
        .split(':')
        .map((part) => decodeURIComponent(part.replaceAll('+', ' ')))
    : [form.get('client_id') ?? '', form.get('client_secret') ?? undefined];
  const client = clients.find((one) => one.id === id);
  const isRight = client !== undefined && isSameSecret(secret ?? '', client.secret ?? '');
  if (!isRight) throw new OAuthRefusal('invalid_client', 401);
  return client;
}

/** The scopes that are asked for. */
export function scopesIn(parameters: URLSearchParams): readonly string[] {
  return (parameters.get('scope') ?? '').split(' ').filter((scope) => scope !== '');
}
