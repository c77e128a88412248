import { describe, expect, it } from 'vitest';
import { createAuthenticator } from './__tests__/authenticator.ts';
import { openMfa } from './__tests__/open-mfa.ts';

const minute = 60_000;

const mail = { channel: 'email', to: 'ada@acme.test' } as const;

const site = { origin: 'https://app.test', rpId: 'app.test' };

/** The session that showed a factor before. */
const second = { level: 2 } as const;

describe('a passkey', () => {
  async function register(options = {}) {
    const opened = openMfa();
    const key = createAuthenticator({ ...site, ...options });
    const { challenge } = await opened.acme.passkeys.registrationOptions('ada', { name: 'ada@acme.test' });
    await opened.acme.passkeys.register('ada', key.create(challenge), 'phone');
    return { ...opened, passkeys: opened.acme.passkeys, key };
  }

  it('signs in without a name or a password', async () => {
    const { passkeys, key, clock } = await register();
    expect(await passkeys.list('ada')).toMatchObject([
      { name: 'phone', createdAt: clock.now(), isSynced: false },
    ]);
    const { challenge, allowCredentials } = await passkeys.authenticationOptions();
    expect(allowCredentials).toBeUndefined();
    expect(await passkeys.authenticate(key.get(challenge))).toEqual({
      subject: 'ada',
      level: 3,
      method: 'hwk',
    });
    expect((await passkeys.list('ada'))[0]).toHaveProperty('lastUsedAt', clock.now());
  });

  it('that is kept in an account gives level 2', async () => {
    const { passkeys, key } = await register({ isSynced: true, counts: false });
    for (let at = 0; at < 2; at += 1) {
      const { challenge } = await passkeys.authenticationOptions('ada');
      expect(await passkeys.authenticate(key.get(challenge), 'ada')).toEqual({
        subject: 'ada',
        level: 2,
        method: 'swk',
      });
    }
  });

  it('answers a challenge once, in time, and only one that was made for it', async () => {
    const { passkeys, key, clock, globex } = await register();
    const { challenge } = await passkeys.authenticationOptions('ada');
    const answer = key.get(challenge);
    await passkeys.authenticate(answer, 'ada');
    const refused = { code: 'unauthenticated', reason: 'challenge' };
    await expect(passkeys.authenticate(answer, 'ada')).rejects.toMatchObject(refused);
    await expect(passkeys.authenticate(key.get('made-up'), 'ada')).rejects.toMatchObject(refused);
    const other = await passkeys.registrationOptions('ada', { name: 'ada' });
    await expect(passkeys.authenticate(key.get(other.challenge), 'ada')).rejects.toMatchObject(refused);
    const late = await passkeys.authenticationOptions('ada');
    await clock.advance(5 * minute);
    await expect(passkeys.authenticate(key.get(late.challenge), 'ada')).rejects.toMatchObject(refused);
    await expect(globex.passkeys.authenticate(key.get(challenge))).rejects.toMatchObject({
      reason: 'unknown_key',
    });
  });

  it.each([
    ['of another site', { origin: 'https://evil.test' }, 'other_origin'],
    ['made for another site', { rpId: 'evil.test' }, 'other_site'],
    ['whose user showed nothing', { verifiesUser: false }, 'no_user_verification'],
  ])('%s is refused', async (_what, options, reason) => {
    const { acme } = openMfa();
    const { challenge } = await acme.passkeys.registrationOptions('ada', { name: 'ada' });
    const answer = createAuthenticator({ ...site, ...options }).create(challenge);
    await expect(acme.passkeys.register('ada', answer, 'x')).rejects.toMatchObject({
      code: 'unauthenticated',
      reason,
    });
    expect(await acme.passkeys.list('ada')).toEqual([]);
  });

  it('that was copied is refused: its counter does not grow', async () => {
    const { passkeys, key } = await register();
    const [first, second] = [await passkeys.authenticationOptions(), await passkeys.authenticationOptions()];
    const early = key.get(first.challenge);
    await passkeys.authenticate(key.get(second.challenge));
    await expect(passkeys.authenticate(early)).rejects.toMatchObject({ reason: 'copied_key' });
  });

  it('is nobody else’s', async () => {
    const { passkeys, key } = await register();
    const { challenge } = await passkeys.authenticationOptions();
    await expect(passkeys.authenticate(key.get(challenge), 'bob')).rejects.toMatchObject({
      reason: 'other_person',
    });
    await expect(passkeys.authenticationOptions('bob')).rejects.toMatchObject({ reason: 'not_enrolled' });
    expect(await passkeys.remove('bob', (await passkeys.list('ada'))[0]?.id ?? '')).toBe(false);
    // Not even when bob brings it along: the challenge was made for bob, the key is ada's.
    const again = await passkeys.registrationOptions('bob', { name: 'bob' });
    await expect(passkeys.register('bob', key.create(again.challenge), 'mine')).rejects.toMatchObject({
      code: 'already_exists',
    });
    expect(await passkeys.list('bob')).toEqual([]);
  });

  it('is no good without its signature', async () => {
    const { passkeys, key } = await register();
    const { challenge } = await passkeys.authenticationOptions('ada');
    const answer = key.get(challenge);
    const forged = createAuthenticator(site).get(challenge);
    const mixed = { ...answer, response: { ...answer.response, signature: forged.response.signature } };
    await expect(passkeys.authenticate(mixed, 'ada')).rejects.toMatchObject({ reason: 'not_verified' });
  });

  it('can be taken away, alone or with everything else', async () => {
    const { acme, passkeys, key, events } = await register();
    await acme.recovery.create('ada', second);
    expect(await acme.factorsOf('ada')).toMatchObject({
      totp: false,
      passkeys: [{ name: 'phone' }],
      recoveryCodes: 10,
    });
    const { challenge } = await passkeys.authenticationOptions();
    await acme.reset('ada');
    expect(await acme.factorsOf('ada')).toEqual({ totp: false, passkeys: [], recoveryCodes: 0 });
    await expect(passkeys.authenticate(key.get(challenge))).rejects.toMatchObject({ reason: 'unknown_key' });
    expect(
      events
        .filter(({ type }) => type === 'mfa.removed')
        .map(({ facts }) => facts?.factor)
        .toSorted(),
    ).toEqual(['passkey', 'recovery']);
  });

  it('needs a site', async () => {
    const { acme } = openMfa({ passkeys: undefined, sender: undefined });
    await expect(acme.passkeys.authenticationOptions()).rejects.toMatchObject({
      code: 'failed_precondition',
      reason: 'no_site',
    });
    await expect(acme.codes.send('ada', mail)).rejects.toMatchObject({ reason: 'no_sender' });
  });

  it('is no good when its answer is none', async () => {
    const { passkeys } = await register();
    for (const answer of [null, 'x', {}, { id: 5 }, { id: 'a/b' }, { id: 'x'.repeat(1_000_000) }])
      await expect(passkeys.authenticate(answer as never)).rejects.toMatchObject({
        code: 'unauthenticated',
        reason: 'unknown_key',
      });
    const id = (await passkeys.list('ada'))[0]?.id;
    await expect(passkeys.authenticate({ id } as never)).rejects.toMatchObject({ reason: 'not_verified' });
    await expect(passkeys.register('ada', null as never, 'x', second)).rejects.toMatchObject({
      code: 'unauthenticated',
    });
    await expect(passkeys.register('ada', {} as never, 'x'.repeat(201), second)).rejects.toMatchObject({
      code: 'invalid_argument',
    });
  });

  it('is one of 32 at most, and a key that somebody else has leaves nothing behind', async () => {
    const { acme, passkeys, state, key } = await register();
    const other = await passkeys.registrationOptions('bob', { name: 'bob' });
    await passkeys.register('bob', key.create(other.challenge), 'mine').catch(() => undefined);
    expect((await state.get('mfa/acme/passkeys/bob'))?.value).toBe('[]');
    for (let at = 1; at <= 32; at += 1) {
      const { challenge } = await passkeys.registrationOptions('ada', { name: 'ada' });
      const registered = acme.passkeys.register(
        'ada',
        createAuthenticator(site).create(challenge),
        'x',
        second,
      );
      if (at < 32) await registered;
      else await expect(registered).rejects.toMatchObject({ reason: 'too_many_keys' });
    }
  });
});
