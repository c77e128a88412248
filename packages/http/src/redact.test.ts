import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { Secret } from '@im/core';
import { secretShapes } from '@im/testing';
import { describeVectors } from '@im/testing/vitest';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createCall, createContext, errorOf, gather, json, startServer } from './__tests__/support.ts';
import { staticToken } from './auth/token-source.ts';
import { createHttp } from './client.ts';
import { isSecretName, redact, redactUrl, scrub, showsSecret } from './redact.ts';
import { createTransport } from './shared-transport.ts';
import type { LaneName } from './transport.ts';

describe('redaction', () => {
  it('takes credentials out of headers and leaves the rest', () => {
    const headers = {
      Authorization: 'Bearer x',
      Cookie: 'a=b',
      'X-Api-Key': 'k',
      'X-Shopify-Access-Token': 't',
      accept: 'text/plain',
      etag: '"1"',
    };
    expect(redact(headers)).toEqual({
      Authorization: '[redacted]',
      Cookie: '[redacted]',
      'X-Api-Key': '[redacted]',
      'X-Shopify-Access-Token': '[redacted]',
      accept: 'text/plain',
      etag: '"1"',
    });
    expect(isSecretName('content-type')).toBe(false);
  });

  it('takes credentials out of URLs', () => {
    expect(redactUrl(new URL('https://user:pw@x.test/p?q=1&api_key=k#token'))).toBe(
      'https://x.test/p?q=1&api_key=[redacted]',
    );
  });

  it("keeps a vendor's words readable, without keys, control characters or novels", () => {
    expect(scrub('Track 11dFghVXANMlKmJXsNCbNl was\r\nnot found', [])).toBe(
      'Track 11dFghVXANMlKmJXsNCbNl was not found',
    );
    expect(scrub('bad key AKIAABCDEFGH12345678901234', [])).toBe('bad key [redacted]');
    expect(scrub('x'.repeat(1_000), []).length).toBeLessThan(310);
  });

  it('sees a secret in every usual spelling, and takes no ordinary word for one', () => {
    const secret = 'pass/word+"ü"';
    for (const spelling of spellings(secret))
      expect(showsSecret(`id-${spelling}-1`, ['other-secret', secret])).toBe(true);
    expect(showsSecret('id-1', [secret, 'id'])).toBe(false);
    expect(showsSecret(secret, [])).toBe(false);
  });
});

/** A secret as it might be found: as it is, and in the usual encodings. */
function spellings(secret: string): string[] {
  const bytes = Buffer.from(secret);
  return [
    secret,
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
    bytes.toString('base64').replace(/=+$/, ''),
    bytes.toString('base64url'),
    bytes.toString('hex'),
  ];
}

/** Everything that anybody could print of an error. */
function printed(error: unknown): string {
  const parts = [
    String(error),
    JSON.stringify(error),
    inspect(error, { depth: 12, showHidden: true, maxStringLength: null }),
  ];
  if (error instanceof Error) {
    parts.push(error.message, error.stack ?? '', printed((error as { failure?: unknown }).failure ?? ''));
    if (error.cause !== undefined) parts.push(printed(error.cause));
  }
  return parts.join('\n');
}

describeVectors('secrets of every known shape', 'secrets', (folder) => {
  const secrets = secretShapes(readFileSync(join(folder, 'gitleaks.toml'), 'utf8'));

  it('are made for every rule', () => {
    expect(secrets.length).toBeGreaterThan(200);
    expect(secrets.filter(({ secret }) => secret.length < 8)).toEqual([]);
  });

  it.each(['undici', 'got'] as const)(
    'are in no error of the %s lane, planted in options, headers, bodies and answers',
    async (lane: LaneName) => {
      let answer: (body: string) => { status: number; headers?: Record<string, string>; value: unknown } =
        () => ({ status: 200, value: {} });
      await using server = await startServer(async (request, response) => {
        const { status, headers, value } = answer((await gather(request)).toString());
        json(response, value, status, headers);
      });
      await using transport = createTransport();
      const closed = await startServer(() => {});
      await closed[Symbol.asyncDispose]();
      const found: string[] = [];
      let errors = 0;
      for (const { id, secret, whole } of secrets) {
        const all = spellings(secret);
        const context = createContext({ transport, options: { deep: { apiKey: new Secret(secret) } } });
        const settings = {
          lane,
          token: staticToken(new Secret(secret)),
          readFailure: (_status: number, body: unknown) => {
            const { error } = z
              .object({ error: z.object({ name: z.string(), text: z.string() }) })
              .parse(body);
            return { reason: error.name, says: error.text };
          },
        };
        const http = createHttp(context, { ...settings, baseUrl: server.url });
        const quiet = createHttp(context, { ...settings, baseUrl: server.url, token: undefined });
        const nowhere = createHttp(context, { ...settings, baseUrl: closed.url });
        const init = {
          json: { password: secret, whole },
          headers: { 'x-plain': encodeURIComponent(secret) },
          query: { api_key: secret },
        };
        const idEcho = { 'x-request-id': encodeURIComponent(secret).slice(0, 150) };
        const schema = z.object({ items: z.array(z.string()) });
        answer = (body) => ({
          status: 400,
          headers: idEcho,
          value: { error: { name: secret, text: `refused ${all.join(' ')} in ${body}` } },
        });
        const outcomes = [
          await errorOf(http.post('x', schema, createCall(), init)),
          await errorOf(quiet.post('x', schema, createCall(), init)),
        ];
        answer = () => ({
          status: 200,
          headers: idEcho,
          value: { items: [{ [secret]: secret }], [secret]: secret },
        });
        outcomes.push(
          await errorOf(quiet.post('x', schema, createCall(), init)),
          await errorOf(quiet.post('x', z.record(z.string(), z.number()), createCall(), init)),
        );
        outcomes.push(await errorOf(nowhere.post('x', schema, createCall(), init)));
        errors += outcomes.length;
        outcomes.forEach((outcome, index) => {
          const text = printed(outcome);
          if (all.some((form) => text.includes(form))) found.push(`${id} in outcome ${index}`);
        });
      }
      expect(errors).toBe(secrets.length * 5);
      expect(found).toEqual([]);
    },
    60_000,
  );
});
