import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { errorCode } from './errors.ts';
import { SecretBytes } from './secret.ts';

describe('secret bytes', () => {
  const value = new TextEncoder().encode('hush-0123456789');

  it('print nowhere', () => {
    const bytes = new SecretBytes(value);
    const shown = [String(bytes), `${bytes}`, JSON.stringify({ bytes }), inspect({ bytes }, { depth: 9 })];
    for (const text of shown) {
      expect(text).toContain('[redacted]');
      expect(text).not.toMatch(/hush|104|68757368/);
    }
  });

  it('give themselves away by name only', () => {
    const bytes = new SecretBytes(value);
    expect(bytes.byteLength).toBe(15);
    expect(bytes.reveal()).toBe(value);
    expect(bytes.text().reveal()).toBe('hush-0123456789');
    expect(String(bytes.text())).toBe('[redacted]');
  });

  it('are no text when they are not UTF-8', () => {
    const bytes = new SecretBytes(Uint8Array.of(0xff, 0xfe));
    let thrown: unknown;
    try {
      bytes.text();
    } catch (error) {
      thrown = error;
    }
    expect(errorCode(thrown)).toBe('failed_precondition');
  });
});
