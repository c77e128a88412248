import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Secret } from '@im/core';
import { secretShapes } from '@im/testing';
import { describeVectors } from '@im/testing/vitest';
import { describe, expect, it } from 'vitest';
import { createLogger, withoutCredentials } from './index.ts';

describe('credentials in texts', () => {
  it.each([
    ['Authorization: Bearer abc.def', 'Authorization: Bearer [redacted]'],
    ['redis://user:pw@127.0.0.1:6379/0', 'redis://[redacted]@127.0.0.1:6379/0'],
    ['{"password":"hunter2","a":1}', '{"password":"[redacted]","a":1}'],
    ["password = 'two words', a = 1", "password = '[redacted]', a = 1"],
    ['token=[hunter2] secret=[redacted]', 'token=[redacted]] secret=[redacted]'],
    ['wJAlrXutnFEMi/KyMDE7/bPxRfiCYqrStUvWxyz is it', '[redacted] is it'],
    ['order 3f2504e0-4f89-11d3-9a0c-0305e82c3301', 'order [redacted]'],
    ['-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY----- end', '[redacted] end'],
  ])('%j reads %j', (text, shown) => {
    expect(withoutCredentials(text)).toBe(shown);
  });

  it.each([
    'spotify.getTrack: token expired; reconnect the account',
    'basic authentication is off',
    'listening at http://127.0.0.1:8080/integrations',
    's3.eu-central-1.amazonaws.com refused the connection (ECONNREFUSED)',
    '2026-11-25T20:19:57.123Z started checkout-service-2',
    'im_integration_call_duration_seconds: healthy → degraded',
    '    at Object.readFailure (/srv/app/packages/http/src/client.ts:93:27)',
  ])('%j stays', (text) => {
    expect(withoutCredentials(text)).toBe(text);
  });

  it('are looked for in hostile texts, too, in no time to speak of', () => {
    const began = performance.now();
    for (const unit of ['a.', '=', 'key=', '"', '//', 'Bearer ', '-----BEGIN ', "'key", 'a"value="', ' -u='])
      expect(withoutCredentials(unit.repeat(16_384 / unit.length))).not.toBe('');
    expect(performance.now() - began).toBeLessThan(10_000);
  });
});

/** Rules of Go's RE2 in JavaScript's syntax. */
function toRegExp(pattern: string): RegExp {
  const classes = pattern
    .replaceAll('[[:alnum:]]', '[a-zA-Z0-9]')
    .replaceAll('[:alnum:]', 'a-zA-Z0-9')
    .replaceAll('(?P<', '(?<')
    .replaceAll('\\z', '$');
  // `(?i)` in the middle holds to the end of its group; taking it for the whole rule only finds more.
  return new RegExp(classes.replaceAll('(?i)', ''), classes.includes('(?i)') ? 'i' : '');
}

describeVectors('secrets of every known shape', 'secrets', (folder) => {
  const toml = readFileSync(join(folder, 'gitleaks.toml'), 'utf8');
  const rules = new Map(
    [...toml.matchAll(/^id = "([^"]+)"[\s\S]*?^regex = '''(.+)'''/gm)].map(([, id = '', pattern = '']) => [
      id,
      toRegExp(pattern),
    ]),
  );
  /** Which application it is, which anybody may know, and which may be digits alone. */
  const isPublic = (id: string) => /-(client|access)-id$/.test(id);
  const shapes = secretShapes(toml);

  it('are found by the rules, as they are', () => {
    const missed = shapes.filter(({ id, whole }) => rules.get(id)?.test(` ${whole} `) !== true);
    expect(missed.map(({ id }) => id).length).toBeLessThan(shapes.length / 10);
  });

  it('are in no line, wherever they were put, and no rule finds anything', async () => {
    const lines: string[] = [];
    const logger = await createLogger({ destination: { write: (line) => lines.push(line) } });
    const found: string[] = [];
    for (const { id, secret, whole } of shapes) {
      lines.length = 0;
      const error = Object.assign(new Error(`the vendor said: ${whole}`), {
        apiKey: secret,
        body: { whole },
      });
      logger.info('as a secret', { key: new Secret(secret), list: [new Secret(whole)] });
      logger.info('by its name', { password: secret, headers: { authorization: whole, cookie: [secret] } });
      if (!isPublic(id)) {
        logger.info(`in a message: ${whole} and on`);
        logger.info('in fields', { says: whole, deep: { list: [`said ${whole}`] } });
        logger.error('in an error', { error });
        logger.info('in a url', { url: `https://example.com/?api_key=${encodeURIComponent(secret)}` });
      }
      for (const line of lines) {
        if (line.includes(JSON.stringify(secret).slice(1, -1))) found.push(`${id}: ${line}`);
        for (const [rule, pattern] of rules)
          if (pattern.test(line)) found.push(`${rule} finds ${id}: ${line}`);
      }
    }
    expect(found).toEqual([]);
  });
});
