import { inspect } from 'node:util';
import { Secret } from '@im/core';
import { describe, expect, it } from 'vitest';
import { createCanary, findCanaries } from './canary.ts';

const value = createCanary('options.clientSecret');
const canaries = { 'options.clientSecret': value };
const bytes = Buffer.from(value);

describe('canaries', () => {
  it.each([
    ['plain', `token=${value};`],
    ['json', JSON.stringify({ deep: [{ a: value }] })],
    ['percent', `?key=${encodeURIComponent(value)}`],
    ['form', new URLSearchParams({ key: value }).toString()],
    ['hex', `0x${bytes.toString('hex')}`],
    ['base64', `Basic ${Buffer.from(`id:${value}`).toString('base64')}`],
    ['base64', `Basic ${Buffer.from(`ab:${value}:c`).toString('base64')}`],
    ['base64', `Basic ${Buffer.from(`a${value}`).toString('base64')}`],
    ['base64url', Buffer.from(`{"k":"${value}`).toString('base64url')],
    ['html', `<p>${value.replaceAll('"', '&quot;')}</p>`],
    ['reversed', [...value].reverse().join('')],
  ])('are found as %s', (encoding, text) => {
    expect(findCanaries(text, canaries)).toContainEqual({ canary: 'options.clientSecret', encoding });
  });

  it.each([
    ['a property, however deep', { a: { b: { c: { d: { e: [new Map([['k', value]])] } } } } }],
    [
      'a cause of a cause',
      new Error('one', { cause: new Error('two', { cause: { headers: { authorization: value } } }) }),
    ],
    ['a message', new TypeError(`bad ${value}`)],
    ['what JSON shows only', { toJSON: () => value, [inspect.custom]: (): string => 'hidden' }],
    ['what String shows only', { toString: () => value, [inspect.custom]: (): string => 'hidden' }],
  ])('are found in %s', (_what, thing) => {
    expect(findCanaries(thing, canaries)).not.toEqual([]);
  });

  it('are not found where a Secret holds them', () => {
    const secret = new Secret(value);
    expect(findCanaries({ secret, text: `${secret}`, list: [secret] }, canaries)).toEqual([]);
  });

  it('differ by name and never change', () => {
    expect(createCanary('a')).toBe(createCanary('a'));
    expect(createCanary('a')).not.toBe(createCanary('b'));
  });

  it('that could turn up by chance are refused', () => {
    expect(() => findCanaries('x', { key: 'secret' })).toThrow('cannot be told from chance');
  });
});
