/** Holds what every refusal must hold: nobody is signed in, the reason is logged, and nothing of what was sent is told. */
import { expect } from 'vitest';
import type { AnswerScript } from '../fake/script.ts';
import type { RefusalReason } from '../refusals.ts';
import { type Form, messageOf, openRig, type RigOptions, withMessage } from './rig.ts';

/** What a page may say. */
const safe =
  /^(the answer of the identity provider (cannot be verified|is not valid at this time); begin the sign-in again|this sign-in was not begun here, or was finished already; begin it again|this is no message of SAML|the connection to the identity provider is not set up right; tell the administrator|the identity provider (did not sign you in|signed you in by other means than are wanted here))$/;

/** Sends a form that must be refused for this reason. */
export async function refused(
  rig: ReturnType<typeof openRig>,
  form: Form,
  reason: RefusalReason,
): Promise<void> {
  const [logged, evented, signIns] = [rig.log.length, rig.events.length, rig.signIns.length];
  const response = await rig.browser.send(form);
  const page = (await response.text()).trim();
  const log = rig.log.slice(logged);
  const events = rig.events.slice(evented);
  expect(log.map(([, fields]) => fields?.reason)).toEqual([reason]);
  expect(events).toEqual([expect.objectContaining({ type: 'saml.sign_in', outcome: 'refused', reason })]);
  expect(response.status).toBeGreaterThanOrEqual(400);
  expect(response.status).toBeLessThan(500);
  expect(page).toMatch(safe);
  expect(rig.signIns).toHaveLength(signIns);
  const told = JSON.stringify([log, events, page]);
  const sent = form.fields.get('SAMLResponse')?.slice(40, 120);
  for (const secret of [sent, 'attacker@evil.example', 'ada-persistent-id'])
    if (secret) expect(told).not.toContain(secret);
}

/** Sends an answer that was tampered with after it was signed. */
export async function tampered(
  change: (text: string) => string,
  reason: RefusalReason,
  script: AnswerScript = {},
  how: RigOptions = {},
): Promise<void> {
  const rig = openRig(how);
  const form = await rig.visit(script);
  const text = messageOf(form);
  const attack = change(text);
  expect(attack).not.toBe(text);
  await refused(rig, withMessage(form, attack), reason);
}
