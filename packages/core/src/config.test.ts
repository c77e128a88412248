// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references are written so.
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { Ajv2020 } from 'ajv/dist/2020.js';
import ajvFormats from 'ajv-formats';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { bell, definition, radio } from './__tests__/sample-definitions.ts';
import { describeVectors } from './__tests__/vectors.ts';
import { configJsonSchema, type LoadConfigOptions, type LoadedConfig, loadConfig } from './config.ts';
import { ConfigurationError } from './configuration-error.ts';
import { isSecret } from './options/secret-field.ts';
import { Secret } from './secret.ts';

const definitions = [radio, bell];

function load(text: string, options: LoadConfigOptions = {}): Promise<LoadedConfig> {
  return loadConfig({ text, name: 'im.yaml' }, { env: {}, definitions, ...options });
}

async function errorOf(loading: Promise<unknown>): Promise<ConfigurationError> {
  const error = await loading.then(
    () => new Error('nothing was thrown'),
    (thrown: unknown) => thrown,
  );
  if (error instanceof ConfigurationError) return error;
  throw error;
}

async function faultsOf(text: string, options: LoadConfigOptions = {}): Promise<readonly string[]> {
  const { faults } = await errorOf(load(text, options));
  return faults.map(
    ({ path, says, remedy, place }) => `${place?.line}:${place?.column} ${path} | ${says} | ${remedy}`,
  );
}

function shown({ integrations }: LoadedConfig): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    integrations.map(({ tenant, name, options }) => [`${tenant}/${name}`, revealed(options)]),
  );
}

function revealed(value: unknown): unknown {
  if (isSecret(value)) return { secret: value.reveal() };
  if (Array.isArray(value)) return value.map(revealed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, revealed(item)]));
}

const least = 'clientId: abc, clientSecret: hush';

