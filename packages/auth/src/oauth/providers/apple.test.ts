/** What vendors answer, by samples of their pages, and what is made of it. */
import { generateKeyPairSync } from 'node:crypto';
import { Secret } from '@im/core';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { describe, expect, it } from 'vitest';
import { appleClientSecret } from './apple.ts';

describe('vendors’ answers', () => {
  it('Apple: a client secret that is signed anew', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const key = new Secret(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
    const secret = (await appleClientSecret({ teamId: 'T', clientId: 'c', keyId: 'K', key })()).reveal();
    expect(decodeProtectedHeader(secret)).toEqual({ alg: 'ES256', kid: 'K' });
    expect(decodeJwt(secret)).toMatchObject({ iss: 'T', sub: 'c', aud: 'https://appleid.apple.com' });
  });
});
