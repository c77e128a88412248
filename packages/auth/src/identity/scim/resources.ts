/** People and groups as SCIM resources (RFC 7643 §4), and back. */
import { createHash } from 'node:crypto';
import { IntegrationError } from '@im/core';
import type { Group, TenantGroups } from '../groups.ts';
import type { Person, TenantPeople } from '../people.types.ts';
import type { ScimMessages, ScimResource, ScimSchema } from './messages.ts';

/** One kind of resource: how it is kept. What these throw becomes SCIM's errors in one place. */
export interface ResourceKind {
  readonly endpoint: 'Users' | 'Groups';
  readonly schema: (messages: ScimMessages) => ScimSchema;
  list(): Promise<readonly ScimResource[]>;
  get(id: string): Promise<ScimResource | undefined>;
  /** The one that has this `userName`, where that is quick to find. */
  readonly byUserName?: ((userName: string) => Promise<ScimResource | undefined>) | undefined;
  create(resource: Readonly<Record<string, unknown>>): Promise<ScimResource>;
  /** @returns `undefined`: it is not any more what was read */
  replace(
    before: ScimResource,
    resource: Readonly<Record<string, unknown>>,
  ): Promise<ScimResource | undefined>;
  /** @returns `false`: it is not any more what was read, or not at all */
  delete(before: ScimResource): Promise<boolean>;
}

interface Named {
  readonly formatted?: string;
  readonly givenName?: string;
  readonly familyName?: string;
}
interface Valued {
  readonly value?: string;
  readonly primary?: boolean;
}

/** Users are people. All that the schema knows is kept, and given back as it came. */
export function userKind(
  people: TenantPeople,
  groups: TenantGroups,
  emailsAreVerified: boolean,
): ResourceKind {
  const toResource = (person: Person, all: readonly Group[]): ScimResource => ({
    ...person.attributes,
    ...(person.attributes === undefined && fromLogin(person)),
    id: person.id,
    userName: person.userName ?? person.email ?? person.id,
    active: person.active,
    groups: all
      .filter(({ members }) => members.includes(person.id))
      .map(({ id, name }) => ({ value: id, display: name })),
    meta: metaOf('User', person),
  });
  const toChange = (resource: Readonly<Record<string, unknown>>) => {
    const {
      id: _id,
      meta: _meta,
      schemas: _schemas,
      groups: _groups,
      userName,
      active,
      ...attributes
    } = resource;
    const name = nameOf(attributes);
    const email = emailOf(attributes.emails as readonly Valued[] | undefined);
    return {
      userName: userName as string,
      active: active !== false,
      name: name ?? null,
      email: email ?? null,
      emailVerified: email !== undefined && emailsAreVerified,
      attributes: plain(attributes),
    };
  };
  const shown = async (person: Person) => toResource(person, await groups.of(person.id));
  const found = async (person: Person | undefined) => person && shown(person);
  return {
    endpoint: 'Users',
    schema: ({ User }) => User,
    list: async () => {
      const [everybody, all] = await Promise.all([people.list(), groups.list()]);
      return everybody.map((person) => toResource(person, all));
    },
    get: async (id) => found(await people.get(id)),
    byUserName: async (userName) => found(await people.findByUserName(userName)),
    create: async (resource) => shown(await people.create(toChange(resource))),
    replace: (before, resource) =>
      unlessChanged(async () => {
        const change = toChange(resource);
        return shown(
          await people.update(before.id, (now) => {
            checkUnchanged(before, metaOf('User', now));
            return change;
          }),
        );
      }),
    delete: async (before) => {
      const { id } = before;
      const isGone = await unlessChanged(() =>
        people.delete(id, (now) => checkUnchanged(before, metaOf('User', now))),
      );
      // Afterwards: a member whom nobody knows is not shown, and ids do not come again.
      for (const group of isGone ? await groups.of(id) : [])
        await groups.update(group.id, ({ members }) => ({ members: members.filter((one) => one !== id) }));
      return isGone === true;
    },
  };
}

