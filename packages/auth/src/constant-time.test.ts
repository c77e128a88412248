/**
 * Constant time by construction: `isSameSecret` is the one place where secrets are compared. Sources are read for any other comparison of something that
 * is called like one; what is left is named here, each with the reason for which its time tells nothing.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = import.meta.dirname;

/** Names of what nobody may learn by timing. */
const secret =
  /secret|token|code|digest|mac\b|password|hash|signature|checksum|otp|verifier|nonce|proof|credential/i;
/** What stands on either side: a name, a member, a call with simple arguments, a literal. */
const side = String.raw`(?:typeof\s+)?['"\w.?!-]+(?:\([^()]*\)|\[[^\]]*\])*(?:[?.!]+\w+(?:\([^()]*\))*)*`;
const comparison = new RegExp(`(${side})\\s*[!=]==?\\s*(${side})`, 'g');
/** Whether it is there, of what type, how long or which of our own words it is, is no comparison of what it is. */
const harmless = /^(?:undefined|null|true|false|-?\d[\d_]*|''|'[\w:./ -]*'|typeof\s.*|.*\.(?:length|size))$/;

/** By the file and the text of the comparison. */
const exceptions: Readonly<Record<string, string>> = {
  'api-keys/format.ts: given.slice(-checksumLength) !== checksum(front)':
    'a checksum of what the caller sent: it has no secret of ours in it',
};

function sources(): readonly string[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter(
      (file) =>
        file.endsWith('.ts') && !/\.test\.ts$|__tests__|__fixtures__|testing|same-secret\.ts$/.test(file),
    )
    .toSorted();
}

function comparisonsIn(text: string): readonly string[] {
  return [...text.replaceAll(/^\s*(?:\*|\/\/|\/\*).*$/gm, '').matchAll(comparison)]
    .filter(([, left = '', right = '']) => !harmless.test(left) && !harmless.test(right))
    .filter(([, left = '', right = '']) => secret.test(left) || secret.test(right))
    .map(([found]) => found.replaceAll(/\s+/g, ' '));
}

it('finds the comparisons that it looks for', () => {
  const bad = [
    'if (token === stored.token) return;',
    'return given !== expectedDigest;',
    'codes.some((code) => code == given)',
    'if (hashOf(password) === kept) {',
    'a.secret !== b',
  ];
  expect(bad.filter((line) => comparisonsIn(line).length === 0)).toEqual([]);
  const good = [
    'if (token === undefined) return;',
    'codes.length === 0',
    "kind === 'token'",
    '* token === other',
  ];
  expect(good.flatMap(comparisonsIn)).toEqual([]);
});

it('secrets are compared by isSameSecret, and nowhere else', () => {
  const files = sources();
  expect(files.length).toBeGreaterThan(60);
  const found = files.flatMap((file) =>
    comparisonsIn(readFileSync(join(root, file), 'utf8')).map((text) => `${file}: ${text}`),
  );
  expect(found.filter((one) => !(one in exceptions))).toEqual([]);
  expect(Object.keys(exceptions).filter((one) => !found.includes(one))).toEqual([]);
});
