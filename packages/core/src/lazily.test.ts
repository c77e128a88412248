import { describe, expect, it } from 'vitest';
import { IntegrationError } from './errors.ts';
import { lazily } from './lazily.ts';
import { requireOptional } from './load-optional.ts';

class Counter {
  #count = 0;
  label = 'a';
  next(): number {
    this.#count += 1;
    return this.#count;
  }
}

describe('lazily', () => {
  it('makes the object when it is first touched, once', () => {
    let made = 0;
    const counter = lazily(() => {
      made += 1;
      return new Counter();
    });
    expect(made).toBe(0);
    expect([counter.next(), counter.next()]).toEqual([1, 2]);
    expect(made).toBe(1);
  });

  it('behaves as the object: private fields, class, properties, the same method each time', () => {
    const counter = lazily(() => new Counter());
    expect(counter).toBeInstanceOf(Counter);
    expect('next' in counter).toBe(true);
    expect(counter.next).toBe(counter.next);
    counter.label = 'b';
    expect(counter.label).toBe('b');
    expect(counter.constructor).toBe(Counter);
  });

  it('is not made by a promise that resolves with it', async () => {
    let made = 0;
    const counter = lazily(() => {
      made += 1;
      return new Counter();
    });
    await Promise.resolve(counter);
    expect(made).toBe(0);
  });

  it('throws what making it threw, each time it is touched', () => {
    const broken = lazily<Counter>(() => {
      throw new Error('no');
    });
    expect(() => broken.next()).toThrow('no');
    expect(() => broken.next()).toThrow('no');
  });
});

describe('requireOptional', () => {
  it('loads a package from where the caller stands', () => {
    const yaml = requireOptional<typeof import('yaml')>('yaml', 'reading YAML', import.meta.url);
    expect(yaml.parse('a: 1')).toEqual({ a: 1 });
  });

  it('says what needs a missing package, and how to install it', () => {
    const load = () => requireOptional('@im/not-there', 'native()', import.meta.url);
    expect(load).toThrow(IntegrationError);
    expect(load).toThrow(
      'native() needs the package @im/not-there, which cannot be loaded; install it: npm install @im/not-there',
    );
  });
});
