import { inspect } from 'node:util';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { radio, radioOptions } from './__tests__/sample-definitions.ts';
import { ConfigurationError } from './configuration-error.ts';
import { isIntegrationError } from './errors.ts';
import {
  environmentTemplate,
  optionsFromEnvironment,
  optionsJsonSchema,
  optionTable,
  parseOptions,
  secret,
  secretPaths,
} from './options.ts';
import { Secret } from './secret.ts';

const least = { clientId: 'abc', clientSecret: 'hush' };

function errorOf(run: () => unknown): ConfigurationError {
  try {
    run();
  } catch (error) {
    if (error instanceof ConfigurationError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

function linesOf(run: () => unknown): readonly string[] {
  return errorOf(run)
    .message.split('\n')
    .slice(1)
    .map((line) => line.trim());
}

describe('options from code', () => {
  it('come out checked, with defaults, and with secrets that do not print', () => {
    const options = parseOptions(radio, least);
    expect(options).toMatchObject({ clientId: 'abc', timeoutMs: 3_000, region: 'eu-west' });
    expect(options.clientSecret.reveal()).toBe('hush');
    expect(`${inspect(options)}${JSON.stringify(options)}`).not.toContain('hush');
  });

  it('may give a Secret for a secret', () => {
    expect(parseOptions(radio, { ...least, clientSecret: new Secret('x') }).clientSecret.reveal()).toBe('x');
  });

  it.each<readonly [string, unknown, readonly string[]]>([
    ['nothing at all', undefined, ['is missing; add it']],
    ['a list', [], ['must be a mapping, not a list; correct it']],
    [
      'two fields missing',
      {},
      ['clientId is missing; add it: Id of the app.', 'clientSecret is missing; add it'],
    ],
    [
      'wrong types',
      { clientId: 12, clientSecret: 7, timeoutMs: '3', live: 'yes', markets: 'DE' },
      [
        'clientId must be a string, not a number; put it in quotes, so that it is text',
        'clientSecret must be a string; correct it',
        'timeoutMs must be a number, not a string; correct it',
        'live must be a boolean, not a string; correct it',
        'markets must be a list, not a string; correct it',
      ],
    ],
    ['a credential that is empty', { ...least, clientSecret: '' }, ['clientSecret is empty; correct it']],
    [
      'a credential that is an empty Secret',
      { ...least, clientSecret: new Secret('') },
      ['clientSecret is empty; correct it'],
    ],
    ['a number too small', { ...least, timeoutMs: -1 }, ['timeoutMs must be more than 0; correct it']],
    ['a fraction', { ...least, timeoutMs: 1.5 }, ['timeoutMs must be a whole number; correct it']],
    [
      'a text too short',
      { ...least, clientId: 'x' },
      ['clientId must have at least 3 characters; correct it'],
    ],
    [
      'an entry of a list',
      { ...least, markets: ['DE', 'AUT'] },
      ['markets[1] must have at most 2 characters; correct it'],
    ],
    [
      'a value that is nearly one of those allowed',
      { ...least, region: 'eu_west' },
      ['region must be one of "eu-west", "us-east"; did you mean "eu-west"?'],
    ],
    [
      'an unknown key',
      { ...least, clientid: 'x' },
      ['has the unknown key "clientid"; did you mean clientId?'],
    ],
    [
      'an unknown key like no other',
      { ...least, proxy: { url: 'https://x.test', zzzzzz: 1 } },
      ['proxy has the unknown key "zzzzzz"; remove it, known are url, password, retries'],
    ],
    [
      'an unknown key in an object that would drop it',
      { ...least, accounts: { a: { token: 'x', tokn: 'y' } } },
      ['accounts.a has the unknown key "tokn"; did you mean token?'],
    ],
    [
      'an unknown discriminator',
      { ...least, login: { type: 'kex' } },
      ['login.type names none of the allowed forms; use one of "code", "key"'],
    ],
    [
      'a fault in a form of a discriminated union',
      { ...least, login: { type: 'key' } },
      ['login.key is missing; add it'],
    ],
    [
      'a key of another form of a discriminated union',
      { ...least, login: { type: 'key', key: 'k', redirectUrl: 'https://x.test' } },
      ['login has the unknown key "redirectUrl"; remove it, known are type, key'],
    ],
    [
      'a fault in the form of a union that was meant',
      { ...least, cache: { maxBytes: 'x' } },
      ['cache.maxBytes must be a number, not a string; correct it'],
    ],
    [
      'none of the forms of a union',
      { ...least, cache: 'big' },
      ['cache must be false, or must be a mapping, not a string; correct it'],
    ],
    [
      'a Secret where no credential is',
      { ...least, clientId: new Secret('abc') },
      [
        'clientId must be a string, not a secret; this one is no credential and would be shown: write the value itself, or take it from the environment',
      ],
    ],
  ])('report %s', (_what, raw, lines) => {
    expect(linesOf(() => parseOptions(radio, raw))).toEqual(lines);
  });

  it('put the place given before each path', () => {
    const error = errorOf(() => parseOptions(radio, { markets: [1] }, 'tenants.acme.options'));
    expect(error.faults.map(({ path }) => path)).toEqual([
      'tenants.acme.options.clientId',
      'tenants.acme.options.clientSecret',
      'tenants.acme.options.markets[0]',
    ]);
    expect(error).toMatchObject({ code: 'invalid_argument', provider: 'radio', retryable: false });
    expect(isIntegrationError(error)).toBe(true);
  });

  it('let no value that was given into the error, whatever is wrong with it', () => {
    const canary = (name: string) => `canary-${name}-5e1f`;
    const wrong = {
      clientId: { inner: canary('clientId') },
      clientSecret: [canary('clientSecret')],
      timeoutMs: canary('timeoutMs'),
      live: canary('live'),
      markets: [canary('markets')],
      region: canary('region'),
      proxy: { url: canary('url'), password: { a: canary('password') }, retries: canary('retries') },
      login: { type: canary('type'), key: canary('key') },
      cache: { maxBytes: canary('maxBytes') },
      accounts: { a: { token: 5, more: canary('token') }, b: canary('b') },
      [canary('a-key-that-is-far-too-long-to-be-the-name-of-anything')]: 1,
    };
    const error = errorOf(() => parseOptions(radio, wrong));
    expect(error.faults.length).toBeGreaterThan(10);
    const everything = [
      error.message,
      error.stack,
      JSON.stringify(error),
      inspect(error, { depth: 20, showHidden: true }),
    ];
    expect(everything.join('\n')).not.toContain('canary');
  });

  it("take values out of messages that a schema's author wrote", () => {
    const owner = {
      id: 'x',
      options: z.strictObject({
        token: secret().refine(() => false, {
          error: ({ input }) => `${(input as Secret).reveal()} is no token`,
        }),
        name: z.string().refine(() => false, { error: ({ input }) => `${String(input)} is taken` }),
      }),
    };
    expect(linesOf(() => parseOptions(owner, { token: 'canary-1', name: 'canary-2' }))).toEqual([
      'token [redacted] is no token; correct it',
      'name [redacted] is taken; correct it',
    ]);
  });
});

describe('options from the environment', () => {
  const env = { RADIO_CLIENT_ID: 'abc', RADIO_CLIENT_SECRET: 'hush' };

  it.each<readonly [string, Record<string, string>, Record<string, unknown>]>([
    ['a number', { RADIO_TIMEOUT_MS: ' 250 ' }, { timeoutMs: 250 }],
    ['true', { RADIO_LIVE: 'Yes' }, { live: true }],
    ['false', { RADIO_LIVE: '0' }, { live: false }],
    ['a list by commas', { RADIO_MARKETS: 'DE, AT' }, { markets: ['DE', 'AT'] }],
    ['a list as JSON', { RADIO_MARKETS: '["DE"]' }, { markets: ['DE'] }],
    ['nested fields', { RADIO_PROXY_URL: 'https://p.test' }, { proxy: { url: 'https://p.test' } }],
    [
      'a name of its own',
      { RADIO_PROXY_URL: 'https://p.test', RADIO_TRIES: '2' },
      { proxy: { url: 'https://p.test', retries: 2 } },
    ],
    [
      'a form of a union',
      { RADIO_LOGIN_TYPE: 'code', RADIO_LOGIN_REDIRECT_URL: 'https://r.test' },
      { login: { type: 'code', redirectUrl: 'https://r.test' } },
    ],
    ['a literal of a union', { RADIO_CACHE: 'false' }, { cache: false }],
    ['a field of a union', { RADIO_CACHE_MAX_BYTES: '10' }, { cache: { maxBytes: 10 } }],
    ['an empty variable as one that is not set', { RADIO_REGION: '' }, {}],
  ])('read %s', (_what, more, expected) => {
    const { clientId, clientSecret, ...rest } = optionsFromEnvironment(radio, { ...env, ...more });
    expect(clientId).toBe('abc');
    expect(clientSecret).toBeInstanceOf(Secret);
    expect(rest).toEqual(expected);
  });

  it('read a deep field as JSON', () => {
    const options = optionsFromEnvironment(radio, { ...env, RADIO_ACCOUNTS: '{"a":{"token":"t"}}' });
    expect(parseOptions(radio, options).accounts?.a?.token.reveal()).toBe('t');
  });

  it('can be checked again by the registry', () => {
    expect(parseOptions(radio, optionsFromEnvironment(radio, env)).clientSecret.reveal()).toBe('hush');
  });

  it('name the variable of each fault', () => {
    const wrong = { RADIO_TIMEOUT_MS: 'soon', RADIO_MARKETS: 'DE,AUT', RADIO_LOGIN_TYPE: 'key' };
    expect(linesOf(() => optionsFromEnvironment(radio, wrong))).toEqual([
      'RADIO_CLIENT_ID: clientId is missing; set RADIO_CLIENT_ID: Id of the app.',
      'RADIO_CLIENT_SECRET: clientSecret is missing; set RADIO_CLIENT_SECRET',
      'RADIO_TIMEOUT_MS: timeoutMs must be a number, not a string; correct RADIO_TIMEOUT_MS',
      'RADIO_MARKETS: markets[1] must have at most 2 characters; correct RADIO_MARKETS',
      'RADIO_LOGIN_KEY: login.key is missing; set RADIO_LOGIN_KEY',
    ]);
  });

  it('come in a second set by another prefix, which names given by a schema do not leave', () => {
    const second = {
      ACME_CLIENT_ID: 'xyz',
      ACME_CLIENT_SECRET: 's',
      ACME_PROXY_URL: 'https://p.test',
      RADIO_TRIES: '2',
    };
    expect(optionsFromEnvironment(radio, second, 'ACME')).toMatchObject({
      clientId: 'xyz',
      proxy: { url: 'https://p.test' },
    });
    expect(optionsFromEnvironment(radio, second, 'ACME').proxy).not.toHaveProperty('retries');
  });
});

describe('what is told of options', () => {
  it('lists every path of a credential', () => {
    expect(secretPaths(radioOptions)).toEqual([
      ['clientSecret'],
      ['proxy', 'password'],
      ['login', 'key'],
      ['accounts', '*', 'token'],
    ]);
  });

  it('makes a row of each field', () => {
    const rows = optionTable(radioOptions, 'radio');
    expect(rows.map(({ name, type, required }) => `${name}${required ? '!' : ''}: ${type}`)).toEqual([
      'clientId!: string',
      'clientSecret!: secret',
      'timeoutMs: number',
      'live: boolean',
      'markets: string[]',
      'region: "eu-west" | "us-east"',
      'proxy.url: string',
      'proxy.password: secret',
      'proxy.retries: number',
      'login.type: "code" | "key"',
      'login.redirectUrl: string',
      'login.key: secret',
      'cache.maxBytes: number',
      'cache: false | object',
      'accounts: { [name]: object }',
    ]);
    expect(rows.find(({ name }) => name === 'timeoutMs')).toEqual({
      name: 'timeoutMs',
      type: 'number',
      unit: 'milliseconds',
      description: 'Longest wait.',
      default: '3000',
      env: 'RADIO_TIMEOUT_MS',
      secret: false,
      required: false,
    });
    expect(rows.find(({ name }) => name === 'proxy.retries')).toMatchObject({
      env: 'RADIO_TRIES',
      unit: 'tries',
    });
  });

  it('tells of a default further out, and of each form of a union', () => {
    const login = z
      .discriminatedUnion('flow', [
        z.strictObject({ flow: z.literal('app').describe('as the app') }),
        z.strictObject({ flow: z.literal('user').describe('as a user'), token: secret() }),
      ])
      .default({ flow: 'app' });
    expect(optionTable(z.strictObject({ login }))).toMatchObject([
      { name: 'login.flow', default: '"app"', description: 'as the app; or as a user', required: false },
      { name: 'login.token', default: undefined, secret: true, required: false },
    ]);
  });

  it('makes an .env template that can be filled in and read back', () => {
    const template = environmentTemplate(radio);
    expect(template).toContain('# Id of the app. (required, string)\nRADIO_CLIENT_ID=\n');
    expect(template).toContain('# Longest wait. (number, milliseconds)\n# RADIO_TIMEOUT_MS=3000\n');
    const filled = template
      .replaceAll('# RADIO_TIMEOUT_MS', 'RADIO_TIMEOUT_MS')
      .replaceAll(/_(ID|SECRET)=$/gm, '_$1=abc');
    const lines = filled.split('\n').filter((line) => /^[A-Z]/.test(line));
    const env = Object.fromEntries(lines.map((line) => line.split('=', 2)));
    expect(optionsFromEnvironment(radio, env)).toMatchObject({ clientId: 'abc', timeoutMs: 3_000 });
  });

  it('makes a JSON Schema that agrees with the check', () => {
    const ajv = addFormats.default(new Ajv2020({ strict: true, allErrors: true }));
    const schema = optionsJsonSchema(radio);
    const validate = ajv.compile(schema);
    expect(schema).toMatchObject({ $schema: 'https://json-schema.org/draft/2020-12/schema' });
    expect(schema.properties).toMatchObject({
      clientSecret: {
        type: 'string',
        format: 'password',
        writeOnly: true,
        description: 'Secret of the app.',
      },
    });
    const good: readonly unknown[] = [
      least,
      { ...least, cache: false },
      { ...least, accounts: { a: { token: 't' } } },
    ];
    const bad: readonly unknown[] = [
      {},
      { ...least, live: 1 },
      { ...least, x: 1 },
      { ...least, accounts: { a: { token: 't', tokn: 1 } } },
    ];
    for (const value of good) {
      expect(parseOptions(radio, value)).toBeDefined();
      expect(validate(value)).toBe(true);
    }
    for (const value of bad) {
      expect(() => parseOptions(radio, value)).toThrow(ConfigurationError);
      expect(validate(value)).toBe(false);
    }
  });
});
