import { describe, expect, it } from 'vitest';
import { readArguments } from './call-arguments.ts';

const read = (...words: string[]) =>
  readArguments(words, { shown: 'shop.pay', parameters: ['order', 'market', 'more'] });

describe('arguments of a call', () => {
  it('are JSON where they can be read so, else texts', () => {
    expect(read('42', '"42"', '{"a":[null,true]}')).toEqual([42, '42', { a: [null, true] }]);
    expect(read('so what', '', 'null')).toEqual(['so what', '', null]);
  });

  it('are left out where none was given', () => {
    expect(read('a')).toEqual(['a', undefined, undefined]);
  });

  it('are taken by the name of a parameter', () => {
    expect(read('market=SE', 'a')).toEqual(['a', 'SE', undefined]);
    expect(read('more={"x":1}', 'order=7')).toEqual([7, undefined, { x: 1 }]);
  });

  it('are fields of one object where no parameter has the name', () => {
    expect(read('amount=1250', 'currency=eur', 'card.number="4242"', 'card.cvc=123')).toEqual([
      { amount: 1250, currency: 'eur', card: { number: '4242', cvc: 123 } },
      undefined,
      undefined,
    ]);
    expect(read('id', 'amount=1', 'last')).toEqual(['id', { amount: 1 }, 'last']);
  });

  it('keep what follows the first = as it is, line breaks too', () => {
    expect(read('order=a=b\nc')).toEqual(['a=b\nc', undefined, undefined]);
    expect(read('https://x.test/?a=b')).toEqual(['https://x.test/?a=b', undefined, undefined]);
  });

  it('cannot reach a prototype', () => {
    const [value] = read('__proto__.polluted=1') as [object];
    expect(Object.keys(value)).toEqual(['__proto__']);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it.each([
    [['a', 'b', 'c', 'd'], 'takes order, market, more, and more was given'],
    [['order=1', 'order=2'], 'order is given twice'],
    [['x=1', 'x=2'], 'x is given twice'],
    [['x=1', 'x.y=2'], 'x has a value already'],
    [['{"a":'], 'is no valid JSON'],
  ])('refuse %j', (words, says) => {
    expect(() => read(...words)).toThrow(says);
  });
});
