/** What is hidden is not believed for that. */
import { describe, it } from 'vitest';
import { keyOf } from '../__tests__/keys.ts';
import { refused, tampered } from '../__tests__/refused.ts';
import { openRig } from '../__tests__/rig.ts';
import type { RefusalReason } from '../refusals.ts';

describe('encryption', () => {
  const certificate = keyOf('service').certificate;

  it('unsigned after decryption: what is hidden is not believed', async () => {
    const rig = openRig();
    await refused(rig, await rig.visit({ sign: 'none', encrypt: { certificate } }), 'unsigned');
  });

  it('padding oracle: AES-CBC without a signature around it is not even decrypted', async () => {
    const rig = openRig();
    const form = await rig.visit({ sign: 'assertion', encrypt: { certificate, content: 'aes128-cbc' } });
    await refused(rig, form, 'encryption_unsigned');
  });

  it('RSA 1.5 is not even decrypted', async () => {
    const rig = openRig();
    await refused(
      rig,
      await rig.visit({ sign: 'both', encrypt: { certificate, key: 'rsa-1_5' } }),
      'encryption_algorithm',
    );
  });

  it('what was encrypted for somebody else, or changed, cannot be read', async () => {
    const rig = openRig();
    const other = { certificate: keyOf('attacker').certificate };
    await refused(rig, await rig.visit({ sign: 'both', encrypt: other }), 'cannot_decrypt');
    await tampered(
      (text) =>
        text.replace(
          /(<\/ds:KeyInfo><xenc:CipherData><xenc:CipherValue>)(.{20})(.)/,
          (_, head: string, kept: string, one: string) => `${head}${kept}${one === 'A' ? 'B' : 'A'}`,
        ),
      'cannot_decrypt',
      { encrypt: { certificate } },
    );
  });

  it('an attacker’s own assertion in an answer of the provider’s shape is refused', async () => {
    const rig = openRig();
    const form = await rig.visit({ key: keyOf('attacker'), encrypt: { certificate } });
    await refused(rig, form, 'signature_invalid');
  });

  it('is demanded where the settings say so', async () => {
    const rig = openRig({ provider: { encrypted: true } });
    await refused(rig, await rig.visit({}), 'not_encrypted');
  });

  it.each<[string, (text: string) => string, RefusalReason]>([
    [
      'a content cipher that is none',
      (text) => text.replace('xmlenc11#aes256-gcm', 'xmlenc11#rot13'),
      'encryption_algorithm',
    ],
    [
      'a reference instead of a value',
      (text) =>
        text.replace(
          /<xenc:CipherValue>[^<]*<\/xenc:CipherValue>/,
          '<xenc:CipherReference URI="http://169.254.169.254/"/>',
        ),
      'bad_shape',
    ],
    [
      'a key that is to be fetched',
      (text) =>
        text.replace(
          '<xenc:EncryptedKey>',
          '<ds:RetrievalMethod URI="http://169.254.169.254/"/><xenc:EncryptedKey>',
        ),
      'encryption_shape',
    ],
    [
      'a content of nothing',
      (text) => text.replace(/(<\/ds:KeyInfo><xenc:CipherData><xenc:CipherValue>)[^<]*/, '$1AAAA'),
      'encryption_shape',
    ],
  ])('%s is refused', (_what, change, reason) => tampered(change, reason, { encrypt: { certificate } }));
});
