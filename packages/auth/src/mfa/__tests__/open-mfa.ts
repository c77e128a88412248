import { memoryState, Secret } from '@im/core';
import { createVirtualClock } from '@im/testing';
import type { AuthEvent } from '../../common/audit.ts';
import { createEnvelope } from '../../common/envelope.ts';
import type { MfaOptions } from '../context.ts';
import { createMfa } from '../mfa.ts';
import type { CodeMessage } from '../sent-codes.ts';

/** Keys of an envelope, by their ids. */
export function envelopeOf(...ids: readonly string[]) {
  return createEnvelope({
    keys: ids.map((id) => ({ id, key: new Secret(Buffer.alloc(32, id).toString('base64')) })),
  });
}

/** Second factors over a state in memory, with what was sent and told. */
export function openMfa(options: Partial<MfaOptions> = {}) {
  const clock = createVirtualClock(Date.UTC(2030, 0, 1));
  const state = memoryState(clock);
  const sent: CodeMessage[] = [];
  const events: AuthEvent[] = [];
  const mfa = createMfa({
    state,
    clock,
    envelope: envelopeOf('k1'),
    issuer: 'Acme',
    sender: { send: async (message) => void sent.push(message) },
    passkeys: { rpId: 'app.test', origins: ['https://app.test'] },
    onEvent: (event) => events.push(event),
    ...options,
  });
  return { mfa, acme: mfa.tenant('acme'), globex: mfa.tenant('globex'), clock, state, sent, events };
}
