/**
 * Which groups an entry is in, groups in groups included.
 *
 * Active Directory follows nested groups itself, by a matching rule. Elsewhere each level costs one search: the groups of the entry, the groups of
 * those, and so on until nothing new is found. A group that was seen is not looked at again, so a ring of groups ends like any other.
 */
import { type Call, VendorError } from '@im/core';
import type { Directory, Query } from '../connection/directory.ts';
import { textOf, textsOf } from '../entry.ts';
import type { DirectoryEntry, DirectoryGroup } from '../model.ts';
import type { CheckedOptions } from '../options.ts';
import { inChain, type ReadySchema } from '../schema.ts';
import { type Dn, rawDn } from '../text/dn.ts';
import { and, type Filter, filter, or } from '../text/filter.ts';

/** Groups asked for in one search: filters have a size that servers bear. */
const groupsASearch = 50;
/** Levels of groups in groups. */
const mostLevels = 50;

/** Finds groups. */
export interface Groups {
  /** @param memberOf what the entry itself says, where it was read already */
  of(dn: Dn, nested: boolean, call: Call, memberOf?: readonly string[]): Promise<readonly DirectoryGroup[]>;
  /** Whether `dn` is in `group`. */
  has(group: Dn, dn: Dn, nested: boolean, call: Call): Promise<boolean>;
}

/** See the head of this file. */
export function createGroups(directory: Directory, schema: ReadySchema, options: CheckedOptions): Groups {
  const { member, memberOf, groupName } = schema.attributes;
  const query: Omit<Query, 'filter'> = {
    base: rawDn(options.groupBaseDn ?? options.baseDn),
    scope: 'sub',
    attributes: [groupName],
  };

  const toGroup = (entry: DirectoryEntry): DirectoryGroup => ({
    dn: entry.dn,
    name: textOf(entry, groupName) ?? entry.dn.name,
  });

  /** Groups that fit, each once; more than there may be is an error, since a list cut short would take rights away, or leave a ban out. */
  const gather = async (found: Map<string, DirectoryGroup>, wanted: Filter, call: Call): Promise<Dn[]> => {
    const fresh: Dn[] = [];
    const take = (entries: readonly DirectoryEntry[]) => {
      for (const entry of entries) {
        if (found.has(entry.dn.key)) continue;
        found.set(entry.dn.key, toGroup(entry));
        fresh.push(entry.dn);
        if (found.size > options.maxGroups) throw new VendorError({ reason: 'too_many_groups', sent: true });
      }
      return true;
    };
    await directory.all({ ...query, filter: and(schema.groupFilter, wanted) }, take, call);
    return fresh;
  };

  const holding = (members: readonly Dn[]): Filter => {
    const [first, ...rest] = members.map((one) => filter`(${member}=${one})`);
    return or(first as Filter, ...rest);
  };

  return {
    async of(dn, nested, call, told) {
      const found = new Map<string, DirectoryGroup>();
      if (nested && schema.nesting === 'in-chain') {
        await gather(found, filter`(${member}:${inChain}:=${dn})`, call);
        return [...found.values()];
      }
      if (!nested && memberOf !== '') {
        const names = told ?? (await ownGroups(dn, call));
        if (names.length > options.maxGroups)
          throw new VendorError({ reason: 'too_many_groups', sent: true });
        return names.map((name) => ({ dn: rawDn(name), name: rawDn(name).name }));
      }
      let level: readonly Dn[] = [dn];
      for (let levels = 0; level.length > 0 && (levels === 0 || nested); levels += 1) {
        if (levels === mostLevels) throw new VendorError({ reason: 'too_many_groups', sent: true });
        const next: Dn[] = [];
        for (let at = 0; at < level.length; at += groupsASearch)
          next.push(...(await gather(found, holding(level.slice(at, at + groupsASearch)), call)));
        level = next;
      }
      return [...found.values()];
    },

    async has(group, dn, nested, call) {
      if (nested && schema.nesting === 'walk') {
        const groups = await this.of(dn, true, call);
        return groups.some((one) => one.dn.key === group.key);
      }
      const rule = nested ? filter`(${member}:${inChain}:=${dn})` : filter`(${member}=${dn})`;
      const found = await directory.find({ ...query, base: group, scope: 'base', filter: rule }, 1, call);
      return found.length > 0;
    },
  };

  async function ownGroups(dn: Dn, call: Call): Promise<readonly string[]> {
    const everything = filter`(objectClass=*)`;
    const wanted: Query = { base: dn, scope: 'base', filter: everything, attributes: [memberOf] };
    const [entry] = await directory.find(wanted, 1, call);
    return entry === undefined ? [] : textsOf(entry, memberOf);
  }
}