describe('faults of a file', () => {
  it.each<readonly [string, string, readonly string[]]>([
    ['a file that is a list', '- a', ['1:1  | must be a mapping, not a list | correct it']],
    [
      'an unknown key at the top',
      'integrations: {}\ntenant: {}',
      ['2:1  | has the unknown key "tenant" | did you mean tenants?'],
    ],
    [
      'an unknown key of a tenant',
      'tenants:\n  acme:\n    integration: {}',
      ['3:5 tenants.acme | has the unknown key "integration" | did you mean integrations?'],
    ],
    [
      'an unknown key of an integration, in an environment that does not hold',
      'environments:\n  staging:\n    integrations:\n      bell: { opions: {} }',
      ['4:15 environments.staging.integrations.bell | has the unknown key "opions" | did you mean options?'],
    ],
    [
      'tenants that are a list',
      'tenants: [acme]',
      ['1:1 tenants | must be a mapping, not a list | correct it'],
    ],
    [
      'an integration that is a text',
      'integrations:\n  bell: yes',
      ['2:9 integrations.bell | must be a mapping, not a string | correct it'],
    ],
    [
      'a wrong type in settings',
      'settings:\n  slaTarget: 2\n  features: { beta: yes }',
      [
        '2:14 settings.slaTarget | must be at most 1 | correct it',
        '3:21 settings.features.beta | must be a boolean, not a string | correct it',
      ],
    ],
    [
      'a wrong switch',
      'integrations:\n  bell: { required: maybe, enabled: 1 }',
      [
        '2:21 integrations.bell.required | must be a boolean, not a string | correct it',
        '2:37 integrations.bell.enabled | must be a boolean, not a number | correct it',
      ],
    ],
    [
      'an unknown template and an unknown environment',
      'environments:\n  production: { extends: bse }\n  base: {}\ntemplates: { standard: {} }\ntenants:\n  acme: { extends: [standart] }',
      [
        '2:26 environments.production.extends | names the unknown environment "bse" | did you mean base?',
        '6:21 tenants.acme.extends | names the unknown template "standart" | did you mean standard?',
      ],
    ],
    [
      'circles',
      'environments:\n  production: { extends: b }\n  b: { extends: production }\ntemplates:\n  self: { extends: self }\ntenants:\n  acme: { extends: self }',
      [
        '3:17 environments.b.extends | goes round in a circle by "production" | extend another one',
        '5:20 templates.self.extends | goes round in a circle by "self" | extend another one',
      ],
    ],
    [
      'options of two integrations together',
      `integrations:
  radio:
    options:
      clientId: 12
      clientSecrett: x
tenants:
  acme:
    integrations:
      main:
        use: radio
        options: { ${least}, markets: [DE, AUT] }`,
      [
        '3:5 integrations.radio.options.clientSecret | is missing | add it',
        '4:17 integrations.radio.options.clientId | must be a string, not a number | put it in quotes, so that it is text',
        '5:7 integrations.radio.options | has the unknown key "clientSecrett" | did you mean clientSecret?',
        '11:69 tenants.acme.integrations.main.options.markets[1] | must have at most 2 characters | correct it',
      ],
    ],
    [
      'options that are not there at all',
      'integrations:\n  radio:',
      [
        '2:3 integrations.radio.options.clientId | is missing | add it: Id of the app.',
        '2:3 integrations.radio.options.clientSecret | is missing | add it',
      ],
    ],
    [
      'a fault in a template, once, where it was written',
      `templates:
  t: { integrations: { radio: { options: { timeoutMs: 0 } } } }
tenants:
  a: { extends: t, integrations: { radio: { options: { ${least} } } } }
  b: { extends: t, integrations: { radio: { options: { ${least} } } } }`,
      ['2:55 tenants.a.integrations.radio.options.timeoutMs | must be more than 0 | correct it'],
    ],
    [
      'a fault behind an alias and a merge, where it was written',
      `x: &x
  timeoutMs: none
integrations:
  radio:
    options: { <<: *x, ${least} }`,
      [
        '1:1  | has the unknown key "x" | remove it, known are $schema, environment, defaults, environments, templates, settings, integrations, tenants',
        '2:14 integrations.radio.options.timeoutMs | must be a number, not a string | correct it',
      ],
    ],
    [
      'resilience, by what the layers make together',
      `settings: { resilience: { timeoutMs: 0 } }
integrations:
  bell:
    resilience:
      retry: { maxAttempts: 0 }
      timeout: 5`,
      [
        '1:38 settings.resilience.timeoutMs | must be at least 1 | correct it',
        '5:29 integrations.bell.resilience.retry.maxAttempts | must be at least 1 | correct it',
        '6:7 integrations.bell.resilience | has the unknown key "timeout" | did you mean timeoutMs?',
      ],
    ],
    [
      'resilience of a tenant that nobody completes',
      'settings:\n  resilience:\n    rateLimit: { burst: 2 }\nintegrations:\n  bell:',
      [
        '3:5 settings.resilience.rateLimit.limit | is missing | add it: Calls that may start in any stretch of `windowMs`. No default.',
      ],
    ],
    [
      'undefined references, at the reference',
      'integrations:\n  radio:\n    options:\n      clientId: "a-${env:NOPE}"\n      clientSecret: ${secret:radio/key}\n      region: ${envv:X}',
      [
        '4:20 integrations.radio.options.clientId | refers to an environment variable that is not set | set NOPE, or give a default: ${env:NOPE:-…}',
        '5:21 integrations.radio.options.clientSecret | refers to a secret, and there is no secret store | give `secrets` to loadConfig',
        '6:15 integrations.radio.options.region | has a reference that is neither ${env:NAME}, ${env:NAME:-default} nor ${secret:path} | correct it, or write $${ for a plain ${',
      ],
    ],
    [
      'a package that is not installed, with the command',
      'integrations:\n  a: { use: "@im/not-there" }\n  not-there:\n  c: { use: "no package" }',
      [
        '2:13 integrations.a.use | cannot be used: @im/not-there is not installed | npm install @im/not-there',
        '3:3 integrations.not-there.use | cannot be used: @im/not-there is not installed | npm install @im/not-there',
        '4:13 integrations.c.use | cannot be used: what to use is not the name of a package or a file | name it as in @im/spotify or ./crm.js',
      ],
    ],
    [
      'names that the registry would refuse',
      'tenants:\n  "a\\tb": { integrations: { bell: } }\n  c: { integrations: { "": { use: bell } } }',
      [
        '2:3 tenants | cannot be used: the tenant has control characters | give a tenant of 1 to 256 characters without control characters',
        '3:24 tenants.c.integrations | cannot be used: the name is empty | give a name of 1 to 256 characters without control characters',
      ],
    ],
    [
      'more than one document',
      'tenants: {}\n---\nintegrations: {}',
      ['3:1  | there is more than one document | keep one to a file'],
    ],
  ])('tells of %s', async (_what, text, told) => {
    expect(await faultsOf(text)).toEqual(told);
  });

  it('tells of an environment that is not there', async () => {
    const text = 'environment: develpment\nenvironments:\n  development: {}';
    expect(await faultsOf(text)).toEqual([
      '1:14  | names the unknown environment "develpment" | did you mean development?',
    ]);
    expect(await faultsOf(text, { environment: 'staging' })).toEqual([
      '1:14  | names the unknown environment "staging" | known are development',
    ]);
  });

  it('stand in one error, a line each, with file, line and column', async () => {
    const error = await errorOf(load('integrations:\n  radio: { options: { clientId: abc } }\nx: 1'));
    expect(error.message.split('\n')).toEqual([
      'configuration cannot be used, 2 faults:',
      '  im.yaml:2:12: integrations.radio.options.clientSecret is missing; add it',
      expect.stringMatching(/^ {2}im\.yaml:3:1: has the unknown key "x"; remove it, known are /),
    ]);
    expect(error.code).toBe('invalid_argument');
  });

  it('of a file that cannot be read name the file', async () => {
    const error = await errorOf(loadConfig('/nowhere/im.yaml'));
    expect(error.message).toContain('/nowhere/im.yaml: the file does not exist; correct the path');
  });

  it('hold no value of the file, of the environment or of the secret store', async () => {
    const canary = (name: string) => `canary-${name}-8d3f`;
    const field = (name: string) => `{ deep: ${canary(name)} }`;
    const text = `
settings: { slaTarget: ${canary('sla')}, features: { a: ${canary('feature')} }, resilience: { timeoutMs: ${canary('timeout')} } }
integrations:
  radio:
    required: ${canary('required')}
    resilience: { retry: ${canary('retry')}, breaker: { by: ${canary('by')} } }
    options:
      clientId: ${field('clientId')}
      clientSecret: ${field('clientSecret')}
      timeoutMs: ${canary('timeoutMs')}
      live: "\${env:LIVE}"
      markets: "\${secret:markets}"
      region: "\${env:NO:-${canary('default')}}"
      proxy: { url: ${canary('url')}, password: [${canary('password')}] }
      login: { type: ${canary('type')} }
      cache: ${canary('cache')}
      accounts: { a: { token: ${field('token')}, other: ${canary('other')} } }
`;
    const error = await errorOf(load(text, { env: { LIVE: canary('env') }, secrets: () => canary('store') }));
    expect(error.faults.length).toBeGreaterThan(15);
    const everything = [
      error.message,
      error.stack,
      JSON.stringify(error),
      inspect(error, { depth: 20, showHidden: true }),
    ];
    expect(everything.join('\n')).not.toContain('canary');
  });
});

