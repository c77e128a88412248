/** Everything that can be known of `Dockerfile` and `deploy/` without a cluster. */
import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { createRegistry } from '@im/core';
import { createServer, loadHubConfig } from '@im/server';
import type { Fault } from '../lib/fault.ts';
import { checkCompose } from './compose.ts';
import { checkDockerfile, final, readDockerfile } from './dockerfile.ts';
import { checkGenerated } from './generated.ts';
import { type Resource, render } from './render.ts';
import { type Facts, toResourceSet } from './resource-set.ts';
import { checkRules } from './rules.ts';
import { checkTypes } from './types.ts';

const dockerfile = 'Dockerfile';
const sets = ['deploy/kubernetes/base', 'deploy/kubernetes/overlays/production'];
const composeFile = 'deploy/compose/compose.yaml';
const configurations = [...sets, 'deploy/compose'].map((folder) => `${folder}/integrations.yaml`);

/** Faults of the manifests, the image and the compose file, each by itself and with one another. */
export async function checkDeploy(root: string): Promise<readonly Fault[]> {
  const text = readFileSync(join(root, dockerfile), 'utf8');
  const facts = await readFacts(text);
  const faults = [
    ...checkDockerfile(root, dockerfile, text),
    ...checkCompose(root, composeFile, facts),
    ...(await checkGenerated(root)),
    ...(await Promise.all(configurations.map((file) => checkConfiguration(root, file)))).flat(),
  ];
  const rendered: Record<string, readonly Resource[]> = {};
  for (const set of sets) {
    try {
      rendered[set] = render(join(root, set));
    } catch (error) {
      faults.push({ place: set, says: wordsOf(error) });
    }
  }
  const wrong = await checkTypes(root, rendered);
  // What has another shape than it should cannot be compared with anything.
  return wrong.length > 0 ? [...faults, ...wrong] : [...faults, ...compared(rendered, facts)];
}

function compared(rendered: Readonly<Record<string, readonly Resource[]>>, facts: Facts): readonly Fault[] {
  return Object.entries(rendered).flatMap(([place, resources]) => {
    try {
      return checkRules(toResourceSet(resources, facts)).map((says) => ({ place, says }));
    } catch (error) {
      return [{ place, says: wordsOf(error) }];
    }
  });
}

const wordsOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** The hub reads the file, with a stand-in for each variable that it names, and everything in it enabled. */
async function checkConfiguration(root: string, place: string): Promise<readonly Fault[]> {
  const file = join(root, place);
  const named = readFileSync(file, 'utf8').matchAll(/\$\{env:(\w+)/g);
  const env = Object.fromEntries(Array.from(named, ([, name]) => [name, 'redis://stand-in']));
  try {
    await loadHubConfig(file, { env: { ...env, SPOTIFY_ENABLED: 'true' } });
    return [];
  } catch (error) {
    return [{ place, says: wordsOf(error) }];
  }
}

/** What image and hub say of themselves. */
async function readFacts(text: string): Promise<Facts> {
  const file = readDockerfile(text);
  const numberOf = (name: string) => Number.parseInt(final(file, name)?.value ?? '', 10);
  await using registry = createRegistry();
  const { app } = createServer({ registry });
  const routes = new Set(app.routes.filter(({ method }) => method === 'GET').map(({ path }) => path));
  const [, config = ''] = JSON.parse(final(file, 'CMD')?.value ?? '[]') as readonly string[];
  const image = {
    user: numberOf('USER'),
    port: numberOf('EXPOSE'),
    config: posix.join(final(file, 'WORKDIR')?.value ?? '', config),
  };
  // The defaults of graceMs and settleMs in `ServerOptions`.
  return { image, routes, stoppingMs: 10_000 + 1_000 };
}
