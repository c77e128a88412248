import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigurationError, type LogFields, type Logger, Secret } from '@im/core';
import { describe, expect, it } from 'vitest';
import { type AuthEvent, createAudit } from './audit.ts';
import { createEnvelope, type EnvelopeKey, type RemoteKey } from './envelope.ts';
import { isSameSecret } from './same-secret.ts';

const key = (id: string): EnvelopeKey => ({ id, key: new Secret(randomBytes(32).toString('base64')) });

describe('an envelope', () => {
  const binding = ['acme', 'connection', 'c1'];

  it('opens what it sealed, and seals the same text differently each time', async () => {
    const envelope = createEnvelope({ keys: [key('a')] });
    const [one, two] = [await envelope.seal('token ü', binding), await envelope.seal('token ü', binding)];
    expect(one).not.toBe(two);
    expect(one).not.toContain('token');
    expect([await envelope.open(one, binding), await envelope.open(two, binding)]).toEqual([
      'token ü',
      'token ü',
    ]);
  });

  it.each([
    ['another tenant', ['other', 'connection', 'c1']],
    ['another connection', ['acme', 'connection', 'c2']],
    ['parts that are put together differently', ['acme', 'connection/c1']],
  ])('does not open what was copied to %s', async (_, elsewhere) => {
    const envelope = createEnvelope({ keys: [key('a')] });
    await expect(envelope.open(await envelope.seal('x', binding), elsewhere)).rejects.toMatchObject({
      code: 'failed_precondition',
      reason: 'not_authentic',
    });
  });

  it('does not open what was changed at any character', async () => {
    const envelope = createEnvelope({ keys: [key('a')] });
    const sealed = await envelope.seal('secret text', binding);
    for (let at = 0; at < sealed.length; at += 1) {
      const other = sealed[at] === 'A' ? 'B' : 'A';
      const changed = sealed.slice(0, at) + other + sealed.slice(at + 1);
      const opened = await envelope.open(changed, binding).catch((error: { code: string }) => error.code);
      // The last character of base64url may differ in bits that mean nothing.
      expect(['failed_precondition', 'secret text']).toContain(opened);
    }
    await expect(envelope.open(`${sealed}.x`, binding)).rejects.toMatchObject({ reason: 'format' });
    await expect(envelope.open(sealed.slice(0, -20), binding)).rejects.toMatchObject({
      reason: 'not_authentic',
    });
  });

  it('changes keys: the new one wraps, the old one still opens, and says what to seal again', async () => {
    const [old, next] = [key('k1'), key('k2')];
    const sealed = await createEnvelope({ keys: [old] }).seal('x', binding);
    const both = createEnvelope({ keys: [next, old] });
    expect(await both.open(sealed, binding)).toBe('x');
    expect([both.isCurrent(sealed), both.isCurrent(await both.seal('x', binding))]).toEqual([false, true]);
    await expect(createEnvelope({ keys: [next] }).open(sealed, binding)).rejects.toMatchObject({
      reason: 'unknown_key',
    });
  });

  it('lets a key service wrap the data keys', async () => {
    const seen: string[] = [];
    const remote: RemoteKey = {
      id: 'kms',
      wrap: async (dataKey, bound) => {
        seen.push(Buffer.from(bound).toString());
        return dataKey.map((byte) => byte ^ 1);
      },
      unwrap: async (wrapped) => wrapped.map((byte) => byte ^ 1),
    };
    const envelope = createEnvelope({ keys: [remote] });
    expect(await envelope.open(await envelope.seal('x', binding), binding)).toBe('x');
    expect(seen).toEqual(['["im1","acme","connection","c1"]']);
  });

  it('names every fault of its keys at once, and no key', () => {
    const faults = () =>
      createEnvelope({ keys: [{ id: 'a b', key: new Secret('c2hvcnQ=') }, key('x'), key('x')] });
    expect(faults).toThrow(ConfigurationError);
    expect(faults).toThrow(/keys\[0\]\.id[\s\S]*keys\[0\]\.key[\s\S]*keys\[2\]\.id/);
    expect(faults).not.toThrow(/c2hvcnQ/);
    expect(() => createEnvelope({ keys: [] })).toThrow(/is empty/);
  });
});