describe('what holds', () => {
  const layers = `
defaults:
  integrations:
    radio: { options: { clientId: from-defaults, clientSecret: s, timeoutMs: 1 } }
integrations:
  radio: { options: { timeoutMs: 2, region: us-east } }
environments:
  base:
    integrations: { radio: { options: { timeoutMs: 3 } } }
  production:
    extends: base
    integrations: { radio: { options: { clientId: from-production } } }
  development:
    extends: [production, base]
    settings: { features: { beta: true } }
    tenants: { acme: { integrations: { bell: } } }
`;

  it.each([
    ['production', undefined, { 'default/radio': { clientId: 'from-production', timeoutMs: 3 } }],
    ['base', 'base', { 'default/radio': { clientId: 'from-defaults', timeoutMs: 3 } }],
    [
      'development',
      'development',
      { 'default/radio': { clientId: 'from-production', timeoutMs: 3 }, 'acme/bell': {} },
    ],
  ])(
    'is the top of the file on defaults, with %s and what it extends above',
    async (name, environment, expected) => {
      const config = await load(layers, { environment });
      expect(config.environment).toBe(name);
      expect(shown(config)).toMatchObject(expected);
      expect(shown(config)['default/radio']).toMatchObject({
        region: 'us-east',
        clientSecret: { secret: 's' },
      });
      expect(Object.keys(shown(config))).toEqual(Object.keys(expected));
    },
  );

  it('can be chosen by the file from the environment', async () => {
    const text = `environment: \${env:MODE:-development}\n${layers}`;
    expect((await load(text)).environment).toBe('development');
    expect((await load(text, { env: { MODE: 'base' } })).environment).toBe('base');
  });

  it('for a tenant is what it says on the templates it extends, later ones on top', async () => {
    const config = await load(`
templates:
  one:
    settings: { slaTarget: 0.9, features: { a: true, b: true } }
    integrations: { radio: { options: { clientId: one, clientSecret: one, timeoutMs: 1 } } }
  two:
    extends: one
    integrations: { radio: { options: { clientId: two } } }
  three:
    settings: { features: { b: false } }
    integrations: { bell: { required: true } }
tenants:
  acme: { extends: [two, three], integrations: { radio: { options: { clientSecret: acme } } } }
  plain: { integrations: { bell: { enabled: false } } }
`);
    expect(shown(config)).toEqual({
      'acme/radio': { clientId: 'two', clientSecret: { secret: 'acme' }, timeoutMs: 1 },
      'acme/bell': {},
      'plain/bell': {},
    });
    expect(config.tenants).toEqual([
      { name: 'acme', settings: { slaTarget: 0.9, features: { a: true, b: false } } },
      { name: 'plain', settings: {} },
    ]);
    expect(config.integrations.map(({ required, enabled }) => [required, enabled])).toEqual([
      [false, true],
      [true, true],
      [false, false],
    ]);
  });

  it('at the top is what the default tenant has, beside its own section', async () => {
    const config = await load(
      'settings: { slaTarget: 0.5 }\nintegrations: { bell: }\ntenants: { default: { integrations: { b2: { use: bell } } } }',
    );
    expect(config.integrations.map(({ tenant, name }) => `${tenant}/${name}`)).toEqual([
      'default/bell',
      'default/b2',
    ]);
    expect(config.tenants).toEqual([{ name: 'default', settings: { slaTarget: 0.5 } }]);
  });

  it('is nothing in an empty file', async () => {
    expect(await load('')).toMatchObject({ environment: 'production', tenants: [], integrations: [] });
  });

  it('takes from the environment what the schema asks for', async () => {
    const text = `integrations:
  radio:
    enabled: \${env:ON}
    resilience: { timeoutMs: "\${env:WAIT}" }
    options:
      clientId: \${env:ID}
      clientSecret: \${env:KEY}
      timeoutMs: \${env:WAIT}
      live: \${env:LIVE:-true}
      markets: \${env:MARKETS}
      proxy: { url: "https://\${env:HOST}/" }`;
    const env = { ON: 'yes', WAIT: '250', ID: '0123', KEY: '42', MARKETS: 'DE, AT', HOST: 'proxy.test' };
    const config = await load(text, { env });
    expect(config.integrations[0]).toMatchObject({ enabled: true, resilience: { timeoutMs: 250 } });
    expect(shown(config)['default/radio']).toEqual({
      clientId: '0123',
      clientSecret: { secret: '42' },
      timeoutMs: 250,
      live: true,
      markets: ['DE', 'AT'],
      proxy: { url: 'https://proxy.test/' },
    });
  });

  it('does not ask for what a disabled integration or another environment refers to', async () => {
    const asked: string[] = [];
    const text = `environments: { staging: { integrations: { radio: { options: { clientSecret: "\${secret:b}" } } } } }
integrations:
  radio: { enabled: false, options: { clientId: "\${env:NOPE}", clientSecret: "\${secret:a}", live: 5 } }`;
    const config = await load(text, { secrets: (path) => `${asked.push(path)}` });
    expect(asked).toEqual([]);
    expect(config.integrations[0]).toMatchObject({ enabled: false, name: 'radio' });
  });

  it('has every credential as a Secret, and prints none', async () => {
    const text = `integrations:
  radio:
    options:
      clientId: abc
      clientSecret: canary-1
      proxy: { url: https://p.test, password: "\${env:PASSWORD}" }
      login: { type: key, key: "\${secret:key}" }
      accounts: { a: { token: canary-4 }, b: { token: "t-\${secret:key}" } }`;
    const config = await load(text, {
      env: { PASSWORD: 'canary-2' },
      secrets: async () => new Secret('canary-3'),
    });
    expect(shown(config)['default/radio']).toMatchObject({
      clientSecret: { secret: 'canary-1' },
      proxy: { password: { secret: 'canary-2' } },
      login: { key: { secret: 'canary-3' } },
      accounts: { a: { token: { secret: 'canary-4' } }, b: { token: { secret: 't-canary-3' } } },
    });
    expect(JSON.stringify(config) + inspect(config, { depth: 20, showHidden: true })).not.toContain('canary');
  });

  it('refuses a secret where it would be shown', async () => {
    const text = `integrations: { radio: { options: { clientId: "\${secret:id}", clientSecret: x } } }`;
    expect(await faultsOf(text, { secrets: () => 'abc' })).toEqual([
      '1:47 integrations.radio.options.clientId | must be a string, not a secret | this one is no credential and would be shown: write the value itself, or take it from the environment',
    ]);
  });

  it('is given up at once when aborted, with the reason', async () => {
    const controller = new AbortController();
    const asked = Promise.withResolvers<void>();
    const loading = load('integrations: { radio: { options: { clientSecret: "${secret:a}" } } }', {
      signal: controller.signal,
      secrets: () => {
        asked.resolve();
        return new Promise<string>(() => {});
      },
    });
    await asked.promise;
    controller.abort(new Error('enough'));
    await expect(loading).rejects.toThrow('enough');
    await expect(load('', { signal: AbortSignal.abort(new Error('before')) })).rejects.toThrow('before');
  });
});

