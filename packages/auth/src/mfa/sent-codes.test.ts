import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { openMfa } from './__tests__/open-mfa.ts';

const minute = 60_000;

const mail = { channel: 'email', to: 'ada@acme.test' } as const;

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
    await acme.recovery.create('ada', { level: 2 });
    await expect(acme.recovery.verify('ada', codes[2] ?? '')).rejects.toMatchObject({ reason: 'wrong_code' });
    await expect(acme.recovery.verify('bob', first)).rejects.toMatchObject({ reason: 'not_enrolled' });
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
      const confirm = (subject: string, text: string) => acme.totp.confirm(subject, text, { level: 2 });
      for (const factor of [acme.codes.verify, acme.recovery.verify, confirm])
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
