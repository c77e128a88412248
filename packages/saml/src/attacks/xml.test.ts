/** Documents that are meant for the parser. */
import { describe, expect, it } from 'vitest';
import { refused, tampered } from '../__tests__/refused.ts';
import { openRig, withMessage } from '../__tests__/rig.ts';
import type { RefusalReason } from '../refusals.ts';

describe('comment truncation', () => {
  it.each([
    ['in the name', (text: string) => text.replace('ada-persistent-id', 'ada-persistent<!---->-id')],
    [
      'that cuts another name in two',
      (text: string) => text.replace('ada@example.org', 'ada@example.org<!-- -->.evil.example'),
    ],
    ['as an instruction', (text: string) => text.replace('ada-persistent-id', 'ada-persistent<?x y?>-id')],
    ['as CDATA', (text: string) => text.replace('ada-persistent-id', '<![CDATA[ada-persistent-id]]>')],
  ])('%s: refused before any parser', (_where, change) => tampered(change, 'comment_or_instruction'));

  it('a comment that the provider itself signed is refused too, rather than read half', () =>
    tampered((text) => `${text} `, 'comment_or_instruction', {
      editAssertion: (text) =>
        text.replace('ada-persistent-id', 'victim@example.org<!---->.attacker.example'),
    }));
});

describe('XXE and entities', () => {
  it.each([
    ['a document type', (text: string) => `<!DOCTYPE Response>${text}`, 'dtd'],
    [
      'an external entity',
      (text: string) =>
        `<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>${text.replace('ada-persistent-id', '&x;')}`,
      'dtd',
    ],
    [
      'a parameter entity',
      (text: string) => `<!DOCTYPE r [<!ENTITY % x SYSTEM "http://169.254.169.254/">%x;]>${text}`,
      'dtd',
    ],
    [
      'a billion laughs',
      (text: string) => `<!DOCTYPE r [<!ENTITY a "haha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>${text}`,
      'dtd',
    ],
    ['an entity without a type', (text: string) => text.replace('ada-persistent-id', '&x;'), 'bad_entity'],
    ['a character that is none', (text: string) => text.replace('ada-persistent-id', '&#0;'), 'bad_entity'],
    ['another encoding', (text: string) => `<?xml version="1.0" encoding="UTF-7"?>${text}`, 'bad_encoding'],
    ['a second root', (text: string) => `${text}<x/>`, 'not_xml'],
    [
      'depth',
      (text: string) =>
        text.replace('<samlp:Status>', `${'<a>'.repeat(100)}${'</a>'.repeat(100)}<samlp:Status>`),
      'too_deep',
    ],
    [
      'two thousand elements, which cost the signature library seconds',
      (text: string) => text.replace('<samlp:Status>', `${'<a/>'.repeat(2_000)}<samlp:Status>`),
      'too_many_elements',
    ],
    [
      'a megabyte',
      (text: string) => text.replace('<samlp:Status>', `<a b="${'x'.repeat(1_000_000)}"/><samlp:Status>`),
      'too_large',
    ],
  ] as const)('%s is refused before any parser', (_what, change, reason) => tampered(change, reason));

  // The time of the processor, as a busy machine takes longer by the clock for anything.
  it.each<[string, string, RefusalReason]>([
    ['depth', '<a>'.repeat(100_000), 'too_deep'],
    ['attributes', `<a ${'b="" '.repeat(90_000)}>`, 'too_many_elements'],
    ['a long name', `<a ${'b'.repeat(400_000)}`, 'not_xml'],
    ['a long value', `<a b="${'&amp;'.repeat(90_000)}"/>`, 'unexpected_message'],
    ['colons', `<${'a:'.repeat(200_000)}/>`, 'not_xml'],
    ['quotes that open', `<a ${" b='".repeat(100_000)}`, 'not_xml'],
    ['a tag without an end', `<${'a'.repeat(60_000)}`, 'not_xml'],
    ['spaces and no attribute', `<a${' '.repeat(60_000)}/>`, 'unexpected_message'],
    ['spaces behind an attribute', `<a b${' '.repeat(60_000)}/>`, 'not_xml'],
    ['spaces in place of a value', `<a b=${' '.repeat(60_000)}/>`, 'not_xml'],
    ['brackets', '<'.repeat(400_000), 'not_xml'],
    ['ampersands', `<a>${'&'.repeat(400_000)}`, 'bad_entity'],
    ['space', `<a ${'\n'.repeat(400_000)}`, 'not_xml'],
  ])('an attacker’s worst document takes no time: %s', { timeout: 60_000 }, async (_of, text, reason) => {
    const rig = openRig();
    const form = await rig.visit();
    const before = process.cpuUsage();
    await refused(rig, withMessage(form, text), reason);
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1_000).toBeLessThan(1_000);
  });
});
