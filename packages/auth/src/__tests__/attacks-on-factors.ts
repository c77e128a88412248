/** Attacks on second factors, by name. */
import { generate } from 'otplib';
import { type Attack, badFactor, noStepUp, withPasskey, withTotp, wrongOf } from './attack.ts';

export const attacksOnFactors: Readonly<Record<string, Attack>> = {
  'TOTP replay': {
    ...badFactor,
    reason: 'replayed',
    run: async (all) => {
      const { totp, code } = await withTotp(all);
      const right = all.plant('code', await code());
      await totp.verify('ada', right);
      return () => totp.verify('ada', right);
    },
  },
  'TOTP brute force': {
    code: 'resource_exhausted',
    reason: 'locked',
    type: 'mfa.refused',
    run: async (all) => {
      const { totp, code } = await withTotp(all);
      const wrong = all.plant('guess', wrongOf(await code()));
      for (let at = 0; at < 5; at += 1) await totp.verify('ada', wrong).catch(() => undefined);
      return () => totp.verify('ada', all.plant('code', wrong));
    },
  },
  'TOTP guess': {
    ...badFactor,
    reason: 'wrong_code',
    run: async (all) => {
      const { totp, code } = await withTotp(all);
      const wrong = all.plant('guess', wrongOf(await code()));
      return () => totp.verify('ada', wrong);
    },
  },
  'code by e-mail: guess': {
    ...badFactor,
    reason: 'wrong_code',
    run: async (all) => {
      const { codes } = all.mfa.tenant('acme');
      await codes.send('ada', { channel: 'email', to: 'ada@acme.test' });
      const wrong = all.plant('guess', wrongOf(all.plant('code', all.sent[0] ?? '')));
      return () => codes.verify('ada', wrong);
    },
  },
  'code by e-mail: of somebody else': {
    ...badFactor,
    reason: 'no_code',
    run: async (all) => {
      const { codes } = all.mfa.tenant('acme');
      await codes.send('ada', { channel: 'email', to: 'ada@acme.test' });
      const code = all.plant('code', all.sent[0] ?? '');
      return () => codes.verify('eve', code);
    },
  },
  'code by SMS: pumping': {
    code: 'resource_exhausted',
    reason: 'too_many_codes',
    type: 'mfa.refused',
    run: async (all) => {
      const { codes } = all.mfa.tenant('acme');
      const target = { channel: 'sms', to: '+46701740605' } as const;
      await codes.send('ada', target);
      all.plant('code', all.sent[0] ?? '');
      return () => codes.send('ada', target);
    },
  },
  'recovery code reuse': {
    ...badFactor,
    reason: 'wrong_code',
    run: async (all) => {
      const { recovery } = all.mfa.tenant('acme');
      const codes = await recovery.create('ada');
      codes.forEach((code, at) => {
        all.plant(`code ${at}`, code);
        all.plant(`code ${at} as it is kept`, code.reveal().replaceAll('-', ''));
      });
      const first = codes[0]?.reveal() ?? '';
      await recovery.verify('ada', first);
      return () => recovery.verify('ada', first);
    },
  },
  'a factor of one’s own beside the person’s, with the password alone: an authenticator app': {
    ...noStepUp,
    run: async (all) => {
      await withTotp(all);
      const { totp } = all.mfa.tenant('acme');
      const { secret } = await totp.enrol('ada', 'ada');
      const epoch = Math.floor(all.clock.now() / 1_000);
      const code = await generate({ secret: secret.reveal(), epoch });
      return () => totp.confirm('ada', code);
    },
  },
  'a factor of one’s own beside the person’s, with the password alone: a passkey': {
    ...noStepUp,
    run: async (all) => {
      await withTotp(all);
      const { passkeys, answer } = await withPasskey(all);
      return () => passkeys.register('ada', answer, 'mine');
    },
  },
  'a factor of one’s own beside the person’s, with the password alone: recovery codes': {
    ...noStepUp,
    run: async (all) => {
      await withTotp(all);
      return () => all.mfa.tenant('acme').recovery.create('ada');
    },
  },
  'a factor taken away with the password alone': {
    ...noStepUp,
    run: async (all) => {
      const { totp } = await withTotp(all);
      return () => totp.remove('ada');
    },
  },
  'passkey phishing: the page of another site': {
    ...badFactor,
    reason: 'other_origin',
    run: async (all) => {
      const { passkeys, answer } = await withPasskey(all, { origin: 'https://app.test.evil.test' });
      return () => passkeys.register('ada', answer, 'phone');
    },
  },
  'passkey cloned: the counter of the copy': {
    ...badFactor,
    reason: 'copied_key',
    run: async (all) => {
      const { passkeys, key, answer } = await withPasskey(all);
      await passkeys.register('ada', answer, 'phone');
      const [first, second] = [
        await passkeys.authenticationOptions(),
        await passkeys.authenticationOptions(),
      ];
      const early = key.get(first.challenge);
      await passkeys.authenticate(key.get(second.challenge));
      return () => passkeys.authenticate(early);
    },
  },
  'passkey replay: a challenge twice': {
    ...badFactor,
    reason: 'challenge',
    run: async (all) => {
      const { passkeys, key, answer } = await withPasskey(all);
      await passkeys.register('ada', answer, 'phone');
      const { challenge } = await passkeys.authenticationOptions();
      all.plant('challenge', challenge);
      const shown = key.get(challenge);
      await passkeys.authenticate(shown);
      return () => passkeys.authenticate(shown);
    },
  },
  'passkey of another tenant': {
    ...badFactor,
    reason: 'unknown_key',
    run: async (all) => {
      const { passkeys, key, answer } = await withPasskey(all);
      await passkeys.register('ada', answer, 'phone');
      const other = all.mfa.tenant('globex').passkeys;
      const { challenge } = await other.authenticationOptions();
      return () => other.authenticate(key.get(challenge));
    },
  },
};