describe('a file on disk', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'im-config-'));
    await writeFile(
      join(folder, 'im.yaml'),
      'integrations: { chime: { use: ./chime.mjs, options: { note: 1 } } }',
    );
    await writeFile(join(folder, 'latin1.yaml'), Buffer.from([0x61, 0x3a, 0x20, 0xe9]));
    const zod = import.meta.resolve('zod');
    await writeFile(
      join(folder, 'chime.mjs'),
      `import { z } from '${zod}';\nexport const chime = { id: 'chime', options: z.strictObject({ note: z.number() }), connect: () => ({}) };`,
    );
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('finds what it uses from its own folder', async () => {
    const config = await loadConfig(join(folder, 'im.yaml'));
    expect(config.integrations[0]).toMatchObject({
      name: 'chime',
      definition: { id: 'chime' },
      options: { note: 1 },
    });
    expect(config.integrations[0]?.place).toEqual({ file: join(folder, 'im.yaml'), line: 1, column: 17 });
  });

  it('is refused when it is not UTF-8', async () => {
    expect((await errorOf(loadConfig(join(folder, 'latin1.yaml')))).message).toContain(
      'the file is not UTF-8 text; save it as UTF-8',
    );
  });
});

describe('the JSON Schema of a file', () => {
  const validate = ajvFormats
    .default(new Ajv2020({ strict: false, allErrors: true }))
    .compile(configJsonSchema(definitions));

  it('accepts what loads, references and parts in other layers included', () => {
    const text = `
environment: \${env:MODE:-production}
templates: { t: { integrations: { radio: { use: radio, options: { timeoutMs: 5 }, resilience: { retry: { maxAttempts: 2 } } } } } }
integrations:
  main: { use: '@im/radio', enabled: "\${env:ON:-true}", options: { ${least}, live: "\${env:L:-true}", region: "\${env:R:-eu-west}", markets: "\${env:M:-DE}" } }
tenants: { acme: { extends: t }, other: }
`;
    expect(validate(parse(text)), JSON.stringify(validate.errors)).toBe(true);
  });

  it.each([
    ['an unknown key', 'intgrations: {}'],
    ['an unknown option', 'integrations: { a: { use: radio, options: { clientIdd: x } } }'],
    ['a wrong type of an option', 'integrations: { a: { use: "@im/radio", options: { timeoutMs: soon } } }'],
    ['a wrong value of an option', 'integrations: { a: { use: radio, options: { region: mars } } }'],
    ['an unknown key of resilience', 'settings: { resilience: { timeout: 1 } }'],
    ['a wrong switch', 'integrations: { a: { enabled: maybe } }'],
  ])('refuses %s', (_what, text) => {
    expect(validate(parse(text))).toBe(false);
  });
});

