import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { createAuthenticator } from './__tests__/authenticator.ts';
import { openMfa } from './__tests__/open-mfa.ts';

const minute = 60_000;
const mail = { channel: 'email', to: 'ada@acme.test' } as const;
const site = { origin: 'https://app.test', rpId: 'app.test' };

describe('a code by e-mail or SMS', () => {
  it('goes where it should, and is taken once', async () => {
    const { acme, sent, clock } = openMfa();
    const told = await acme.codes.send('ada', mail);
    expect(told).toEqual({ expiresAt: clock.now() + 10 * minute, resendAt: clock.now() + minute });
    const [message] = sent;
    expect(message).toMatchObject({ ...mail, tenant: 'acme', subject: 'ada', expiresAt: told.expiresAt });
    const code = message?.code.reveal() ?? '';
    expect(code).toMatch(/^\d{6}$/);
    expect(inspect(sent)).not.toContain(code);
    expect(await acme.codes.verify('ada', ` ${code}`)).toEqual({ subject: 'ada', level: 2, method: 'otp' });
    await expect(acme.codes.verify('ada', code)).rejects.toMatchObject({
      code: 'unauthenticated',
      reason: 'no_code',
    });
  });

  it('is taken by one of two at the same time', async () => {
    const { acme, sent } = openMfa();
    await acme.codes.send('ada', { channel: 'sms', to: '+46701740605' });
    const code = sent[0]?.code.reveal() ?? '';
    const settled = await Promise.allSettled([
      acme.codes.verify('ada', code),
      acme.codes.verify('ada', code),
    ]);
    expect(settled.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect(settled).toContainEqual({
      status: 'fulfilled',
      value: { subject: 'ada', level: 2, method: 'sms' },
    });
  });

  it('is nobody else’s, and no good at another tenant’s', async () => {
    const { acme, globex, sent } = openMfa();
    await acme.codes.send('ada', mail);
    const code = sent[0]?.code.reveal() ?? '';
    await expect(acme.codes.verify('bob', code)).rejects.toMatchObject({ reason: 'no_code' });
    await expect(globex.codes.verify('ada', code)).rejects.toMatchObject({ reason: 'no_code' });
  });

  it('is too old after ten minutes, and when a new one was sent', async () => {
    const { acme, sent, clock } = openMfa();
    await acme.codes.send('ada', mail);
    await clock.advance(minute);
    await acme.codes.send('ada', mail);
    const [old, fresh] = sent.map(({ code }) => code.reveal());
    if (old !== fresh)
      await expect(acme.codes.verify('ada', old ?? '')).rejects.toMatchObject({ reason: 'wrong_code' });
    await clock.advance(10 * minute);
    await expect(acme.codes.verify('ada', fresh ?? '')).rejects.toMatchObject({ reason: 'no_code' });
  });

  it('is sent once a minute and five times an hour, whether it could be sent or not', async () => {
    let isDown = true;
    const { acme, clock } = openMfa({
      sender: { send: async () => (isDown ? Promise.reject(new Error('no line')) : undefined) },
    });
    await expect(acme.codes.send('ada', mail)).rejects.toThrow('no line');
    await expect(acme.codes.verify('ada', '000000')).rejects.toMatchObject({ reason: 'no_code' });
    isDown = false;
    await expect(acme.codes.send('ada', mail)).rejects.toMatchObject({
      code: 'resource_exhausted',
      retryAfterMs: minute,
    });
    for (let at = 0; at < 4; at += 1) {
      await clock.advance(minute);
      await acme.codes.send('ada', mail);
    }
    await clock.advance(minute);
    await expect(acme.codes.send('ada', mail)).rejects.toMatchObject({
      reason: 'too_many_codes',
      retryAfterMs: 55 * minute,
    });
    await clock.advance(55 * minute);
    await acme.codes.send('ada', mail);
  });

  it.each([
    ['an address that is none', { channel: 'email', to: 'ada' }],
    ['two addresses', { channel: 'email', to: 'ada@acme.test,eve@evil.test' }],
    ['a line end', { channel: 'email', to: 'ada@acme.test\nbcc:eve@evil.test' }],
    ['two addresses, by a comma', { channel: 'email', to: 'ada,eve@evil.test' }],
    ['two addresses, by a semicolon', { channel: 'email', to: 'ada;eve@evil.test' }],
    ['a control character', { channel: 'email', to: 'ada\u0000@acme.test' }],
    ['an address that is written backwards', { channel: 'email', to: 'ada\u202e@acme.test' }],
    ['a channel that is none', { channel: 'constructor' as 'email', to: 'ada@acme.test' }],
    ['what is no text', { channel: 'email', to: ['ada@acme.test'] as never }],
    ['a local number', { channel: 'sms', to: '0701740605' }],
  ] as const)('is not sent to %s', async (_what, target) => {
    const { acme, sent } = openMfa();
    await expect(acme.codes.send('ada', target)).rejects.toMatchObject({
      code: 'invalid_argument',
      reason: 'target',
    });
    expect(sent).toEqual([]);
  });

  it('shares its count of wrong answers with the other factors', async () => {
    const { acme } = openMfa();
    await acme.codes.send('ada', mail);
    await acme.recovery.create('ada');
    for (let at = 0; at < 3; at += 1) await acme.codes.verify('ada', 'x').catch(() => undefined);
    for (let at = 0; at < 2; at += 1) await acme.recovery.verify('ada', 'x').catch(() => undefined);
    await expect(acme.codes.verify('ada', 'x')).rejects.toMatchObject({ reason: 'locked' });
    await expect(acme.recovery.verify('ada', 'x')).rejects.toMatchObject({ reason: 'locked' });
    await expect(acme.codes.verify('bob', 'x')).rejects.toMatchObject({ reason: 'no_code' });
  });
});

describe('recovery codes', () => {
  it('are ten, each taken once, however it was copied', async () => {
    const { acme, state } = openMfa();
    const codes = (await acme.recovery.create('ada')).map((code) => code.reveal());
    expect(new Set(codes).size).toBe(10);
    const [first = '', second = ''] = codes;
    expect(first).toMatch(/^[0-9a-hjkmnp-tv-z]{4}(-[0-9a-hjkmnp-tv-z]{4}){3}$/);
    expect((await state.get('mfa/acme/recovery/ada'))?.value).not.toContain(first.slice(0, 4));
    await acme.recovery.verify('ada', first.toUpperCase().replaceAll('-', ' ').replaceAll('0', 'O'));
    expect(await acme.recovery.left('ada')).toBe(9);
    await expect(acme.recovery.verify('ada', first)).rejects.toMatchObject({ reason: 'wrong_code' });
    await acme.recovery.verify('ada', second);
    await acme.recovery.create('ada');
    await expect(acme.recovery.verify('ada', codes[2] ?? '')).rejects.toMatchObject({ reason: 'wrong_code' });
    await expect(acme.recovery.verify('bob', first)).rejects.toMatchObject({ reason: 'not_enrolled' });
  });
});

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
    await acme.recovery.create('ada');
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
    await expect(passkeys.register('ada', null as never, 'x')).rejects.toMatchObject({
      code: 'unauthenticated',
    });
    await expect(passkeys.register('ada', {} as never, 'x'.repeat(201))).rejects.toMatchObject({
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
      const registered = acme.passkeys.register('ada', createAuthenticator(site).create(challenge), 'x');
      if (at < 32) await registered;
      else await expect(registered).rejects.toMatchObject({ reason: 'too_many_keys' });
    }
  });
});

