/** What can be done with secrets and keys alike: lists, deletion and its undoing, backups. */
import { type Call, type OperationNotes, type Page, Secret, VendorError } from '@im/core';
import { none, path } from '@im/http';
import type { z } from 'zod';
import type { Vault } from '../connection.ts';
import { collections, invalid, type ThingKind, type ThingName } from '../names.ts';
import { wireBackup, wireList } from '../wire.ts';

const reference = 'https://learn.microsoft.com/rest/api/keyvault';

/**
 * @param method the vendor's page on it: `get-secret`
 * @param action what an identity's role must allow, below the secrets or keys of a vault: `getSecret/action`
 * @see {@link https://learn.microsoft.com/azure/role-based-access-control/permissions/security#microsoftkeyvault | Azure: Permissions of Key Vault}
 */
export function notes(kind: ThingKind, method: string, action: string): OperationNotes {
  const collection = collections[kind];
  return {
    docs: `${reference}/${collection}/${method}/${method}`,
    scopes: [`Microsoft.KeyVault/vaults/${collection}/${action}`],
  };
}

/** How a kind is read. */
export interface Wires<Current, Item, Deleted, DeletedItem> {
  readonly current: z.ZodType<Current>;
  readonly item: z.ZodType<Item>;
  readonly deleted: z.ZodType<Deleted>;
  readonly deletedItem: z.ZodType<DeletedItem>;
}

/** The lifecycle of one kind. */
export function lifecycle<Current, Item, Deleted, DeletedItem>(
  vault: Vault,
  kind: ThingKind,
  wires: Wires<Current, Item, Deleted, DeletedItem>,
) {
  const all = collections[kind];
  const items = wireList(wires.item);
  const deletedItems = wireList(wires.deletedItem);
  const about = (name: string) => `${kind} ${name}`;
  const deletedPath = (name: string) => path`deleted${all}/${name}`;

  const getDeleted = (given: string, call: Call): Promise<Deleted> => {
    const name = vault.names.readWhole(kind, given);
    const request = { method: 'GET', path: deletedPath(name), about: about(name) } as const;
    return vault.send(request, wires.deleted, call);
  };

  return {
    list: (call: Call): Promise<Page<Item>> => vault.list({ path: all, about: all }, items, call),
    async listVersions(given: string, call: Call): Promise<Page<Item>> {
      const name = vault.names.readWhole(kind, given);
      return vault.list({ path: path`${all}/${name}/versions`, about: about(name) }, items, call);
    },
    listDeleted: (call: Call): Promise<Page<DeletedItem>> =>
      vault.list({ path: `deleted${all}`, about: `deleted ${all}` }, deletedItems, call),
    async getDeleted(given: string, call: Call): Promise<Deleted> {
      return getDeleted(given, call);
    },
    /** A repeated attempt that finds it gone tells of what the attempt before deleted. */
    async remove(given: string, call: Call): Promise<Deleted> {
      const name = vault.names.readWhole(kind, given);
      const request = { method: 'DELETE', path: path`${all}/${name}`, about: about(name) } as const;
      return unlessDone(call, vault.send(request, wires.deleted, call), () => getDeleted(name, call));
    },
    /** A repeated attempt that finds no deleted one gives what the attempt before recovered. */
    async recover(given: string, call: Call): Promise<Current> {
      const name = vault.names.readWhole(kind, given);
      const recovery = path`deleted${all}/${name}/recover`;
      const request = { method: 'POST', path: recovery, about: about(name) } as const;
      const current = { method: 'GET', path: path`${all}/${name}`, about: about(name) } as const;
      return unlessDone(call, vault.send(request, wires.current, call), () =>
        vault.send(current, wires.current, call),
      );
    },
    async purge(given: string, call: Call): Promise<void> {
      const name = vault.names.readWhole(kind, given);
      const request = { method: 'DELETE', path: deletedPath(name), about: about(name) } as const;
      await unlessDone(call, vault.send(request, none, call), async () => undefined);
    },
    async backup(given: string, call: Call): Promise<Secret> {
      const name = vault.names.readWhole(kind, given);
      const request = { method: 'POST', path: path`${all}/${name}/backup`, about: about(name) } as const;
      return vault.send(request, wireBackup, call);
    },
    async restore(backup: Secret | string, call: Call): Promise<Current> {
      const value = backup instanceof Secret ? backup.reveal() : backup;
      if (!/^[\w-]+$/.test(value)) throw invalid(`the backup is no base64url; give what backup gave`);
      const request = { method: 'POST', path: `${all}/restore`, about: `backup of a ${kind}` } as const;
      return vault.send({ ...request, json: { value }, hides: [value] }, wires.current, call);
    },
    /** Path of a version, or of the latest. */
    pathOf: ({ name, version }: ThingName) =>
      version === undefined ? path`${all}/${name}` : path`${all}/${name}/${version}`,
    about,
  };
}

/** When a repeated attempt finds the thing gone, the attempt before did the work whose answer was lost: `done` gives the result. */
async function unlessDone<Result>(
  call: Call,
  work: Promise<Result>,
  done: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    const isGone = error instanceof VendorError && error.failure.status === 404;
    if (call.attempt === 1 || !isGone) throw error;
    return done();
  }
}
