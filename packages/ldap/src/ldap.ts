/** The definition of an LDAP directory: OpenLDAP, Active Directory, and others by their attributes. */
import { randomUUID } from 'node:crypto';
import { defineIntegration, type IntegrationContext } from '@im/core';
import { Directory } from './connection/directory.ts';
import { ldapErrors } from './errors.ts';
import { createGroups } from './operations/membership.ts';
import { operationsOf, type Surroundings } from './operations/operations.ts';
import { createPaging } from './operations/paging.ts';
import { People } from './operations/people.ts';
import { type CheckedOptions, ldapOptions } from './options.ts';
import { readySchema } from './schema.ts';
import { filter } from './text/filter.ts';

export const ldap = defineIntegration({
  id: 'ldap',
  title: 'LDAP directory',
  category: 'auth',
  contract: 1,
  docs: 'https://www.rfc-editor.org/rfc/rfc4511',
  options: ldapOptions,
  // A directory stands where its owner put it: the hosts are those of `urls`, and no other is ever connected to.
  egress: [],
  errors: ldapErrors,
  // An attempt has the time of the call: silence of a server is bounded by `answerTimeoutMs`, and a sign-in is not repeated.
  resilience: { timeoutMs: 30_000, attemptTimeoutMs: 30_000 },

  http: openDirectory,
  connect: ({ http }) => operationsOf(http),

  // The root of the tree, without its attributes: it binds and searches, which is what sign-in needs.
  check: (api, call) => {
    const root = { filter: filter`(objectClass=*)`, scope: 'base', attributes: ['1.1'] } as const;
    return api.search(root, { ...call, limit: 1 }).toArray();
  },
});

/** Makes what the operations share. Nothing is connected before the first of them. */
function openDirectory(context: IntegrationContext<CheckedOptions>): Surroundings {
  const { options, clock, forecast, logger, tenant } = context;
  const newId = () => randomUUID();
  const schema = readySchema(options);
  const directory = new Directory({ options, clock, forecast, newId });
  context.onClose(() => directory.close());
  const paging = createPaging(directory, options.pageSize);
  const groups = createGroups(directory, schema, options);
  const now = () => clock.now();
  const people = new People({
    directory,
    options,
    schema,
    paging,
    groups,
    tenant,
    logger,
    now,
    newId,
  });
  return { directory, options, schema, people, paging, groups };
}
