/**
 * The application's own signing keys, in the state store, so that all processes sign and verify with the same.
 *
 * One record holds a list of keys by the instant from which each signs:
 *
 * | a key is | when |
 * |---|---|
 * | announced: published, does not sign yet | from `publishAheadMs` before it signs, so that caches have it in time |
 * | current: signs | from its instant until that of the next |
 * | retired: still verifies | `overlapMs` after the next one signs, which must outlast the longest token |
 * | gone | after that |
 *
 * Rotation happens when somebody looks and it is due; the first to write wins, and the others read what it wrote. Private keys are sealed in an
 * envelope bound to the ring.
 */
import {
  type Clock,
  IntegrationError,
  loadOptional,
  type StateStore,
  scopedState,
  systemClock,
} from '@im/core';
import type { CryptoKey, JWK } from 'jose';
import { type AuditOptions, createAudit } from '../common/audit.ts';
import type { Envelope } from '../common/envelope.ts';
import { demandsOf, type JwtAlgorithm } from './algorithms.ts';
import { type JsonWebKeySet, type KeySet, readKeySet, type VerificationKeys } from './key-set.ts';

/** A key that signs. */
export interface SigningKey {
  readonly kid: string;
  readonly algorithm: JwtAlgorithm;
  readonly key: CryptoKey;
}

/** Keys that sign, and those that verify what they signed. */
export interface SigningKeys extends VerificationKeys {
  /** The key that signs now. */
  signing(): Promise<SigningKey>;
  /** Public keys for whoever verifies elsewhere. */
  published(): Promise<JsonWebKeySet>;
}

/** Signing keys that change by themselves. */
export interface KeyRing extends SigningKeys {
  /** Announces the next key now, ahead of its time; it signs after `publishAheadMs`. */
  rotate(): Promise<void>;
  /** Takes a key out at once, in this process now and in others within `maxStaleMs`: what it signed is refused from then on. Another signs at once. */
  revoke(kid: string): Promise<void>;
}

/** Settings of {@link createKeyRing}. */
export interface KeyRingOptions extends Pick<AuditOptions, 'logger' | 'onEvent'> {
  readonly state: StateStore;
  /** Seals the private keys. */
  readonly envelope: Envelope;
  /** Tells rings of one store apart. Default `default`. */
  readonly name?: string | undefined;
  /** Default `ES256`. */
  readonly algorithm?: Exclude<JwtAlgorithm, 'HS256' | 'HS384' | 'HS512'> | undefined;
  /** Milliseconds for which a key signs. Default 30 days. */
  readonly rotateAfterMs?: number | undefined;
  /** Milliseconds from a key's publication until it signs: longer than others keep the published set. Default 1 hour. */
  readonly publishAheadMs?: number | undefined;
  /** Milliseconds for which a key verifies after it has stopped to sign: longer than a token lives. Default 1 day. */
  readonly overlapMs?: number | undefined;
  /** Milliseconds for which what was read from the store is believed. Default 10,000. */
  readonly maxStaleMs?: number | undefined;
  readonly clock?: Clock | undefined;
}

/** One key as it stands in the store. */
interface StoredKey {
  readonly kid: string;
  readonly algorithm: JwtAlgorithm;
  /** Milliseconds since 1970. */
  readonly signsFrom: number;
  readonly publicJwk: JWK;
  /** The private JWK, sealed. */
  readonly sealed: string;
}

interface Loaded {
  readonly keys: readonly StoredKey[];
  readonly version: string | undefined;
}

interface Ready {
  readonly stored: readonly StoredKey[];
  readonly set: KeySet;
  readonly readAt: number;
}

const day = 86_400_000;

