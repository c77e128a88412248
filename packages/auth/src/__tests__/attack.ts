/** What attacks are made of. */
import { generate } from 'otplib';
import type { ExternalIdentity } from '../common/principal.ts';
import { createAuthenticator } from '../mfa/__tests__/authenticator.ts';
import type { All, Expected } from './attack-scene.ts';

export interface Attack extends Expected {
  /** Sets the scene, plants what must not come out, and gives the attempt. */
  readonly run: (all: All) => Promise<() => Promise<unknown>>;
}

export const url = 'https://app.test/settings';
export const ada = { subject: 'ada', methods: ['pwd'] };
export const cookieOf = ({ cookie }: { readonly cookie: string }) => cookie.split(';')[0] ?? '';
export const withCookie = (cookie: string, init: RequestInit = {}) =>
  new Request(url, { ...init, headers: { cookie, ...init.headers } });
export const identity = (change: Partial<ExternalIdentity>): ExternalIdentity => ({
  issuer: 'https://login.acme.test',
  subject: 'eve',
  tenant: 'acme',
  claims: { secretClaim: 'canary-of-the-claims-0123456789' },
  authenticatedAt: 0,
  method: 'oidc',
  ...change,
});

export async function signedIn({ sessions, plant }: All) {
  const begun = await sessions.tenant('acme').begin(new Request(url), ada);
  plant('session token', cookieOf(begun).split('=')[1] ?? '');
  return begun;
}
export async function withTotp(all: All) {
  const { totp } = all.mfa.tenant('acme');
  const { secret } = await totp.enrol('ada', 'ada');
  all.plant('TOTP secret', secret);
  const code = () => generate({ secret: secret.reveal(), epoch: Math.floor(all.clock.now() / 1_000) });
  await totp.confirm('ada', await code());
  await all.clock.advance(30_000);
  return { totp, code };
}
export async function withPasskey(all: All, options = {}) {
  const { passkeys } = all.mfa.tenant('acme');
  const site = { origin: 'https://app.test', rpId: 'app.test' };
  const key = createAuthenticator({ ...site, ...options });
  const { challenge } = await passkeys.registrationOptions('ada', { name: 'ada' });
  return { passkeys, key, challenge, answer: key.create(challenge) };
}
export const wrongOf = (code: string) => String((Number(code) + 1) % 1_000_000).padStart(6, '0');
export const noSession = { code: 'unauthenticated', reason: 'no_session', type: 'session.refused' };
export const badKey = { code: 'unauthenticated', type: 'api_key.refused' };
export const noStepUp = { code: 'permission_denied', reason: 'step_up_required', type: 'mfa.refused' };
export const badFactor = { code: 'unauthenticated', type: 'mfa.refused' };
export const noEntry = { code: 'permission_denied', type: 'person.refused' };
