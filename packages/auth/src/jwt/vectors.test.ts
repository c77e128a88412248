/** Published vectors for JWS and JWK: what they call invalid is refused, what they call valid is accepted, and every exception is named. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Secret } from '@im/core';
import { describeVectors } from '@im/testing/vitest';
import { CompactSign, type JWK } from 'jose';
import { describe, expect, it } from 'vitest';
import { isAlgorithm, type JwtAlgorithm, publicKeyAlgorithms } from './algorithms.ts';
import { createJwsVerifier } from './jws.ts';
import { createKeySet, type VerificationKeys } from './key-set.ts';
import { createSigningKeys } from './signing-keys.ts';

const everyAlgorithm = new Set<JwtAlgorithm>([...publicKeyAlgorithms, 'HS256', 'HS384', 'HS512']);
const read = <Shape>(...path: string[]) => JSON.parse(readFileSync(join(...path), 'utf8')) as Shape;
const verifierOf = (keys: VerificationKeys) =>
  createJwsVerifier(keys, { algorithms: everyAlgorithm, typ: undefined, maxBytes: 8_192 });

interface Wycheproof {
  readonly testGroups: readonly {
    readonly comment: string;
    readonly public?: { readonly keys: readonly JWK[] };
    readonly private: { readonly keys: readonly JWK[] };
    readonly tests: readonly {
      readonly tcId: number;
      readonly comment: string;
      readonly jws: string;
      readonly result: string;
    }[];
  }[];
}

describeVectors('Wycheproof, JSON web keys', 'wycheproof', (folder) => {
  const { testGroups } = read<Wycheproof>(folder, 'json_web_key_test.json');
  for (const group of testGroups)
    for (const { tcId, comment, jws, result } of group.tests)
      it(`${tcId} ${group.comment}: ${comment} is ${result}`, async () => {
        const outcome = await createKeySet(group.public ?? group.private)
          .then((keys) => verifierOf(keys)(jws))
          .then(
            (verified) => (typeof verified === 'string' ? 'invalid' : 'valid'),
            // The set itself is refused.
            (error: Error) => (error.name === 'ConfigurationError' ? 'invalid' : error),
          );
        expect(outcome).toBe(result);
      });
  it('are 26, of which none is an exception', () => {
    expect(testGroups.flatMap(({ tests }) => tests)).toHaveLength(26);
  });
});

interface Cookbook {
  readonly title: string;
  readonly reproducible?: boolean;
  readonly input: {
    readonly payload: string;
    readonly key: JWK | readonly JWK[];
    readonly alg: string | readonly string[];
  };
  readonly signing: { readonly protected?: Readonly<Record<string, unknown>> };
  readonly output: { readonly compact?: string; readonly json?: object; readonly json_flat?: object };
}

/** Why a cookbook's compact form is not accepted here. */
const exceptions: Readonly<Record<string, string>> = {
  'Signature with Detached Content': 'detached content is not offered: a token carries what it says',
};
/** Why a cookbook has no compact form that could be accepted. */
const withoutCompact = [
  'Protecting Specific Header Fields',
  'Protecting Content Only',
  'Multiple Signatures',
];
const unencoded = /b64/;

describeVectors('the JOSE cookbook (RFC 7520, RFC 7797, RFC 8037)', 'jose-cookbook', (folder) => {
  const files = ['jws', 'curve25519', 'rfc7797'].flatMap((part) =>
    readdirSync(join(folder, part)).map((name) => [part, name] as const),
  );
  const books = files.map(([part, name]) => read<Cookbook>(folder, part, name));
  const publicOf = ({ d: _d, p: _p, q: _q, dp: _dp, dq: _dq, qi: _qi, ...jwk }: JWK): JWK => jwk;

  for (const { title, input, output, signing, reproducible } of books) {
    describe(title, () => {
      const alg = [input.alg].flat()[0] ?? '';
      const [key = { kty: '' }] = [input.key].flat();
      const keys = () => createKeySet({ keys: [publicOf({ ...key, alg })] });

      it('is refused in its JSON forms, which are not offered', async () => {
        const verify = verifierOf(await keys());
        for (const form of [output.json, output.json_flat])
          if (form !== undefined) expect(await verify(JSON.stringify(form))).toBe('malformed_token');
      });
      const { compact } = output;
      const reason =
        exceptions[title] ??
        (unencoded.test(title) ? 'unencoded payload (RFC 7797) is not offered' : undefined);
      if (compact === undefined) {
        it('has no compact form', () =>
          expect(withoutCompact.includes(title) || unencoded.test(title)).toBe(true));
      } else if (reason !== undefined) {
        it(`is refused in its compact form: ${reason}`, async () => {
          expect(await verifierOf(await keys())(compact)).toMatch(/malformed_token|unknown_extension/);
        });
      } else {
        it('is accepted in its compact form, with its payload', async () => {
          const verified = await verifierOf(await keys())(compact);
          expect(typeof verified === 'string' ? verified : Buffer.from(verified.payload).toString()).toBe(
            input.payload,
          );
        });
        if (reproducible)
          it('is made again to the byte', async () => {
            if (!isAlgorithm(alg)) throw new Error(alg);
            const signing_ = await createSigningKeys([
              { kid: key.kid, algorithm: alg, key: new Secret(JSON.stringify(key)) },
            ]);
            const made = await new CompactSign(Buffer.from(input.payload))
              .setProtectedHeader({ alg, ...signing.protected })
              .sign((await signing_.signing()).key);
            expect(made).toBe(compact);
          });
      }
    });
  }
  it('has the forms that were counted', () => {
    expect(books.length).toBe(11);
  });
});

describeVectors('the keys of the JOSE cookbook', 'jose-cookbook', (folder) => {
  const keyOf = (name: string) => {
    const book = read<{ readonly input?: { readonly key?: JWK } } & JWK>(folder, 'jwk', name);
    return book.input?.key ?? book;
  };
  it.each([
    ['3_1.ec_public_key.json', 'ES512'],
    ['3_3.rsa_public_key.json', 'RS256'],
    ['3_5.symmetric_key_mac_computation.json', 'HS256'],
  ])('%s verifies', async (name, alg) => {
    await expect(createKeySet({ keys: [{ alg, ...keyOf(name) }] })).resolves.toMatchObject({ size: 1 });
  });
  it.each([
    ['3_2.ec_private_key.json', 'ES512'],
    ['3_4.rsa_private_key.json', 'RS256'],
  ] as const)('%s signs, and is refused among keys to verify with', async (name, algorithm) => {
    const jwk = keyOf(name);
    await expect(createKeySet({ keys: [{ alg: algorithm, ...jwk }] })).rejects.toThrow(/is a private key/);
    const keys = await createSigningKeys([{ algorithm, key: new Secret(JSON.stringify(jwk)) }]);
    expect(JSON.stringify(await keys.published())).not.toContain(jwk.d ?? '?');
  });
  it('3_6.symmetric_key_encryption.json is for no signature', async () => {
    await expect(createKeySet({ keys: [keyOf('3_6.symmetric_key_encryption.json')] })).rejects.toThrow(
      /use|no signature/,
    );
  });
});
