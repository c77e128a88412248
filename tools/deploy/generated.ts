/** Files of the compose folder that `@im/monitoring` makes: rules for Prometheus, dashboards for Grafana. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createRegistry } from '@im/core';
import { grafanaDashboards, prometheusRules, rulesFile } from '@im/monitoring/dashboards';
import type { Fault } from '../lib/fault.ts';
import { run } from '../lib/run.ts';
import { readJson } from '../lib/workspace.ts';

const folder = 'deploy/compose';

/** By path from the root, what each holds. They are the same for every registry: integrations are found by their labels. */
async function generated(): Promise<Readonly<Record<string, unknown>>> {
  await using registry = createRegistry();
  return {
    [`${folder}/rules/im.json`]: JSON.parse(rulesFile(prometheusRules({ registry }))),
    ...Object.fromEntries(
      grafanaDashboards(registry).map((one) => [`${folder}/grafana/dashboards/${one.uid}.json`, one]),
    ),
  };
}

/** Files that are not what they would be now. */
export async function checkGenerated(root: string): Promise<readonly Fault[]> {
  const isFresh = ([path, content]: readonly [string, unknown]) => {
    const file = join(root, path);
    return existsSync(file) && JSON.stringify(readJson(file)) === JSON.stringify(content);
  };
  return Object.entries(await generated())
    .filter((entry) => !isFresh(entry))
    .map(([place]) => ({
      place,
      says: 'is not fresh; run npm run deploy:files',
    }));
}

/** Writes them, formatted. @returns their paths */
export async function writeGenerated(root: string): Promise<readonly string[]> {
  const files = Object.entries(await generated());
  for (const [path, content] of files) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), JSON.stringify(content, null, 2));
  }
  const paths = files.map(([path]) => path);
  const { ok, output } = await run('biome', ['format', '--write', ...paths], { cwd: root });
  if (!ok) throw new Error(output);
  return paths;
}
