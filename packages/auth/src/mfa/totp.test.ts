import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect, promisify } from 'node:util';
import { describeProgram, describeVectors } from '@im/testing/vitest';
import { generate } from 'otplib';
import { describe, expect, it } from 'vitest';
import { envelopeOf, openMfa } from './__tests__/open-mfa.ts';
import type { MfaOptions } from './context.ts';

const half = 30_000;

/** Sets an app up, and gives its codes. The clock stands in the half minute after the one that was used. */
async function openTotp(options: Partial<MfaOptions> = {}) {
  const opened = openMfa(options);
  const { acme, clock } = opened;
  const { secret, uri } = await acme.totp.enrol('ada', 'ada@acme.test');
  const codeAt = (shift = 0) =>
    generate({ secret: secret.reveal(), epoch: Math.floor((clock.now() + shift) / 1_000) });
  await acme.totp.confirm('ada', await codeAt());
  await clock.advance(half);
  return { ...opened, totp: acme.totp, secret, uri, codeAt };
}

describe('an authenticator app', () => {
  it('is told its secret by a URI that prints as nothing', async () => {
    const { uri, secret } = await openTotp();
    expect(uri.reveal()).toBe(`otpauth://totp/Acme:ada%40acme.test?secret=${secret.reveal()}&issuer=Acme`);
    expect(secret.reveal()).toMatch(/^[A-Z2-7]{32}$/);
    expect(inspect({ uri, secret })).not.toContain(secret.reveal());
  });

  it('is not set up before it showed a code', async () => {
    const { acme } = openMfa();
    await acme.totp.enrol('ada', 'ada');
    expect(await acme.totp.isEnrolled('ada')).toBe(false);
    await expect(acme.totp.verify('ada', '000000')).rejects.toMatchObject({
      code: 'failed_precondition',
      reason: 'not_enrolled',
    });
    await expect(acme.totp.confirm('bob', '000000')).rejects.toMatchObject({ reason: 'not_begun' });
  });

  it('gives level 2', async () => {
    const { totp, codeAt } = await openTotp();
    expect(await totp.verify('ada', await codeAt())).toEqual({ subject: 'ada', level: 2, method: 'otp' });
  });

  it('is taken half a minute early and late, and as its app shows it', async () => {
    const { totp, codeAt, clock } = await openTotp();
    await clock.advance(10 * half);
    await totp.verify('ada', await codeAt(-half));
    await totp.verify('ada', (await codeAt()).replace(/(\d{3})/, '$1 '));
    await totp.verify('ada', await codeAt(half));
    for (const shift of [-2 * half, 2 * half])
      await expect(totp.verify('ada', await codeAt(shift))).rejects.toMatchObject({ reason: 'wrong_code' });
  });

  it('is taken once (TOTP replay)', async () => {
    const { totp, codeAt, clock, events } = await openTotp();
    const code = await codeAt();
    await totp.verify('ada', code);
    await expect(totp.verify('ada', code)).rejects.toMatchObject({
      code: 'unauthenticated',
      reason: 'replayed',
    });
    await clock.advance(half);
    await expect(totp.verify('ada', code)).rejects.toMatchObject({ reason: 'replayed' });
    expect(events.filter(({ outcome }) => outcome === 'refused').map(({ reason }) => reason)).toEqual([
      'replayed',
      'replayed',
    ]);
  });

  it('nor is the code by which it was set up, or one before the last', async () => {
    const { totp, codeAt, clock } = await openTotp();
    await expect(totp.verify('ada', await codeAt(-half))).rejects.toMatchObject({ reason: 'replayed' });
    await clock.advance(4 * half);
    await totp.verify('ada', await codeAt(half));
    await expect(totp.verify('ada', await codeAt())).rejects.toMatchObject({ reason: 'replayed' });
  });

  it('is taken once, by however many at the same time', async () => {
    const { totp, codeAt } = await openTotp({ mostFailures: 100 });
    const code = await codeAt();
    const settled = await Promise.allSettled(Array.from({ length: 20 }, () => totp.verify('ada', code)));
    expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('cannot be guessed (brute force): all guesses at once, and after each wait', async () => {
    const { totp, codeAt, clock, events } = await openTotp();
    const wrong = String((Number(await codeAt()) + 1) % 1_000_000).padStart(6, '0');
    const settled = await Promise.allSettled(Array.from({ length: 1_000 }, () => totp.verify('ada', wrong)));
    const reasons = settled.map((one) => (one.status === 'rejected' ? one.reason.reason : 'taken'));
    expect(reasons.filter((reason) => reason === 'wrong_code')).toHaveLength(5);
    expect(reasons.filter((reason) => reason === 'locked')).toHaveLength(995);
    expect(events).toContainEqual(
      expect.objectContaining({
        type: 'mfa.refused',
        reason: 'locked',
        facts: { factor: 'totp', failures: 5 },
      }),
    );

    // Right, and yet: not now.
    const locked = totp.verify('ada', await codeAt());
    await expect(locked).rejects.toMatchObject({ code: 'resource_exhausted', retryAfterMs: 60_000 });
    const looked: number[] = [];
    for (let minutes = 0; minutes < 24 * 60; minutes += 1) {
      await clock.advance(60_000);
      const bad = String((Number(await codeAt()) + 7) % 1_000_000).padStart(6, '0');
      const reason = await totp.verify('ada', bad).catch((error: { reason?: string }) => error.reason);
      if (reason === 'wrong_code') looked.push(minutes + 1);
    }
    // 1, 2, 4, … minutes, then one an hour.
    expect(looked.slice(0, 7)).toEqual([1, 3, 7, 15, 31, 63, 123]);
    expect(looked.length).toBeLessThan(35);
  });

  it('can be tried again when somebody helped, or when the right code came', async () => {
    const { acme, totp, codeAt, clock } = await openTotp();
    for (let at = 0; at < 5; at += 1) await totp.verify('ada', 'x').catch(() => undefined);
    await acme.unlock('ada');
    await totp.verify('ada', await codeAt());
    await clock.advance(half);
    for (let at = 0; at < 4; at += 1) await totp.verify('ada', 'x').catch(() => undefined);
    await totp.verify('ada', await codeAt());
    for (let at = 0; at < 4; at += 1)
      await expect(totp.verify('ada', 'x')).rejects.toMatchObject({ reason: 'wrong_code' });
  });

  it('lies in an envelope, bound to its owner, and moves to a new key with its next use', async () => {
    const { acme, state, secret, clock, codeAt } = await openTotp();
    const key = 'mfa/acme/totp/ada';
    const stored = (await state.get(key))?.value ?? '';
    expect(stored).not.toContain(secret.reveal());
    await state.set('mfa/acme/totp/bob', stored);
    await expect(acme.totp.verify('bob', await codeAt())).rejects.toMatchObject({ reason: 'not_authentic' });
    const moved = openMfa({ state, clock, envelope: envelopeOf('k2', 'k1') }).acme.totp;
    await moved.verify('ada', await codeAt());
    expect((await state.get(key))?.value).toContain('im1.k2.');
  });

  it('is of one tenant', async () => {
    const { globex, codeAt } = await openTotp();
    await expect(globex.totp.verify('ada', await codeAt())).rejects.toMatchObject({ reason: 'not_enrolled' });
  });
});

describeVectors('published one-time passwords', 'otp', (folder) => {
  interface Otp {
    readonly time: number;
    readonly secretBase32: string;
    readonly code: string;
  }
  const { totp } = JSON.parse(readFileSync(join(folder, 'otp.json'), 'utf8')) as { totp: readonly Otp[] };

  it.each(totp)(
    'RFC 6238 appendix B at $time: the last six digits of $code',
    async ({ time, secretBase32, code }) => {
      const { acme, state, clock } = openMfa();
      const sealed = await envelopeOf('k1').seal(secretBase32, ['acme', 'totp', 'ada']);
      await state.set('mfa/acme/totp/ada', JSON.stringify({ secret: sealed, step: -1 }));
      // Before 2030 the clock cannot go: a clock of its own.
      const at = { ...clock, now: () => time * 1_000 };
      const there = openMfa({ state, clock: at }).acme.totp;
      for (const wrong of ['000000', code]) await there.verify('ada', wrong).catch(() => undefined);
      expect(await there.verify('ada', code.slice(2))).toMatchObject({ method: 'otp' });
      await expect(there.verify('ada', code.slice(2))).rejects.toMatchObject({ reason: 'replayed' });
      expect(await acme.totp.isEnrolled('ada')).toBe(true);
    },
  );
});

describeProgram('codes of another maker', 'oathtool', 'apt-get install oathtool', () => {
  it('are taken', async () => {
    const { totp, secret, clock } = await openTotp();
    const now = new Date(clock.now()).toISOString().replace('T', ' ').replace('.000Z', ' UTC');
    const { stdout } = await promisify(execFile)('oathtool', [
      '--totp',
      '-b',
      `--now=${now}`,
      secret.reveal(),
    ]);
    expect(await totp.verify('ada', stdout.trim())).toMatchObject({ level: 2 });
  });
});
