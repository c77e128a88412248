import { describe, expect, it } from 'vitest';
import { readCookie, setCookie } from './cookies.ts';
import { allowedReturn } from './return-to.ts';

describe('where a browser is sent', () => {
  it.each([
    ['/', '/'],
    ['/settings?tab=1#x', '/settings?tab=1#x'],
    ['/a/../b', '/b'],
    ['https://app.example.com/x', 'https://app.example.com/x'],
  ])('allows %s', (value, expected) => {
    expect(allowedReturn(value, ['https://app.example.com'])).toBe(expected);
  });

  it.each([
    '//evil.example',
    '///evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/\t/evil.example',
    '/\n/evil.example',
    ' /x',
    'https://evil.example',
    'https://app.example.com.evil.example/',
    'https://app.example.com@evil.example/',
    'https://user@app.example.com/',
    'http://app.example.com/',
    'https://app.example.com:8443/',
    'javascript:alert(1)',
    'data:text/html,x',
    'evil.example',
    '',
  ])('refuses %j (open redirect)', (value) => {
    expect(allowedReturn(value, ['https://app.example.com'])).toBeUndefined();
  });

  it('refuses what is longer than an address need be', () => {
    expect(allowedReturn(`/${'a'.repeat(3_000)}`)).toBeUndefined();
  });

  it('keeps a path of dots and slashes on this host', () => {
    expect(allowedReturn('/..//evil.example')).toBe('/evil.example');
    expect(allowedReturn('/.//evil.example')).toBe('/evil.example');
  });
});

describe('cookies', () => {
  const request = (cookie: string) => new Request('https://app.example.com/', { headers: { cookie } });

  it('belong to this host alone, and not to scripts', () => {
    expect(setCookie('connect', 'abc', { maxAgeSeconds: 600 })).toBe(
      '__Host-connect=abc; Path=/; Max-Age=600; Secure; HttpOnly; SameSite=Lax',
    );
  });

  it.each([
    ['a name with an end', 'a;Domain=evil.test', 'x'],
    ['no name', '', 'x'],
    ['a name with a line end', 'a\r\nset-cookie: b', 'x'],
    ['an attribute in the value', 'a', 'x; Domain=evil.test'],
    ['a line end in the value', 'a', 'x\r\nset-cookie: b=1'],
    ['a comma', 'a', 'x,b=1'],
    ['quotes', 'a', '"x"'],
    ['a backslash', 'a', 'x\\'],
    ['a space', 'a', 'x y'],
    ['a letter of another script', 'a', 'ü'],
    ['more than browsers keep', 'a', 'x'.repeat(4_089)],
  ])('are refused with %s (RFC 6265bis §4.1.1)', (_, name, value) => {
    const set = () => setCookie(name, value);
    expect(set).toThrow(expect.objectContaining({ code: 'invalid_argument', reason: 'cookie' }));
    if (name === 'a') expect(set).not.toThrow(value);
  });

  it('take every character that a cookie may have, and whole seconds alone', () => {
    const all = Array.from({ length: 94 }, (_, at) => String.fromCharCode(33 + at)).join('');
    const allowed = all.replace(/[",;\\]/g, '');
    expect(setCookie('a', allowed)).toContain(`__Host-a=${allowed}; `);
    expect(setCookie('a', 'x'.repeat(4_088)).length).toBeGreaterThan(4_096);
    expect(setCookie('a', '', { maxAgeSeconds: 1.9 })).toContain('Max-Age=1;');
    for (const maxAgeSeconds of [-1, Number.NaN, Number.POSITIVE_INFINITY])
      expect(() => setCookie('a', '', { maxAgeSeconds })).toThrow(/lifetime/);
  });

  it('are read by their whole name; two of one name are none', () => {
    expect(readCookie(request('a=1; __Host-connect=abc; connect=x'), 'connect')).toBe('abc');
    expect(readCookie(request('connect=x; X__Host-connect=y'), 'connect')).toBeUndefined();
    expect(readCookie(request('__Host-connect=abc; __Host-connect=evil'), 'connect')).toBeUndefined();
  });
});
