/** Following a configuration file: what is different is changed, the rest goes on. */
import { readFile } from 'node:fs/promises';
import {
  applyChanges,
  type ChangedRegistry,
  type ChangeReport,
  type LoadedIntegration,
} from '@im/core/config';
import type { Reload } from '../reload.ts';
import type { HubConfig } from './load.ts';

/** Follows a file. */
export interface Follower {
  readonly reload: Reload;
  /** Whether the file holds something else than what was followed last. */
  isNew(): Promise<boolean>;
}

type Content = Pick<HubConfig['config'], 'tenants' | 'integrations'>;

/** Begins with what was loaded and applied. */
export function createFollower(
  first: HubConfig,
  { load, registry }: { readonly load: () => Promise<HubConfig>; readonly registry: ChangedRegistry },
): Follower {
  let content: Content = first.config;
  /** As it was read last, whether or not it could be followed. */
  let { text } = first;
  const { file } = first.config;
  return {
    isNew: async () => (await readFile(file, 'utf8')) !== text,
    reload: async () => {
      text = await readFile(file, 'utf8').catch(() => text);
      const next = await load();
      const report = await applyChanges(registry, content, next.config);
      content = { ...next.config, integrations: whatHolds(content, next.config, report) };
      return { ...report, restartNeeded: next.written !== first.written };
    },
  };
}

/** What was asked for, with what failed as it was before, so that the next reload tries it again. */
function whatHolds(before: Content, after: Content, { failed }: ChangeReport): readonly LoadedIntegration[] {
  const isFailed = ({ tenant, name }: LoadedIntegration) =>
    failed.some((one) => one.tenant === tenant && one.name === name);
  return [...after.integrations.filter((one) => !isFailed(one)), ...before.integrations.filter(isFailed)];
}
