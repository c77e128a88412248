import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ConfigurationError,
  createRegistry,
  type Logger,
  optionsFromEnvironment,
  type Registry,
  type RegistryEvent,
} from '@im/core';
import { loadConfig } from '@im/core/config';
import { spotify } from '@im/spotify';
import { sampleIds } from '@im/spotify/testing';
import { findCanaries, secretShapes, shortestCanary } from '@im/testing';
import { describeVectors } from '@im/testing/vitest';
import { expect, it, vi } from 'vitest';
import { stringify } from 'yaml';
import { jsonLogger } from '../log.ts';
import { createServer } from '../server.ts';
import { parrot, startParrot } from './__tests__/parrot.ts';
import { openStack } from './__tests__/stack.ts';

/** A secret, and the tenant that has it. */
interface Planted {
  readonly tenant: string;
  readonly secret: string;
}

/** Everything that came out, by where it did. */
class Outputs {
  readonly #texts = new Map<string, string[]>();
  readonly #found = new Set<string>();
  readonly #canaries: Readonly<Record<string, string>>;
  printed = 0;

  constructor(planted: readonly Planted[]) {
    this.#canaries = Object.fromEntries(planted.map(({ tenant, secret }) => [tenant, secret]));
  }

  /** Something that holds much: looked through for all secrets. */
  add(where: string, text: string): void {
    this.printed += 1;
    const texts = this.#texts.get(where) ?? [];
    this.#texts.set(where, texts);
    texts.push(text);
  }

  /** Something of one tenant, printed in every way there is. */
  addOf({ tenant, secret }: Planted, where: string, value: unknown): void {
    this.printed += 1;
    for (const { encoding } of findCanaries(value, { [tenant]: secret }))
      this.#found.add(`${where}: ${tenant} (${encoding})`);
  }

