/** Connections of one tenant in the state store: a record each, and an index by user. Nothing here can name another tenant's. */
import { IntegrationError, type StateStore, scopedState } from '@im/core';
import type { Envelope } from '../../common/envelope.ts';
import { digestOf } from '../../common/random.ts';
import type { SealedTokens, StoredConnection } from './connection.ts';

/** A record with the version under which it was read. */
export interface Read {
  readonly stored: StoredConnection;
  readonly version: string;
}

/** The records of one tenant. */
export interface ConnectionStore {
  readonly state: StateStore;
  read(id: string): Promise<Read | undefined>;
  /** Writes only at `version`; `undefined` for a new one. @returns whether it was written */
  write(stored: StoredConnection, version: string | undefined): Promise<boolean>;
  /** Writes what `change` makes of the record, again when somebody was in between; `undefined` leaves it. @returns what stands there at the end */
  update(
    id: string,
    change: (
      stored: StoredConnection,
    ) => StoredConnection | undefined | Promise<StoredConnection | undefined>,
  ): Promise<StoredConnection | undefined>;
  ids(user?: string): Promise<readonly string[]>;
  enlist(user: string, id: string): Promise<void>;
  strike(user: string, id: string): Promise<void>;
  seal(id: string, tokens: SealedTokens): Promise<string>;
  unseal(stored: StoredConnection): Promise<SealedTokens>;
}

/** Users are spread over this many lists, so that none grows long and writers seldom meet. */
const lists = 64;

/** A disconnected account is remembered for thirty days, so that whoever still has its id learns why. */
const revokedTtlMs = 30 * 86_400_000;

function expiryOf({ state }: StoredConnection): { readonly ttlMs?: number } {
  return state === 'revoked' ? { ttlMs: revokedTtlMs } : {};
}

/** Opens the records of `tenant`. */
export function openStore(state: StateStore, tenant: string, envelope: Envelope): ConnectionStore {
  const store = scopedState(state, 'auth', 'connections', tenant);
  const bindingOf = (id: string) => ['auth', 'connection', tenant, id];
  const listOf = (user: string) => `list/${Buffer.from(digestOf(user), 'base64url').readUInt8(0) % lists}`;
  const readList = async (
    key: string,
  ): Promise<{ entries: readonly (readonly [user: string, id: string])[]; version: string | undefined }> => {
    const found = await store.get(key);
    return { entries: found === undefined ? [] : JSON.parse(found.value), version: found?.version };
  };
  const changeList = async (
    user: string,
    change: (entries: readonly (readonly [string, string])[]) => readonly (readonly [string, string])[],
  ): Promise<void> => {
    const key = listOf(user);
    while (true) {
      const { entries, version } = await readList(key);
      if ((await store.compareAndSet(key, version, JSON.stringify(change(entries)))) !== undefined) return;
    }
  };

  const read: ConnectionStore['read'] = async (id) => {
    const found = await store.get(`record/${id}`);
    if (found === undefined) return undefined;
    const stored = JSON.parse(found.value) as StoredConnection;
    // The key is under the tenant already; a record that says otherwise was moved there by hand.
    if (stored.tenant !== tenant || stored.id !== id)
      throw new IntegrationError('the record of the connection does not belong there', {
        code: 'failed_precondition',
        reason: 'foreign_record',
        tenant,
      });
    return { stored, version: found.version };
  };
  const write: ConnectionStore['write'] = async (stored, version) =>
    (await store.compareAndSet(`record/${stored.id}`, version, JSON.stringify(stored), expiryOf(stored))) !==
    undefined;

  return {
    state: store,
    read,
    write,
    async update(id, change) {
      while (true) {
        const found = await read(id);
        if (found === undefined) return undefined;
        const next = await change(found.stored);
        if (next === undefined) return found.stored;
        if (await write(next, found.version)) return next;
      }
    },
    async ids(user) {
      const keys =
        user === undefined ? Array.from({ length: lists }, (_, index) => `list/${index}`) : [listOf(user)];
      const all = await Promise.all(keys.map(readList));
      return all.flatMap(({ entries }) =>
        entries.filter(([owner]) => user === undefined || owner === user).map(([, id]) => id),
      );
    },
    enlist: (user, id) =>
      changeList(user, (entries) => [...entries.filter(([, other]) => other !== id), [user, id]]),
    strike: (user, id) => changeList(user, (entries) => entries.filter(([, other]) => other !== id)),
    seal: (id, tokens) => envelope.seal(JSON.stringify(tokens), bindingOf(id)),
    async unseal({ id, sealed }) {
      if (sealed === undefined)
        throw new IntegrationError('the connection has no tokens any more', {
          code: 'failed_precondition',
          reason: 'connection_revoked',
          tenant,
        });
      return JSON.parse(await envelope.open(sealed, bindingOf(id))) as SealedTokens;
    },
  };
}
