/** Attacks on API keys and roles, by name. */
import { memoryState } from '@im/core';
import { expect } from 'vitest';
import { createApiKeys } from '../api-keys/index.ts';
import { type Attack, badKey } from './attack.ts';
import { openAll } from './attack-scene.ts';

export const attacksOnKeys: Readonly<Record<string, Attack>> = {
  'key guessing: the id of a key, another secret': {
    ...badKey,
    reason: 'wrong_secret',
    run: async (all) => {
      const { key } = await all.keys.create('acme', { name: 'x', scopes: ['report:read'] });
      const guess = all.plant('guess', await forged(all.plant('API key', key)));
      return () => all.keys.verify(guess, { tenant: 'acme' });
    },
  },
  'key guessing: of the right form, of nobody': {
    ...badKey,
    reason: 'unknown',
    run: async (all) => {
      const { key } = await openAll().keys.create('acme', { name: 'x', scopes: ['report:read'] });
      const guess = all.plant('guess', key);
      return () => all.keys.verify(guess, { tenant: 'acme' });
    },
  },
  'key of another tenant': {
    ...badKey,
    reason: 'unknown',
    run: async (all) => {
      const { key } = await all.keys.create('globex', { name: 'x', scopes: ['report:read'] });
      all.plant('API key', key);
      return () => all.keys.verify(key, { tenant: 'acme' });
    },
  },
  'key that was revoked': {
    ...badKey,
    reason: 'revoked',
    run: async (all) => {
      const { key, record } = await all.keys.create('acme', { name: 'x', scopes: ['report:read'] });
      all.plant('API key', key);
      await all.keys.revoke('acme', record.id);
      return () => all.keys.verify(key, { tenant: 'acme' });
    },
  },
  'privilege escalation by a key without the scope': {
    code: 'permission_denied',
    reason: 'missing_scope',
    type: 'api_key.refused',
    run: async (all) => {
      const { key } = await all.keys.create('acme', { name: 'x', scopes: ['report:read'] });
      all.plant('API key', key);
      return () => all.keys.verify(key, { tenant: 'acme', scope: 'report:delete' });
    },
  },
  'privilege escalation by a role of another tenant': {
    code: 'permission_denied',
    reason: 'no_role',
    type: 'access.refused',
    run: async ({ access }) => {
      await access.tenant('globex').assign('ada', 'admin');
      return () => access.tenant('acme').require('ada', 'report:delete');
    },
  },
  'privilege escalation by replacing a role of the application': {
    code: 'invalid_argument',
    reason: 'role_of_application',
    type: 'role.refused',
    run: async ({ access }) => {
      await access.tenant('acme').assign('ada', 'viewer');
      return () => access.tenant('acme').putRole('viewer', { allow: ['*:*'] }, { by: 'ada' });
    },
  },
  'privilege escalation by a path out of what is allowed': {
    code: 'permission_denied',
    reason: 'malformed',
    type: 'access.refused',
    run: async ({ access }) => {
      await access.tenant('acme').putRole('reader', { allow: ['/reports/*:read'] });
      await access.tenant('acme').assign('ada', 'reader');
      return () => access.tenant('acme').require('ada', '/reports/../keys:read');
    },
  },
};

/** A key of the id of `right` and another secret, whole in its form. */
async function forged(right: string): Promise<string> {
  const id = [...right.slice('app_'.length, 'app_'.length + 16)];
  const number = id.reduce((sum, digit) => sum * 62n + BigInt(digits.indexOf(digit)), 0n);
  const idBytes = Buffer.from(number.toString(16).padStart(24, '0'), 'hex');
  const twins = createApiKeys({
    state: memoryState(),
    prefix: 'app',
    randomBytes: (size) => (size === 12 ? idBytes : Buffer.alloc(size, 7)),
  });
  const { key } = await twins.create('acme', { name: 'x', scopes: ['report:read'] });
  expect(key.reveal().slice(0, 20)).toBe(right.slice(0, 20));
  return key.reveal();
}
const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