/** Makes a ring. The first key is made when it is first needed. */
export function createKeyRing(options: KeyRingOptions): KeyRing {
  const { state, envelope, name = 'default', algorithm = 'ES256', clock = systemClock } = options;
  const {
    rotateAfterMs = 30 * day,
    publishAheadMs = 3_600_000,
    overlapMs = day,
    maxStaleMs = 10_000,
  } = options;
  const store = scopedState(state, 'auth', 'keys');
  const binding = ['auth', 'keys', name];
  const audit = createAudit(options);
  let ready: Ready | undefined;
  let reading: Promise<Ready> | undefined;
  const privateKeys = new Map<string, Promise<CryptoKey>>();

  const load = async (): Promise<Loaded> => {
    const found = await store.get(name);
    return {
      keys: found === undefined ? [] : (JSON.parse(found.value) as StoredKey[]),
      version: found?.version,
    };
  };
  /** When the key after this one signs; the last one goes on for ever. */
  const endOf = (keys: readonly StoredKey[], index: number) =>
    keys[index + 1]?.signsFrom ?? Number.POSITIVE_INFINITY;
  const alive = (keys: readonly StoredKey[]) =>
    keys.filter((_, index) => clock.now() < endOf(keys, index) + overlapMs);
  const signerOf = (keys: readonly StoredKey[]) => keys.findLast(({ signsFrom }) => signsFrom <= clock.now());
  const isDue = (keys: readonly StoredKey[]) => {
    const last = keys.at(-1);
    return last === undefined || clock.now() >= last.signsFrom + rotateAfterMs - publishAheadMs;
  };

  const create = async (signsFrom: number): Promise<StoredKey> => {
    const jose = await loadOptional('jose', 'making a signing key', () => import('jose'));
    const pair = await jose.generateKeyPair(algorithm, { extractable: true });
    const publicJwk = await jose.exportJWK(pair.publicKey);
    const kid = await jose.calculateJwkThumbprint(publicJwk);
    const sealed = await envelope.seal(JSON.stringify(await jose.exportJWK(pair.privateKey)), [
      ...binding,
      kid,
    ]);
    return {
      kid,
      algorithm,
      signsFrom,
      publicJwk: { ...publicJwk, kid, alg: algorithm, use: 'sig' },
      sealed,
    };
  };
  /** Writes what `change` makes of the list; when somebody else was first, tries again on theirs. */
  const update = async (
    change: (keys: readonly StoredKey[]) => Promise<readonly StoredKey[] | undefined>,
  ) => {
    while (true) {
      const { keys, version } = await load();
      const next = await change(alive(keys));
      if (next === undefined) return;
      if ((await store.compareAndSet(name, version, JSON.stringify(next))) !== undefined) return;
    }
  };
  const appended = async (keys: readonly StoredKey[]): Promise<readonly StoredKey[]> => {
    const last = keys.at(-1);
    const now = clock.now();
    const signsFrom = last === undefined ? now : Math.max(now + publishAheadMs, last.signsFrom);
    const made = await create(signsFrom);
    audit.note({ type: 'key.announced', tenant: '', facts: { ring: name, kid: made.kid, signsFrom } });
    return [...keys, made];
  };

  const read = async (): Promise<Ready> => {
    await update(async (keys) => (isDue(keys) ? appended(keys) : undefined));
    const stored = alive((await load()).keys);
    const { set } = await readKeySet({ keys: stored.map(({ publicJwk }) => publicJwk) });
    ready = { stored, set, readAt: clock.now() };
    return ready;
  };
  const readOnce = (): Promise<Ready> => {
    reading ??= read().finally(() => {
      reading = undefined;
    });
    return reading;
  };
  const fresh = (): Ready | Promise<Ready> =>
    ready !== undefined && clock.now() < ready.readAt + maxStaleMs ? ready : readOnce();

  const privateKey = ({ kid, sealed, algorithm: of }: StoredKey): Promise<CryptoKey> => {
    const known = privateKeys.get(kid);
    if (known !== undefined) return known;
    const opening = importPrivate(envelope, sealed, [...binding, kid], of);
    privateKeys.set(kid, opening);
    opening.catch(() => privateKeys.delete(kid));
    return opening;
  };

  return {
    current() {
      const now = fresh();
      return now instanceof Promise ? now.then(({ set }) => set) : now.set;
    },
    async renew() {
      // Others may have announced a key since; a made-up kid costs one read of the store a second.
      return ready !== undefined && clock.now() < ready.readAt + 1_000 ? ready.set : (await readOnce()).set;
    },
    async signing() {
      const { stored } = await fresh();
      const key = signerOf(stored);
      if (key === undefined)
        throw new IntegrationError('no key signs now', { code: 'internal', reason: 'no_signing_key' });
      return { kid: key.kid, algorithm: key.algorithm, key: await privateKey(key) };
    },
    async published() {
      return { keys: (await fresh()).stored.map(({ publicJwk }) => publicJwk) };
    },
    async rotate() {
      await update(appended);
      await readOnce();
    },
    async revoke(kid) {
      let isChanged = false;
      await update(async (keys) => {
        isChanged = keys.some((key) => key.kid === kid);
        if (!isChanged) return undefined;
        const left = keys.filter((key) => key.kid !== kid);
        if (signerOf(keys)?.kid !== kid) return left;
        const next = await create(clock.now());
        return [...left, next].sort((one, other) => one.signsFrom - other.signsFrom);
      });
      privateKeys.delete(kid);
      if (isChanged) audit.note({ type: 'key.revoked', tenant: '', facts: { ring: name, kid } });
      ready = undefined;
      await readOnce();
    },
  };
}

async function importPrivate(
  envelope: Envelope,
  sealed: string,
  binding: readonly string[],
  algorithm: JwtAlgorithm,
): Promise<CryptoKey> {
  const { importJWK } = await loadOptional('jose', 'signing a token', () => import('jose'));
  const jwk = JSON.parse(await envelope.open(sealed, binding)) as JWK;
  return (await importJWK({ ...jwk, kty: demandsOf(algorithm).kty, ext: false }, algorithm)) as CryptoKey;
}
