/** Groups of people, as a directory keeps them. What they allow is the application's to say: map their names to roles. */
import { randomUUID } from 'node:crypto';
import {
  type Clock,
  changeJson,
  deleteJson,
  IntegrationError,
  type StateStore,
  scopedState,
  systemClock,
} from '@im/core';
import { type AuditOptions, createAudit } from '../common/audit.ts';
import { createMembers } from '../common/members.ts';

/** One group, in one tenant. */
export interface Group {
  readonly id: string;
  readonly tenant: string;
  readonly name: string;
  /** Ids of people. */
  readonly members: readonly string[];
  /** What the directory calls it. */
  readonly externalId?: string | undefined;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** What can be set of a group. */
export type GroupChange = Partial<Pick<Group, 'name' | 'members' | 'externalId'>>;

/** Groups of one tenant. */
export interface TenantGroups {
  create(group: GroupChange & Pick<Group, 'name'>): Promise<Group>;
  get(id: string): Promise<Group | undefined>;
  list(): Promise<readonly Group[]>;
  /** Those that the person is in. */
  of(person: string): Promise<readonly Group[]>;
  /** @throws {@link IntegrationError} `not_found` */
  update(id: string, change: (group: Group) => GroupChange): Promise<Group>;
  /**
   * Deletes it. `check` is given the group as it stands, perhaps more than once: what it throws passes, and nothing is deleted.
   *
   * @returns whether there was one
   */
  delete(id: string, check?: (group: Group) => void): Promise<boolean>;
}

/** Groups of all tenants. */
export interface Groups {
  tenant(id: string): TenantGroups;
}

/** Settings. `onEvent` is told `group.created`, `group.updated` and `group.deleted`. */
export interface GroupsOptions extends AuditOptions {
  readonly state: StateStore;
  readonly clock?: Clock | undefined;
}

/** Makes it. */
export function createGroups(options: GroupsOptions): Groups {
  return { tenant: (id) => tenantGroups(options, id) };
}

function tenantGroups(options: GroupsOptions, tenant: string): TenantGroups {
  const { clock = systemClock } = options;
  const state = scopedState(options.state, 'groups', tenant);
  const audit = createAudit(options);
  const index = createMembers(state);
  const note = (type: string, group: string) =>
    audit.note({ type: `group.${type}`, tenant, facts: { group } });
  const get = async (id: string): Promise<Group | undefined> => {
    const found = await state.get(keyOf(id));
    return found && (JSON.parse(found.value) as Group);
  };
  const list = async (): Promise<readonly Group[]> => {
    const found = await Promise.all((await index.list()).map(get));
    return found.filter((group) => group !== undefined);
  };
  return {
    get,
    list,
    of: async (person) => (await list()).filter(({ members }) => members.includes(person)),
    create: async ({ name, members = [], externalId }) => {
      const now = clock.now();
      const group: Group = {
        id: randomUUID(),
        tenant,
        name,
        members: [...new Set(members)],
        externalId,
        createdAt: now,
        updatedAt: now,
      };
      await index.add(group.id);
      await state.set(keyOf(group.id), JSON.stringify(group));
      note('created', group.id);
      return group;
    },
    update: async (id, change) => {
      const group = await changeJson<Group>(state, keyOf(id), (old) => {
        if (old === undefined)
          throw new IntegrationError('there is no such group', {
            code: 'not_found',
            tenant,
            remedy: 'list the groups of this tenant',
          });
        const next = { ...old, ...change(old) };
        return { ...next, members: [...new Set(next.members)], updatedAt: clock.now() };
      });
      note('updated', id);
      return group;
    },
    delete: async (id, check) => {
      const isGone = (await deleteJson<Group>(state, keyOf(id), check)) !== undefined;
      await index.remove(id);
      if (isGone) note('deleted', id);
      return isGone;
    },
  };
}

const keyOf = (id: string) => `group/${id}`;
