import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Framer } from './framer.ts';

const message = (size: number): Buffer => {
  const head =
    size < 128
      ? [0x30, size]
      : [0x30, 0x84, (size >> 24) & 255, (size >> 16) & 255, (size >> 8) & 255, size & 255];
  return Buffer.concat([Buffer.from(head), Buffer.alloc(size, 7)]);
};

describe('the framer', () => {
  it('cuts messages wherever the stream is cut', { timeout: 60_000 }, () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(sizes, fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1 }), (lengths, cuts) => {
        const messages = lengths.map(message);
        const stream = Buffer.concat(messages);
        const framer = new Framer(1_000);
        const got: Buffer[] = [];
        for (let at = 0, turn = 0; at < stream.length; turn += 1) {
          const size = cuts[turn % cuts.length] as number;
          expect(framer.take(stream.subarray(at, at + size), (one) => got.push(one))).toBeUndefined();
          at += size;
        }
        expect(got).toEqual(messages);
        expect(framer.isBetween).toBe(true);
      }),
      { numRuns: 200, seed: 1 },
    );
  });

  it.each([
    ['a web page', Buffer.from('HTTP/1.1 400 Bad Request'), 'not_ldap'],
    ['a TLS alert', Buffer.from([0x15, 3, 1, 0, 2]), 'not_ldap'],
    ['an indefinite length', Buffer.from([0x30, 0x80, 2, 1, 1]), 'not_ldap'],
    ['a length of nothing', Buffer.from([0x30, 0]), 'not_ldap'],
    ['a long length of nothing', Buffer.from([0x30, 0x81, 0]), 'not_ldap'],
    ['a length of five bytes', Buffer.from([0x30, 0x85, 0, 0, 0, 0, 1]), 'not_ldap'],
    ['four gigabytes', Buffer.from([0x30, 0x84, 255, 255, 255, 255]), 'message_too_large'],
    ['one byte too much', Buffer.from([0x30, 0x82, 0x03, 0xe9]), 'message_too_large'],
  ] as const)('gives up %s at its head', (_what, bytes, fault) => {
    const framer = new Framer(1_000);
    expect(framer.take(bytes, () => expect.unreachable())).toBe(fault);
  });
});