  /** Every secret that was found, with where. */
  found(): readonly string[] {
    for (const [where, texts] of this.#texts) {
      for (const { canary, encoding } of findCanaries(texts.join('\n'), this.#canaries))
        this.#found.add(`${where}: ${canary} (${encoding})`);
    }
    return [...this.#found];
  }
}

const outcome = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

describeVectors('secrets of every known shape', 'secrets', (folder) => {
  const planted: readonly Planted[] = secretShapes(readFileSync(join(folder, 'gitleaks.toml'), 'utf8')).map(
    ({ id, secret, whole }) => ({
      tenant: id,
      secret: [secret, whole, `${secret}${whole}`].find((text) => text.length >= shortestCanary) ?? '',
    }),
  );

  it('come out nowhere, whatever fails', async () => {
    const outputs = new Outputs(planted);
    const recordings = mkdtempSync(join(tmpdir(), 'im-recordings-'));
    const events: RegistryEvent[] = [];
    const lines = jsonLogger((line) => outputs.add('log', line));
    const level =
      (name: keyof Logger): Logger['info'] =>
      (message, fields) => {
        lines[name](message, fields);
        outputs.add('log fields', `${message} ${JSON.stringify(fields)}`);
      };
    const logger = { debug: level('debug'), info: level('info'), warn: level('warn'), error: level('error') };
    try {
      vi.stubEnv('IM_RECORD', recordings);
      await using stack = await openStack({ fake: { record: true }, registry: { logger } });
      const { fake, registry } = stack;
      await using vendor = await startParrot({ clock: stack.clock });
      vi.unstubAllEnvs();
      stack.watch(vendor);
      registry.on((event) => events.push(event));

      for (const { tenant, secret } of planted) {
        const { baseUrl, accountsUrl } = fake.options(tenant);
        // The vendor knows the secret of the app, and does not know the user's token.
        Object.assign(fake.account(tenant), { clientSecret: secret });
        const app = { clientId: fake.account(tenant).clientId, clientSecret: secret, baseUrl, accountsUrl };
        registry.register(spotify, {
          tenant,
          name: 'app',
          options: { ...app, auth: { flow: 'client-credentials' } },
        });
        registry.register(spotify, {
          tenant,
          name: 'user',
          options: { ...app, auth: { flow: 'authorization-code', refreshToken: secret } },
        });
        registry.register(parrot, {
          tenant,
          options: { apiKey: secret, spare: { password: secret }, baseUrl: vendor.url },
        });
      }
      const report = await stack.until(registry.enableAll());
      const failuresOfStart = report.failed.map(({ error }) => error);

      let succeeded = 0;
      let failedCalls = 0;
      const callAll = async (one: Planted): Promise<void> => {
        const view = registry.tenant(one.tenant);
        const bird = view.get(parrot);
        const calls = {
          app: view.get(spotify, 'app').getTrack(sampleIds.track),
          user: view.get(spotify, 'user').getCurrentUser(),
          repeated: bird.repeat(one.secret),
          said: bird.repeat('hello'),
          refused: bird.repeat('fail'),
          lie: bird.repeat('lie'),
          taught: bird.teach(one.secret),
          blurted: bird.blurt(),
        };
        const ended = Object.entries(calls).map(async ([name, call]) => [name, await outcome(call)] as const);
        for (const [name, error] of await Promise.all(ended)) {
          if (error === undefined) succeeded += 1;
          else {
            failedCalls += 1;
            outputs.addOf(one, `error of ${name}`, error);
            outputs.add(`log of ${name}`, JSON.stringify({ error }));
          }
        }
      };
      for (let from = 0; from < planted.length; from += 40) {
        await stack.until(Promise.all(planted.slice(from, from + 40).map(callAll)));
      }
      for (const error of failuresOfStart) {
        const one = planted.find(({ tenant }) => tenant === error.tenant);
        if (one !== undefined) outputs.addOf(one, 'error of start', error);
      }

      outputs.add('registry.list', JSON.stringify(registry.list()));
      outputs.add('events', JSON.stringify(events));
      for (const { name, tenant } of registry.list())
        outputs.add('registry.status', JSON.stringify(registry.status({ name, tenant })));
      await collectHub(registry, outputs);
      for (const file of readdirSync(recordings))
        outputs.add('recordings', readRecording(join(recordings, file)));

      expect(planted.length).toBeGreaterThan(200);
      expect(report.failed.length).toBeGreaterThanOrEqual(planted.length);
      expect(succeeded).toBeGreaterThan(planted.length);
      expect(failedCalls).toBeGreaterThan(planted.length * 5);
      expect(events.length).toBeGreaterThan(planted.length);
      expect(outputs.found()).toEqual([]);
    } finally {
      vi.unstubAllEnvs();
      rmSync(recordings, { recursive: true });
    }
  }, 60_000);

  it('are in no fault of a configuration, wherever they stand by mistake', async () => {
    const outputs = new Outputs(planted);
    const mistakes = (secret: string) => ({
      misspelt: { use: 'spotify', options: { clientId: 'a', clientSecrte: secret, clientSecret: [secret] } },
      market: {
        use: 'spotify',
        options: { clientId: 'a', clientSecret: 'b', market: secret, locale: secret },
      },
      url: {
        use: 'spotify',
        options: { clientId: { key: secret }, clientSecret: { is: secret }, baseUrl: secret },
      },
      flow: { use: 'spotify', options: { clientId: 'a', clientSecret: 'b', auth: { flow: secret } } },
      auth: { use: 'spotify', options: { clientId: 'a', clientSecret: 'b', auth: secret } },
      nested: { use: 'parrot', options: { apiKey: 'a', spare: secret, baseUrl: secret } },
      settings: {
        use: 'parrot',
        options: secret,
        resilience: { timeoutMs: secret, retry: secret },
        enabled: secret,
      },
    });
    const text = stringify({
      tenants: Object.fromEntries(
        planted.map(({ tenant, secret }) => [
          tenant,
          { settings: { slaTarget: secret }, integrations: mistakes(secret) },
        ]),
      ),
    });
    const error = await outcome(
      loadConfig({ text, name: 'integrations.yaml' }, { env: {}, definitions: [spotify, parrot] }),
    );
    expect(error).toBeInstanceOf(ConfigurationError);
    const { faults } = error as ConfigurationError;
    expect(faults.length).toBeGreaterThan(planted.length * 9);
    outputs.add('faults', JSON.stringify(error));
    outputs.add('faults', String((error as Error).stack));

    await using registry = createRegistry();
    for (const one of planted) {
      const { tenant, secret } = one;
      const env = {
        SPOTIFY_MARKET: secret,
        SPOTIFY_BASE_URL: secret,
        SPOTIFY_AUTH_FLOW: secret,
        SPOTIFY_AUTH: secret,
      };
      const variables = await outcome(Promise.resolve().then(() => optionsFromEnvironment(spotify, env)));
      expect(variables).toBeInstanceOf(ConfigurationError);
      outputs.addOf(one, 'environment', variables);
      registry.register(spotify, {
        tenant,
        options: { clientId: 'a', clientSecret: secret, market: secret },
      });
      outputs.add('status', JSON.stringify(await registry.enable({ name: 'spotify', tenant })));
    }
    outputs.addOf(planted[0] as Planted, 'enableAll', await outcome(registry.enableAll()));
    outputs.add('enableAll', String(await outcome(registry.enableAll())));
    await collectHub(registry, outputs);
    expect(outputs.found()).toEqual([]);
  }, 60_000);
});

/** Everything that the hub says of a registry. */
async function collectHub(registry: Registry, outputs: Outputs): Promise<void> {
  await using hub = createServer({ registry, port: 0, graceMs: 0, settleMs: 0 });
  const url = await hub.listen();
  const paths = [
    '/integrations/status',
    '/integrations/metrics',
    '/integrations/health',
    '/openapi.json',
    '/',
  ];
  for (let path = paths.shift(); path !== undefined; path = paths.shift()) {
    const response = await fetch(`${url}${path}`);
    const text = await response.text();
    expect([path, response.status]).toEqual([path, path === '/integrations/health' ? response.status : 200]);
    outputs.add(path.split('?', 1)[0] ?? path, text);
    const { next } = path.startsWith('/integrations/status')
      ? (JSON.parse(text) as { next?: string | null })
      : {};
    if (next) paths.push(`/integrations/status?after=${encodeURIComponent(next)}`);
  }
}

/** A recording as it is, and with its bodies decoded. */
function readRecording(file: string): string {
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  const bodies = lines.flatMap((line) => {
    const { requestBody, responseBody } = JSON.parse(line) as Readonly<Record<string, string>>;
    return [requestBody, responseBody].map((body) => Buffer.from(body ?? '', 'base64').toString());
  });
  return [...lines, ...bodies].join('\n');
}
