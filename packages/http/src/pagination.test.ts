import { describe, expect, it } from 'vitest';
import { toHeaders } from './headers.ts';
import {
  cursorPage,
  fromCursor,
  fromLink,
  fromOffset,
  linkPage,
  linkTarget,
  offsetPage,
} from './pagination.ts';

const sizes = { pageSize: 20, maxPageSize: 50 };
const call = (cursor?: string, pageSize?: number) => ({ cursor, pageSize });

describe('pages', () => {
  it('go by offset to the end, one after the other', () => {
    const all = Array.from({ length: 45 }, (_, index) => index);
    const seen: number[] = [];
    let cursor: string | undefined;
    let requests = 0;
    do {
      const at = fromOffset(call(cursor), sizes);
      const page = offsetPage(all.slice(at.offset, at.offset + at.limit), at, { total: all.length });
      seen.push(...page.items);
      cursor = page.next;
      requests += 1;
    } while (cursor !== undefined);
    expect(seen).toEqual(all);
    expect(requests).toBe(3);
  });

  it('end by what the vendor says: total, more or not, a short page, an empty page', () => {
    const at = { offset: 0, limit: 2 };
    expect(offsetPage([1, 2], at, { total: 2 }).next).toBeUndefined();
    expect(offsetPage([1, 2], at, { hasMore: false }).next).toBeUndefined();
    expect(offsetPage([1], at).next).toBeUndefined();
    expect(offsetPage([1, 2], at).next).toBeDefined();
    expect(offsetPage([], at, { total: 9 }).next).toBeUndefined();
    const left = offsetPage([1], at, { total: 9, received: 2 }).next;
    expect(fromOffset(call(left), sizes).offset).toBe(2);
  });

  it('keep the page size within what the vendor allows', () => {
    expect(fromOffset(call(undefined, 500), sizes)).toEqual({ offset: 0, limit: 50 });
    expect(fromOffset(call(undefined, 0), sizes)).toEqual({ offset: 0, limit: 1 });
  });

  it('go by cursor, with null and an empty one as the end', () => {
    const { next } = cursorPage([1], 'a:b/ü');
    expect(fromCursor(call(next))).toBe('a:b/ü');
    expect(cursorPage([1], null).next).toBeUndefined();
    expect(cursorPage([1], '').next).toBeUndefined();
  });

  it('refuse a cursor of another style, and nonsense', () => {
    const { next } = cursorPage([1], '7');
    expect(() => fromOffset(call(next), sizes)).toThrow('cursor');
    expect(() => fromOffset(call('nonsense'), sizes)).toThrow('cursor');
    expect(() => fromLink(call(next))).toThrow('cursor');
    expect(() => fromOffset(call(Buffer.from('offset:-1').toString('base64url')), sizes)).toThrow('damaged');
  });

  it('go by link, to the same origin only', () => {
    const base = 'https://api.example.com/v1/';
    const headers = toHeaders({
      link: '<https://api.example.com/v1/x?page=2>; rel="next", <https://api.example.com/v1/x?page=9>; rel="last"',
    });
    const { next } = linkPage([1], headers, base);
    expect(fromLink(call(next))).toBe('https://api.example.com/v1/x?page=2');
    expect(fromLink(call(linkPage([1], '/v1/x?page=3', base).next))).toBe(
      'https://api.example.com/v1/x?page=3',
    );
    expect(linkPage([1], null, base).next).toBeUndefined();
    expect(() => linkPage([1], 'https://evil.test/x', base)).toThrow('another host');
  });

  it.each([
    ['<a>; rel=next', 'a'],
    ['<a>; title="x, <b>; rel=next"; rel="prev next"', 'a'],
    ['<a>; rel="prev", <b>; REL="Next"', 'b'],
    ['<a,b;c>; rel="next"', 'a,b;c'],
    ['<>; rel="next"', ''],
    ['<a>; rel="last"', undefined],
    ['<a>', undefined],
    ['', undefined],
    [null, undefined],
  ])('read the Link header %s (RFC 8288 §3)', (header, target) => {
    expect(linkTarget(header, 'next')).toBe(target);
  });

  it('read a hostile Link header in no time', () => {
    const before = performance.now();
    linkTarget(`<a>${'; x="'.repeat(20_000)}`, 'next');
    linkTarget('<'.repeat(50_000), 'next');
    expect(performance.now() - before).toBeLessThan(100);
  });
});
