import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../lib/temporary.ts';
import { repositoryRoot } from '../lib/workspace.ts';
import { checkCompose } from './compose.ts';

const facts = {
  image: { user: 10_001, port: 8_080, config: '/app/config/integrations.yaml' },
  routes: new Set(['/integrations/metrics']),
  stoppingMs: 11_000,
};

/** Faults of our folder, with one text in one of its files replaced. */
function faultsWith(file: string, from: string | RegExp, to: string): readonly string[] {
  using folder = temporaryFolder();
  cpSync(join(repositoryRoot, 'deploy/compose'), folder.path, { recursive: true });
  const path = join(folder.path, file);
  const text = readFileSync(path, 'utf8');
  const changed = text.replace(from, to);
  if (from !== to && changed === text) throw new Error(`${from} is not in ${file}`);
  writeFileSync(path, changed);
  return checkCompose(folder.path, 'compose.yaml', facts).map(({ says }) => says);
}

it('ours is right', () => {
  expect(faultsWith('compose.yaml', '', '')).toEqual([]);
});

it.each([
  ['an unknown key', 'compose.yaml', 'read_only: true', 'readonly: true', /readonly/],
  ['a port that is open to all', 'compose.yaml', '127.0.0.1:8080:8080', '8080:8080', /this machine alone/],
  ['an image without a version', 'compose.yaml', 'redis:7.4-alpine', 'redis:latest', /must name a version/],
  [
    'a service that is not there',
    'compose.yaml',
    '- prometheus\n    restart',
    '- other\n    restart',
    /grafana waits for other/,
  ],
  ['a file that is not there', 'compose.yaml', './prometheus.yml:', './gone.yml:', /is given .\/gone\.yml/],
  [
    'a volume that nobody declares',
    'compose.yaml',
    /\n {2}redis:\n {2}prometheus:/,
    '\n  prometheus:',
    /redis of volumes/,
  ],
  ['less time than the hub takes to stop', 'compose.yaml', '45s', '10s', /stop_grace_period/],
  [
    'a configuration where the image does not look',
    'compose.yaml',
    '/app/config/integrations',
    '/etc/integrations',
    /volume \/app/,
  ],
  ['a hub that may write', 'compose.yaml', '    read_only: true\n', '', /read_only of hub/],
  ['a scrape of another port', 'prometheus.yml', 'hub:8080', 'hub:80', /hub:80 is asked/],
  ['a scrape of no route', 'prometheus.yml', '/integrations/metrics', '/metrics', /\/metrics is scraped/],
  [
    'an alertmanager that is not there',
    'prometheus.yml',
    'alertmanager:9093',
    'alerts:9093',
    /alerts:9093 is asked/,
  ],
])('%s is a fault', (_what, file, from, to, says) => {
  expect(faultsWith(file, from, to)).toEqual([expect.stringMatching(says)]);
});