describe('any tree', () => {
  const words = [
    'defaults',
    'environments',
    'templates',
    'tenants',
    'integrations',
    'settings',
    'resilience',
    'options',
  ];
  const more = [
    'use',
    'extends',
    'enabled',
    'required',
    'production',
    'radio',
    'bell',
    'clientId',
    'clientSecret',
  ];
  const rest = [
    'login',
    'type',
    'cache',
    'accounts',
    'proxy',
    'features',
    'environment',
    'constructor',
    'timeoutMs',
  ];
  const key = fc.constantFrom(...words, ...more, ...rest);
  const texts = fc.constantFrom(
    'radio',
    'bell',
    'production',
    '${env:X}',
    '${env:NO}',
    '${secret:a}',
    '${',
    'code',
  );
  const leaf = fc.oneof(texts, fc.integer(), fc.boolean(), fc.constant(null), fc.string());
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 6 },
      leaf,
      fc.dictionary(key, tie('tree'), { maxKeys: 5 }),
      fc.array(tie('tree'), { maxLength: 3 }),
    ),
  }));

  it('loads, or is refused with a place for every fault', async () => {
    await fc.assert(
      fc.asyncProperty(fc.dictionary(key, tree, { maxKeys: 6 }), async (value) => {
        const options = { env: { X: '3' }, from: '/', secrets: () => 's' };
        const result = await load(stringify(value), options).catch((error: unknown) => error);
        if (!(result instanceof Error)) return;
        expect(result).toBeInstanceOf(ConfigurationError);
        for (const { place } of (result as ConfigurationError).faults) {
          expect(place).toMatchObject({
            file: 'im.yaml',
            line: expect.any(Number),
            column: expect.any(Number),
          });
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('any text', () => {
  const echo = definition('echo', z.strictObject({ text: z.string(), key: z.string().optional() }));
  const echoed = async (name: string, text: string) => {
    const options = { text: text.replaceAll('${', () => '$${') };
    const tenants = { [name]: { integrations: { [name]: { use: 'echo', options } } } };
    return (await load(stringify({ tenants }), { definitions: [echo] })).integrations;
  };
  const cannotBeName = (text: string) =>
    text === '' || text === '__proto__' || text === '<<' || text.length > 256 || /\p{Cc}/u.test(text);
  const expectRoundTrip = async (text: string) => {
    expect(await echoed('acme', text)).toMatchObject([{ options: { text } }]);
    if (cannotBeName(text)) await expect(echoed(text, text)).rejects.toThrow(ConfigurationError);
    else expect(await echoed(text, text)).toMatchObject([{ tenant: text, name: text, options: { text } }]);
  };

  it('comes out as it went in, as a value and as a name', async () => {
    await fc.assert(fc.asyncProperty(fc.string({ unit: 'grapheme', minLength: 1 }), expectRoundTrip), {
      numRuns: 200,
    });
    for (const text of [
      '__proto__',
      'constructor',
      'default',
      '<<',
      'null',
      '~',
      'a:b',
      '../b',
      'a%00b',
      '- x',
      '${env:X}',
    ]) {
      await expectRoundTrip(text);
    }
  });

  describeVectors('naughty strings', 'naughty-strings', (folder) => {
    it('come out as they went in, or are refused with a typed error', async () => {
      const strings = JSON.parse(readFileSync(join(folder, 'blns.json'), 'utf8')) as readonly string[];
      expect(strings.length).toBeGreaterThan(400);
      for (const text of strings) await expectRoundTrip(text);
    });
  });
});
