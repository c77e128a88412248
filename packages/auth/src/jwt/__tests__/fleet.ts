/** Processes that sign and verify with one ring of keys. */
import { randomBytes } from 'node:crypto';
import { memoryState, Secret, type StateStore } from '@im/core';
import { createVirtualClock, type VirtualClock } from '@im/testing';
import { createEnvelope } from '../../common/envelope.ts';
import { createTokenIssuer } from '../issuer.ts';
import { createKeyRing, type KeyRingOptions } from '../key-ring.ts';
import { createTokenVerifier, type TokenVerifierOptions } from '../verifier.ts';

export const issuerUrl = 'https://app.test';
export const day = 86_400_000;
const envelope = createEnvelope({ keys: [{ id: 'k', key: new Secret(randomBytes(32).toString('base64')) }] });

/** One process of a fleet. */
export function processOf(state: StateStore, clock: VirtualClock, ringOptions: Partial<KeyRingOptions> = {}) {
  const keys = createKeyRing({ state, envelope, clock, ...ringOptions });
  const issuer = createTokenIssuer({ issuer: issuerUrl, audience: 'api', keys, clock });
  const verifier = (options: Partial<TokenVerifierOptions> = {}) =>
    createTokenVerifier({
      issuer: issuerUrl,
      audience: 'api',
      keys,
      clock,
      tenantClaim: 'tenant',
      ...options,
    });
  return { keys, issuer, verifier };
}
/** One process, on time that stands still. */
export const open = (ringOptions: Partial<KeyRingOptions> = {}) => {
  const clock = createVirtualClock();
  const state = memoryState(clock);
  return { clock, state, ...processOf(state, clock, ringOptions) };
};
export const ada = { subject: 'ada', tenant: 'acme', scopes: ['read', 'write'], clientId: 'web' };
export const acme = { tenant: 'acme' };
