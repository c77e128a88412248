/** What operations give and take. */
import type { Dn } from './text/dn.ts';
import type { Filter } from './text/filter.ts';

/** One entry. */
export interface DirectoryEntry {
  readonly dn: Dn;
  /** Values that are text, by the attribute's name in lower case, as everywhere here: to a directory case makes no difference. */
  readonly attributes: Readonly<Record<string, readonly string[]>>;
  /** Values that are bytes, such as `objectguid` and `jpegphoto`; an attribute stands in one of the two. */
  readonly binary: Readonly<Record<string, readonly Uint8Array[]>>;
}

/** A person, by the attributes that the options name. */
export interface DirectoryUser {
  readonly dn: Dn;
  /** Never given to another entry; `objectGUID` as text. */
  readonly id: string;
  /** By what the person signs in, in the directory's spelling. */
  readonly login: string;
  readonly email?: string | undefined;
  readonly name?: string | undefined;
  /** The entry itself, with every attribute that was asked for. */
  readonly entry: DirectoryEntry;
}

/** A group. */
export interface DirectoryGroup {
  readonly dn: Dn;
  readonly name: string;
}

/** How far below its base a search goes: the entry itself, its children, or everything. */
export type SearchScope = 'base' | 'one' | 'sub';

/** A search in one's own words. */
export interface DirectorySearch {
  readonly filter: Filter;
  /** Default: `baseDn` of the options. */
  readonly base?: Dn | undefined;
  /** Default `sub`. */
  readonly scope?: SearchScope | undefined;
  /** Attributes wanted; default: all that are not operational. */
  readonly attributes?: readonly string[] | undefined;
}

/** What `searchUsers` narrows down. */
export interface UserSearch {
  /** Beside `userFilter`. */
  readonly filter?: Filter | undefined;
  /** More attributes for `entry`. */
  readonly attributes?: readonly string[] | undefined;
}

/** What `groupsOf` and `isMemberOf` may be told. */
export interface MembershipOptions {
  /** Default: `nestedGroups` of the options. */
  readonly nested?: boolean | undefined;
}
