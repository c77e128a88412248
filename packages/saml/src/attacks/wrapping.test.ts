/** Signature wrapping in every published position. */
import { describe, expect, it } from 'vitest';
import { keyOf } from '../__tests__/keys.ts';
import { tampered } from '../__tests__/refused.ts';
import { messageOf, openRig } from '../__tests__/rig.ts';
import { forgedName, wrap, wrappings } from '../__tests__/wrapping.ts';
import { verifiedElement } from '../crypto/signature.ts';
import { Refused } from '../refusals.ts';
import { ns } from '../xml/names.ts';
import { isNamed } from '../xml/read.ts';
import { everyElement, parseXml } from '../xml/strict.ts';

describe.each(wrappings)('signature wrapping $name: $what', (wrapping) => {
  const { sign, reason } = wrapping;

  it('is refused', () => tampered((text) => wrap(text, wrapping), reason, { sign }));

  it('would give nothing forged even if its structure were let through', async () => {
    const rig = openRig();
    const text = wrap(messageOf(await rig.visit({ sign })), wrapping);
    const trust = { certificates: [keyOf('provider').certificate], allowSha1: false };
    let document: ReturnType<typeof parseXml>;
    try {
      document = parseXml(text);
    } catch (error) {
      expect(error).toMatchObject({ reason: 'duplicate_id' });
      return;
    }
    expect(text).toContain(forgedName);
    for (const element of everyElement(document.root)) {
      if (!isNamed(element, ns.assertion, 'Assertion') && !isNamed(element, ns.protocol, 'Response'))
        continue;
      try {
        expect(verifiedElement(document, element, trust)?.text ?? '').not.toContain(forgedName);
      } catch (error) {
        expect(error).toBeInstanceOf(Refused);
      }
    }
  });
});