describe('a reset', () => {
  it('takes away what was begun as well', async () => {
    const { acme, sent } = openMfa();
    await acme.totp.enrol('ada', 'ada');
    await acme.codes.send('ada', mail);
    await acme.reset('ada');
    await expect(acme.totp.confirm('ada', '000000')).rejects.toMatchObject({ reason: 'not_begun' });
    await expect(acme.codes.verify('ada', sent[0]?.code.reveal() ?? '')).rejects.toMatchObject({
      reason: 'no_code',
    });
  });
});

describe('a code that is none', () => {
  it.each([[undefined], [null], [123_456], [{}], [['123456']], ['1'.repeat(10_000_000)]])(
    'is a wrong one (%#), and never fails here',
    async (code) => {
      const { acme } = openMfa();
      await acme.codes.send('ada', mail);
      await acme.recovery.create('ada');
      await acme.totp.enrol('ada', 'ada');
      for (const factor of [acme.codes.verify, acme.recovery.verify, acme.totp.confirm])
        await expect(factor('ada', code as string)).rejects.toMatchObject({
          code: 'unauthenticated',
          reason: 'wrong_code',
        });
    },
  );

  it('nor is anybody a subject whose name no key can have', async () => {
    const { acme } = openMfa();
    const subject = 'x'.repeat(513);
    for (const asked of [
      acme.codes.send(subject, mail),
      acme.recovery.create(subject),
      acme.totp.enrol(subject, 'x'),
      acme.passkeys.registrationOptions(subject, { name: 'x' }),
    ])
      await expect(asked).rejects.toMatchObject({ code: 'invalid_argument', reason: 'subject' });
  });
});
