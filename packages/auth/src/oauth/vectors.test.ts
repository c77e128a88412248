/** Facts that the RFCs state: challenges of PKCE, and thumbprints of keys. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeVectors } from '@im/testing/vitest';
import { calculateJwkThumbprint, type JWK } from 'jose';
import { expect, it } from 'vitest';
import { useProvider } from './__tests__/provider-rig.ts';
import { openIdProvider } from './provider.ts';

const site = useProvider();
const { clientOf } = site;

interface Facts {
  readonly pkce: { readonly codeVerifier: string; readonly codeChallenge: string };
  readonly jwkThumbprint: { readonly jwk: JWK; readonly thumbprint: string };
  readonly pkceRefuse: readonly { readonly codeVerifier?: string; readonly method?: string }[];
}

describeVectors('OAuth', 'oauth', (folder) => {
  const read = <Shape>(name: string) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Shape;

  it('the challenge of a verifier is that of RFC 7636 appendix B', async () => {
    const { pkce } = read<Facts>('rfc-facts.json');
    const bytes = Buffer.from(pkce.codeVerifier, 'base64url');
    const client = clientOf({ provider: openIdProvider(site.fake.issuer), randomBytes: () => bytes });
    const { url, proof } = await client.startAuthorization();
    expect([proof.codeVerifier, url.searchParams.get('code_challenge')]).toEqual([
      pkce.codeVerifier,
      pkce.codeChallenge,
    ]);
  });

  it('no verifier or method that RFC 7636 forbids can be made', async () => {
    for (const { codeVerifier, method } of read<Facts>('rfc-facts.json').pkceRefuse) {
      const { url, proof } = await clientOf().startAuthorization({
        parameters: {
          code_challenge: 'x',
          code_challenge_method: method ?? 'plain',
          ...(codeVerifier && { code_verifier: codeVerifier }),
        },
      });
      expect(proof.codeVerifier).toMatch(/^[A-Za-z\d._~-]{43,128}$/);
      expect(proof.codeVerifier).not.toBe(codeVerifier);
      expect(url.searchParams.get('code_challenge_method')).toBe('S256');
      expect(url.searchParams.get('code_challenge')).toBe(
        createHash('sha256')
          .update(proof.codeVerifier ?? '')
          .digest('base64url'),
      );
    }
  });

  it('the thumbprint by which keys are named is that of RFC 7638 §3.1', async () => {
    const { jwkThumbprint } = read<Facts>('rfc-facts.json');
    expect(await calculateJwkThumbprint(jwkThumbprint.jwk)).toBe(jwkThumbprint.thumbprint);
  });
});
