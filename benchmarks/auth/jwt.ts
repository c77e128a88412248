/** Verifying access tokens, against `jose` alone with the key at hand and the same claims asked for. */
import { createLocalJWKSet, exportJWK, generateKeyPair, generateSecret, jwtVerify, SignJWT } from 'jose';
import { createKeySet, createTokenVerifier, type JwtAlgorithm } from '../../packages/auth/src/jwt/index.ts';
import { bytesPerCall, contest, type Line, line, oneByOne } from '../measure.ts';

const issuer = 'https://id.example.com';
const audience = 'api';

async function fixtures(algorithm: JwtAlgorithm) {
  const isShared = algorithm.startsWith('HS');
  const pair = isShared ? undefined : await generateKeyPair(algorithm, { extractable: true });
  const secret = isShared ? await generateSecret(algorithm, { extractable: true }) : undefined;
  const signing = pair?.privateKey ?? secret;
  const verifying = pair?.publicKey ?? secret;
  if (signing === undefined || verifying === undefined) throw new Error('no key');
  const now = Math.floor(Date.now() / 1_000);
  const token = await new SignJWT({ scope: 'read write', tenant: 'acme', client_id: 'web' })
    .setProtectedHeader({ alg: algorithm, kid: 'k1', typ: 'at+jwt' })
    .setIssuer(issuer)
    .setAudience(audience)
    .setSubject('user_1234567890')
    .setJti('Q2hlY2tlZCBhbmQgZG9uZQ')
    .setIssuedAt(now)
    .setExpirationTime(now + 3_600)
    .sign(signing);
  const jwk = { ...(await exportJWK(verifying)), kid: 'k1', alg: algorithm, use: 'sig' };
  return { token, jwk, verifying };
}

/** The lines of this file. */
export async function benchJwt(): Promise<Line[]> {
  const lines: Line[] = [];
  for (const algorithm of ['ES256', 'RS256', 'EdDSA', 'HS256'] as const) {
    const { token, jwk, verifying } = await fixtures(algorithm);
    const keys = await createKeySet({ keys: [jwk] });
    const verifier = createTokenVerifier({
      issuer,
      audience,
      keys,
      algorithms: [algorithm],
      tenantClaim: 'tenant',
    });
    const demands = {
      issuer,
      audience,
      typ: 'at+jwt',
      algorithms: [algorithm],
      requiredClaims: ['sub', 'exp'],
      maxTokenAge: 86_400,
    };
    const set = algorithm === 'HS256' ? undefined : createLocalJWKSet({ keys: [jwk] });
    const ours = oneByOne(() => verifier.verify(token, { tenant: 'acme' }));
    const bare = oneByOne(() => jwtVerify(token, verifying, demands));
    const bySet = set && oneByOne(() => jwtVerify(token, set, demands));
    const cpu = await contest({ ours, bare, bySet: bySet ?? bare }, { times: 200, rounds: 101 });
    lines.push(
      line(`verify ${algorithm}, against jose with the key at hand`, 'ns', cpu.ours, cpu.bare, {
        ratio: 1.1,
      }),
    );
    if (set !== undefined)
      lines.push(
        line(`verify ${algorithm}, against jose with a key set`, 'ns', cpu.ours, cpu.bySet, { ratio: 1.1 }),
      );
    if (algorithm === 'ES256') {
      const memory = { ours: await bytesPerCall(ours, 500), bare: await bytesPerCall(bare, 500) };
      lines.push(
        line('verify ES256, bytes allocated, against jose', 'bytes', memory.ours, memory.bare, {
          ratio: 1.5,
        }),
      );
    }
  }
  return lines;
}