describe('comparing secrets', () => {
  it('tells the same from others, whatever form they have', () => {
    expect(isSameSecret('abc', new Secret('abc'))).toBe(true);
    expect(isSameSecret(Buffer.from('abc'), 'abc')).toBe(true);
    for (const other of ['abd', 'ab', 'abcd', '', 'ABC']) expect(isSameSecret(other, 'abc')).toBe(false);
  });

  const name = String.raw`\w*(?:[sS]ecret|[pP]assword|[tT]oken|[dD]igest|[hH]ash|[sS]ignature|[nN]once|[vV]erifier|mac|hmac|otp)(?:Value|Text)?(?:\.reveal\(\))?`;
  const harmless = String.raw`(?!=|\s*(?:undefined|null|''|true|false|'[a-z_.+-]+'))`;
  const onTheLeft = new RegExp(String.raw`(?<!typeof\s+\w*)\b${name}\s*[!=]==?${harmless}`);
  const onTheRight = new RegExp(String.raw`(?<!typeof \w+) [!=]==?\s*(?:\w+\??\.)*${name}(?![\w.(])`);
  const compares = (line: string) => onTheLeft.test(line) || onTheRight.test(line);

  it('is done by constant time everywhere in this package: no === has a secret beside it', () => {
    const root = join(import.meta.dirname, '..');
    const found = readdirSync(root, { recursive: true, encoding: 'utf8' })
      .filter(
        (file) =>
          file.endsWith('.ts') && !file.endsWith('.test.ts') && !/__tests__|__fixtures__|testing/.test(file),
      )
      .flatMap((file) =>
        readFileSync(join(root, file), 'utf8')
          .split('\n')
          .map((line) => line.trim())
          .filter((line) => compares(line) && !/^(\*|\/\/|\/\*\*)/.test(line))
          .map((line) => `${file}: ${line}`),
      );
    expect(found).toEqual([]);
    for (const bad of [
      'if (sessionToken === given) {',
      'given !== this.secret',
      'code.secret.reveal() === given',
      'a === stored.refreshToken)',
    ])
      expect([bad, compares(bad)]).toEqual([bad, true]);
    for (const good of [
      'token === undefined',
      "typeof token === 'string'",
      "tokenType === 'bearer'",
      'a === token.kind',
    ])
      expect([good, compares(good)]).toEqual([good, false]);
  });
});

describe('the audit', () => {
  it('gives the page a message, the log the reason, and the listener an event', () => {
    const lines: [string, string, LogFields | undefined][] = [];
    const log = (level: string) => (message: string, fields?: LogFields) =>
      void lines.push([level, message, fields]);
    const logger: Logger = { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') };
    const events: AuthEvent[] = [];
    const audit = createAudit({ logger, onEvent: (event) => void events.push(event) });
    const error = audit.refuse({
      type: 'sign_in.refused',
      tenant: 'acme',
      code: 'unauthenticated',
      reason: 'nonce_mismatch',
      says: 'the sign-in was not accepted; begin again',
      detail: 'the ID token answers another request',
    });
    expect(error).toMatchObject({ code: 'unauthenticated', reason: 'nonce_mismatch', tenant: 'acme' });
    expect(error.message).toBe('the sign-in was not accepted; begin again');
    expect(lines).toEqual([
      [
        'warn',
        'auth: sign_in.refused',
        { tenant: 'acme', reason: 'nonce_mismatch', detail: 'the ID token answers another request' },
      ],
    ]);
    expect(events).toMatchObject([{ type: 'sign_in.refused', outcome: 'refused', reason: 'nonce_mismatch' }]);
  });

  it('goes on when a listener throws, and says so', () => {
    const errors: string[] = [];
    const nothing = () => {};
    const audit = createAudit({
      logger: { debug: nothing, info: nothing, warn: nothing, error: (message) => void errors.push(message) },
      onEvent: () => {
        throw new TypeError('no');
      },
    });
    audit.note({ type: 'connection.refreshed', tenant: 'acme' });
    expect(errors).toEqual(['a listener of auth events failed']);
  });
});
