/** Every operation, thin: what each does stands in the files beside. */
import type { ExternalIdentity } from '@im/auth/identity';
import { type Call, pages, read, Secret, unsafe } from '@im/core';
import type { Directory } from '../connection/directory.ts';
import type {
  DirectoryGroup,
  DirectorySearch,
  DirectoryUser,
  MembershipOptions,
  UserSearch,
} from '../model.ts';
import type { CheckedOptions } from '../options.ts';
import type { ReadySchema } from '../schema.ts';
import { Dn, rawDn } from '../text/dn.ts';
import { Filter } from '../text/filter.ts';
import type { Groups } from './membership.ts';
import type { Paging } from './paging.ts';
import type { People } from './people.ts';
import { writePassword } from './set-password.ts';

/** What the operations share; made with the options, before any of them is called. */
export interface Surroundings {
  readonly directory: Directory;
  readonly options: CheckedOptions;
  readonly schema: ReadySchema;
  readonly people: People;
  readonly paging: Paging;
  readonly groups: Groups;
}

/** See the head of this file. */
export function operationsOf(around: Surroundings) {
  return {
    /**
     * Signs a person in: finds the entry by the name given, then binds as it, on a connection of its own.
     *
     * @returns who it is, groups included
     * @throws `unauthenticated` for a wrong name or password, in the same words and after as many questions to the directory; an empty password is
     * refused before anything is sent. `failed_precondition` when the password is right, but has expired or must be changed. `permission_denied`
     * when it is right, but the account is disabled or has expired. `unavailable`, never repeated, when the bind was not answered: a second one
     * could count as a second wrong password.
     */
    authenticate: read(
      (user: string, password: string | Secret, call: Call): Promise<ExternalIdentity> =>
        around.people.authenticate(user, password instanceof Secret ? password.reveal() : password, call),
      { docs: 'https://www.rfc-editor.org/rfc/rfc4513#section-5.1' },
    ),

    /**
     * The person of this login name.
     *
     * @throws `not_found`; `failed_precondition` when several go by it
     */
    findUser: read((user: string, call: Call): Promise<DirectoryUser> => around.people.find(user, call), {
      docs: 'https://www.rfc-editor.org/rfc/rfc4511#section-4.5',
    }),

    /** People, in the order of the directory. */
    searchUsers: pages(
      read((search: UserSearch | undefined, call: Call) => around.people.search(search, call), {
        docs: 'https://www.rfc-editor.org/rfc/rfc2696',
      }),
    ),

    /**
     * The groups that a person or a group is in; with those that groups are in, unless told otherwise.
     *
     * @throws `resource_exhausted` when there are more than `maxGroups`
     */
    groupsOf: read(
      (dn: Dn, membership: MembershipOptions | undefined, call: Call): Promise<readonly DirectoryGroup[]> =>
        around.groups.of(Dn.check(dn), membership?.nested ?? around.options.nestedGroups, call),
      { docs: 'https://learn.microsoft.com/windows/win32/adsi/search-filter-syntax' },
    ),

    /** Whether a person or a group is in `group`. */
    isMemberOf: read(
      (dn: Dn, group: Dn, membership: MembershipOptions | undefined, call: Call): Promise<boolean> =>
        around.groups.has(
          Dn.check(group),
          Dn.check(dn),
          membership?.nested ?? around.options.nestedGroups,
          call,
        ),
      { docs: 'https://learn.microsoft.com/windows/win32/adsi/search-filter-syntax' },
    ),

    /** Whether an entry has a value, by the rules of its attribute, without reading it. */
    compare: read(
      (dn: Dn, attribute: string, value: string, call: Call): Promise<boolean> =>
        around.directory.compare(Dn.check(dn), attribute, value, call),
      { docs: 'https://www.rfc-editor.org/rfc/rfc4511#section-4.10' },
    ),

    /** Entries that fit, in the order of the directory. */
    search: pages(
      read(
        async (search: DirectorySearch, call: Call) => {
          const { base, scope = 'sub', filter, attributes = [] } = search;
          Filter.nodeOf(filter);
          const from = base === undefined ? rawDn(around.options.baseDn) : Dn.check(base);
          return around.paging.page({ base: from, scope, filter, attributes }, call);
        },
        { docs: 'https://www.rfc-editor.org/rfc/rfc2696' },
      ),
    ),

    /**
     * Sets a password, as `bindDn`, which must be allowed to. Sent once: many directories refuse the same password a second time.
     *
     * @throws `invalid_argument` when the directory's rules for passwords refuse it
     */
    setPassword: unsafe(
      async (dn: Dn, password: Secret, call: Call): Promise<void> => {
        const write = writePassword[around.schema.password];
        const whose = Dn.check(dn);
        await around.directory.change((messageId) => write(messageId, whose, password.reveal()), call);
      },
      { docs: 'https://www.rfc-editor.org/rfc/rfc3062' },
    ),
  };
}