/** Groups. A member that is no person of the tenant is refused. */
export function groupKind(groups: TenantGroups, people: TenantPeople): ResourceKind {
  const toResource = async (group: Group): Promise<ScimResource> => {
    const members = await Promise.all(group.members.map((id) => people.get(id)));
    return {
      id: group.id,
      displayName: group.name,
      ...(group.externalId !== undefined && { externalId: group.externalId }),
      members: members.flatMap((person) =>
        person === undefined
          ? []
          : [{ value: person.id, display: person.name ?? person.userName, type: 'User' }],
      ),
      meta: metaOf('Group', group),
    };
  };
  const toChange = async (resource: Readonly<Record<string, unknown>>) => {
    const members = ((resource.members ?? []) as readonly Valued[]).map(({ value = '' }) => value);
    const strangers = (
      await Promise.all(members.map(async (id) => ((await people.get(id)) ? [] : [id])))
    ).flat();
    if (strangers.length > 0)
      throw new IntegrationError(`members: there is nobody with the id ${strangers.slice(0, 5).join(', ')}`, {
        code: 'invalid_argument',
        remedy: 'make the person first',
      });
    return {
      name: String(resource.displayName),
      members,
      externalId: resource.externalId as string | undefined,
    };
  };
  return {
    endpoint: 'Groups',
    schema: ({ Group }) => Group,
    list: async () => Promise.all((await groups.list()).map(toResource)),
    get: async (id) => {
      const group = await groups.get(id);
      return group && toResource(group);
    },
    create: async (resource) => toResource(await groups.create(await toChange(resource))),
    replace: (before, resource) =>
      unlessChanged(async () => {
        const change = await toChange(resource);
        return toResource(
          await groups.update(before.id, (now) => {
            checkUnchanged(before, metaOf('Group', now));
            return change;
          }),
        );
      }),
    delete: async (before) =>
      (await unlessChanged(() =>
        groups.delete(before.id, (now) => checkUnchanged(before, metaOf('Group', now))),
      )) === true,
  };
}

/** Thrown inside a change that must not be made any more, and caught around it. */
const changed = new Error('the resource was changed since it was read');

function checkUnchanged({ meta }: ScimResource, now: { readonly version: string }): void {
  if ((meta as typeof now).version !== now.version) throw changed;
}

async function unlessChanged<Value>(write: () => Promise<Value>): Promise<Value | undefined> {
  try {
    return await write();
  } catch (error) {
    if (error === changed) return undefined;
    throw error;
  }
}

/** Changes with everything that can be changed (RFC 7644 §3.14). */
function metaOf(resourceType: string, record: Person | Group) {
  const digest = createHash('sha256').update(JSON.stringify(record)).digest('base64url').slice(0, 16);
  return {
    resourceType,
    created: new Date(record.createdAt),
    lastModified: new Date(record.updatedAt),
    version: `W/"${digest}"`,
  };
}

/** Somebody who came by a login, before any directory spoke of them. */
function fromLogin({ name, email }: Person) {
  return {
    ...(name !== undefined && { displayName: name, name: { formatted: name } }),
    ...(email !== undefined && { emails: [{ value: email, primary: true }] }),
  };
}

function nameOf({ displayName, name }: { readonly displayName?: unknown; readonly name?: unknown }) {
  const { formatted, givenName, familyName } = (name ?? {}) as Named;
  const joined = [givenName, familyName].filter(Boolean).join(' ');
  const all = [displayName, formatted, joined].filter(
    (one): one is string => typeof one === 'string' && one !== '',
  );
  return all[0];
}

function emailOf(emails: readonly Valued[] = []): string | undefined {
  return (emails.find(({ primary }) => primary === true) ?? emails[0])?.value;
}

/** As JSON has it: without the library's accessors and dates. */
function plain(attributes: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return JSON.parse(JSON.stringify(attributes)) as Readonly<Record<string, unknown>>;
}
