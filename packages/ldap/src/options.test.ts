import { ConfigurationError, optionsFromEnvironment, parseOptions } from '@im/core';
import { expect, it } from 'vitest';
import { client, localhost } from './__fixtures__/certificates.ts';
import { ldap } from './index.ts';

const faults = (options: unknown): readonly string[] => {
  try {
    parseOptions(ldap, options);
    return [];
  } catch (error) {
    return error instanceof ConfigurationError
      ? error.faults.map(({ path, says }) => `${path}: ${says}`)
      : [String(error)];
  }
};

it('faults are told all at once, and no value of them', () => {
  const told = faults({
    urls: [
      'http://dc1.example.org',
      'ldap://user:password-in-a-url@dc2.example.org',
      'ldaps://dc3.example.org/dc=x',
      'ldap://',
    ],
    baseDn: 'example.org',
    userFilter: '(uid=',
    attributes: { login: 'not a name', colour: 'red' },
    poolSize: 0,
    pageSize: 5_000,
    ca: 'no certificate',
    schema: 'novell',
  });
  for (const path of [
    'urls[0]',
    'urls[1]',
    'urls[2]',
    'urls[3]',
    'baseDn',
    'userFilter',
    'attributes.login',
    'poolSize',
    'pageSize',
    'ca',
    'schema',
    'colour',
  ])
    expect(told.join('\n')).toContain(path);
  expect(told.join('\n')).not.toContain('password-in-a-url');
});

it('what is shown by SASL goes together', () => {
  const base = { urls: ['ldap://dc1.example.org'], baseDn: 'dc=example,dc=org' };
  const shown = { clientCertificate: client.cert, clientKey: client.key };
  expect(faults({ ...base, ...shown })).toEqual([]);
  expect(faults({ ...base, ...shown, bindDn: 'cn=x', bindPassword: 'secret' })).toEqual([]);
  expect(faults({ ...base, bindName: 'app', bindPassword: 'secret' })).toEqual([]);
  expect(faults({ ...base, bindName: 'app' })).toEqual(['bindPassword: is missing: bindName is set']);
  expect(faults({ ...base, bindName: 'a\0b', bindPassword: 'secret' })).toEqual([
    'bindName: must have no NUL',
  ]);
  expect(faults({ ...base, bindName: 'app', bindDn: 'cn=x', bindPassword: 'secret' })).toEqual([
    'bindName: is one too many: bindDn is set',
  ]);
  expect(faults({ ...base, clientKey: client.key })).toEqual([
    'clientCertificate: is missing: clientKey is set',
  ]);
  expect(faults({ ...base, ...shown, clientKey: localhost.key, startTls: false })).toEqual([
    'clientKey: must be the private key of clientCertificate, PEM',
    'startTls: must be true: without TLS no certificate is shown',
  ]);
});

it('who searches has both name and password, or neither', () => {
  const base = { urls: ['ldaps://dc1.example.org:3269'], baseDn: 'dc=example,dc=org' };
  expect(faults(base)).toEqual([]);
  expect(faults({ ...base, bindDn: 'cn=x' })).toEqual(['bindPassword: is missing: bindDn is set']);
  expect(faults({ ...base, bindPassword: 'secret' })).toEqual(['bindDn: is missing: bindPassword is set']);
  // An anonymous bind must not pass for a name with a password.
  expect(faults({ ...base, bindDn: 'cn=x', bindPassword: '' })).toContainEqual(
    expect.stringContaining('bindPassword'),
  );
});

it('is read from the environment', () => {
  const options = optionsFromEnvironment(ldap, {
    LDAP_URLS: 'ldaps://dc1.example.org,ldaps://dc2.example.org',
    LDAP_BASE_DN: 'dc=example,dc=org',
    LDAP_ATTRIBUTES_LOGIN: 'mail',
    LDAP_START_TLS: 'no',
  });
  expect(parseOptions(ldap, options)).toMatchObject({
    urls: ['ldaps://dc1.example.org', 'ldaps://dc2.example.org'],
    attributes: { login: 'mail' },
    startTls: false,
  });
});
