/** Signatures that are not there, not good, or of something else. */
import { describe, expect, it } from 'vitest';
import { keyOf } from '../__tests__/keys.ts';
import { refused, tampered } from '../__tests__/refused.ts';
import { messageOf, openRig, type RigOptions } from '../__tests__/rig.ts';
import type { AnswerScript } from '../fake/script.ts';
import type { RefusalReason } from '../refusals.ts';

describe('a signature', () => {
  it.each<[string, AnswerScript, RefusalReason, RigOptions?]>([
    ['that is not there', { sign: 'none' }, 'unsigned'],
    ['by a key that is not the provider’s', { key: keyOf('attacker') }, 'signature_invalid'],
    [
      'of the answer by another key, though the assertion’s is good',
      { sign: 'both', key: keyOf('attacker') },
      'signature_invalid',
    ],
    ['with SHA-1', { hash: 'sha1' }, 'signature_algorithm'],
  ])('%s: %s', (_what, script, reason, how) =>
    (async () => {
      const rig = openRig(how);
      await refused(rig, await rig.visit(script), reason);
    })(),
  );

  it('with SHA-1 is good where the settings say so', async () => {
    const rig = openRig({ provider: { allowSha1: true } });
    await rig.signIn({ hash: 'sha1' });
    expect(rig.signIns).toHaveLength(1);
  });

  it.each<[string, (text: string) => string, RefusalReason]>([
    [
      'over a name that was changed',
      (text) => text.replace('ada-persistent-id', 'attacker@evil.example'),
      'signature_invalid',
    ],
    [
      'over attributes that were changed',
      (text) => text.replace('>staff<', '>administrators<'),
      'signature_invalid',
    ],
    ['that was taken away', (text) => text.replace(/<Signature[\s\S]*?<\/Signature>/, ''), 'unsigned'],
    [
      'that is empty',
      (text) => text.replace(/<SignatureValue>[^<]*/, '<SignatureValue>'),
      'signature_invalid',
    ],
    [
      'by HMAC with the public key',
      (text) =>
        text.replaceAll(
          /SignatureMethod Algorithm="[^"]*"/g,
          'SignatureMethod Algorithm="http://www.w3.org/2000/09/xmldsig#hmac-sha1"',
        ),
      'signature_algorithm',
    ],
    [
      'by no algorithm',
      (text) => text.replaceAll(/SignatureMethod Algorithm="[^"]*"/g, 'SignatureMethod Algorithm="none"'),
      'signature_algorithm',
    ],
    [
      'by an algorithm every object has',
      (text) =>
        text.replaceAll(/SignatureMethod Algorithm="[^"]*"/g, 'SignatureMethod Algorithm="constructor"'),
      'signature_algorithm',
    ],
    [
      'with a form that keeps comments',
      (text) => text.replaceAll('xml-exc-c14n#"', 'xml-exc-c14n#WithComments"'),
      'signature_algorithm',
    ],
    [
      'with a transform by XSLT',
      (text) =>
        text.replace(
          '<Transforms>',
          '<Transforms><Transform Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116"/>',
        ),
      'signature_algorithm',
    ],
    [
      'with a transform by XPath',
      (text) =>
        text.replace(
          /(<Transform Algorithm="[^"]*)enveloped-signature"/,
          '<Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"',
        ),
      'signature_algorithm',
    ],
    [
      'with two references',
      (text) => text.replace(/(<Reference[\s\S]*?<\/Reference>)/, '$1$1'),
      'signature_shape',
    ],
    [
      'that refers to the whole document',
      (text) => text.replace(/Reference URI="[^"]*"/, 'Reference URI=""'),
      'signature_place',
    ],
    [
      'that refers by a path',
      (text) => text.replace(/Reference URI="[^"]*"/, 'Reference URI="#xpointer(/)"'),
      'signature_place',
    ],
    [
      'with a second signature beside it',
      (text) => text.replace(/(<Signature [\s\S]*?<\/Signature>)/, '$1$1'),
      'signature_shape',
    ],
    ['without a reference', (text) => text.replace(/<Reference[\s\S]*?<\/Reference>/, ''), 'signature_shape'],
  ])('%s', (_what, change, reason) => tampered(change, reason));

  it('with the attacker’s certificate in it is still the attacker’s', async () => {
    const rig = openRig();
    const form = await rig.visit({ key: keyOf('attacker') });
    const own = keyOf('attacker').certificate.replace(/-----[A-Z ]+-----|\s/g, '');
    expect(messageOf(form)).toContain(own);
    await refused(rig, form, 'signature_invalid');
  });
});
