/**
 * Uploads in parts to several stores at once: each part goes to all of them before the next is asked for, so that the source is
 * read once, however many there are. The id of the upload holds the ids at the members, and the etag of a part those of the part.
 */
import { isIntegrationError } from '@im/core';
import type { DriverCall, ObjectInfo } from '../driver.ts';
import { driverError } from '../driver-errors.ts';
import type { DriverUploads, OpenUpload, UploadedPart } from '../driver-uploads.ts';
import { compareKeys } from '../keys.ts';
import { isConditional } from './condition.ts';
import { at, keepable, type Member } from './member.ts';
import { type ReplicaSetup, tooFew } from './replica-setup.ts';
import { syncKey } from './sync-key.ts';
import type { WriteEverywhere } from './write-everywhere.ts';

/** By member's name: ids of uploads, or etags of parts. */
type Names = Readonly<Record<string, string>>;

const write = (names: Names): string => Buffer.from(JSON.stringify(names)).toString('base64url');

function read(text: string): Names {
  try {
    const names: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    if (typeof names === 'object' && names !== null) return names as Names;
  } catch (cause) {
    throw driverError('no_upload', { cause });
  }
  throw driverError('no_upload');
}

const uploadsOf = (member: Member): DriverUploads => member.driver.uploads as DriverUploads;

/** Makes them. All members have uploads. */
export function replicaUploads(setup: ReplicaSetup, writeEverywhere: WriteEverywhere): DriverUploads {
  const { primary, replicas, needed, health } = setup;
  const isSync = needed > 0;
  const others = isSync ? replicas : [];

  /** Runs the same at several members; a failure is fatal where too few would be left. */
  async function atMany<Value>(
    members: readonly Member[],
    call: DriverCall,
    work: (member: Member) => Promise<Value>,
  ): Promise<Map<string, Value>> {
    const done = new Map<string, Value>();
    const failures: unknown[] = [];
    await Promise.all(
      members.map(async (member) => {
        try {
          done.set(member.name, await at(member, () => work(member)));
        } catch (error) {
          if (member !== primary && !call.signal.aborted) health(member).failed(error);
          failures.push(error);
        }
      }),
    );
    call.signal.throwIfAborted();
    const have = done.size - (done.has(primary.name) ? 1 : 0);
    if (members.includes(primary) && !done.has(primary.name)) throw failures[0];
    if (have < needed) throw tooFew(setup, have, 0, failures[0]);
    return done;
  }
  const known = (names: Names) => others.filter((member) => names[member.name] !== undefined);

  return {
    async create(key, upload, call) {
      const up = others.filter((member) => health(member).waitMs === 0);
      if (up.length < needed) throw tooFew(setup, up.length, 0, undefined);
      const ids: Names = {};
      const begin = async (member: Member) => {
        const { algorithm, partBytes, ifMatch, ifNoneMatch } = upload;
        const kept =
          member === primary ? upload : { ...keepable(member.driver, upload), algorithm, partBytes };
        const condition = member === primary ? { ifMatch, ifNoneMatch } : {};
        const id = await uploadsOf(member).create(key, { ...kept, ...condition }, call);
        Object.assign(ids, { [member.name]: id });
        return id;
      };
      try {
        const begun = await atMany([primary, ...up], call, begin);
        return write(Object.fromEntries(begun));
      } catch (error) {
        await abortAll(setup, key, ids);
        throw error;
      }
    },
    async putPart(key, uploadId, part, call) {
      const ids = read(uploadId);
      const put = (member: Member) => uploadsOf(member).putPart(key, ids[member.name] as string, part, call);
      const done = await atMany([primary, ...known(ids)], call, put);
      const etags = [...done].map(([name, { etag }]) => [name, etag] as const);
      return {
        number: part.number,
        size: part.bytes.byteLength,
        etag: write(Object.fromEntries(etags.sort())),
        checksum: part.checksum.value,
      };
    },
    async listParts(key, uploadId, call) {
      const ids = read(uploadId);
      const list = async (member: Member) => uploadsOf(member).listParts(key, ids[member.name] ?? '', call);
      const listed = await atMany([primary, ...known(ids)], call, list);
      const primaryParts = listed.get(primary.name) ?? [];
      listed.delete(primary.name);
      return primaryParts.flatMap((part) => agreed(part, primary.name, listed));
    },
    async complete(key, uploadId, parts, complete, call) {
      const ids = read(uploadId);
      const etags = parts.map(({ etag }) => read(etag));
      const partsOf = (member: Member) =>
        parts.map((part, index) => ({ ...part, etag: etags[index]?.[member.name] ?? '' }));
      const hasAll = (member: Member) => etags.every((names) => names[member.name] !== undefined);
      const whole = known(ids).filter(hasAll);
      if (whole.length < needed) throw tooFew(setup, whole.length, 0, undefined);
      const { checksum, size } = complete;
      const finish = (member: Member, how: typeof complete): Promise<ObjectInfo> =>
        at(member, () =>
          uploadsOf(member).complete(key, ids[member.name] as string, partsOf(member), how, call),
        );
      return writeEverywhere(
        { key, isConditional: isConditional(complete) || whole.length < replicas.length },
        call,
        () => finish(primary, complete),
        async (replica) => {
          if (whole.includes(replica)) await finish(replica, { checksum, size });
          else await syncKey(primary, replica, key, call);
        },
      );
    },
    async abort(key, uploadId, call) {
      let ids: Names;
      try {
        ids = read(uploadId);
      } catch (error) {
        // An id that none is has nothing left.
        if (isIntegrationError(error)) return;
        throw error;
      }
      const members = [primary, ...replicas].filter(({ name }) => ids[name] !== undefined);
      const outcomes = await Promise.allSettled(
        members.map((member) =>
          at(member, () => uploadsOf(member).abort(key, ids[member.name] as string, call)),
        ),
      );
      for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
    },
    async list({ prefix }, call) {
      const lists = [primary, ...others].map(async (member): Promise<readonly FoundUpload[]> => {
        const found: FoundUpload[] = [];
        let cursor: string | undefined;
        do {
          const page = await at(member, () => uploadsOf(member).list({ prefix, cursor }, call));
          for (const upload of page.items) found.push({ ...upload, member: member.name });
          cursor = page.next;
        } while (cursor !== undefined);
        return found;
      });
      return { items: together((await Promise.all(lists)).flat()) };
    },
  };
}

/** A part of the primary counts as arrived where each of the others has it too. */
function agreed(
  part: UploadedPart,
  primary: string,
  theirs: ReadonlyMap<string, readonly UploadedPart[]>,
): readonly UploadedPart[] {
  const etags: [string, string][] = [[primary, part.etag]];
  for (const [name, parts] of theirs) {
    const same = parts.find(({ number, size }) => number === part.number && size === part.size);
    const differs =
      same?.checksum !== undefined && part.checksum !== undefined && same.checksum !== part.checksum;
    if (same === undefined || differs) return [];
    etags.push([name, same.etag]);
  }
  return [{ ...part, etag: write(Object.fromEntries(etags.sort())) }];
}

type FoundUpload = OpenUpload & { readonly member: string };

/**
 * Uploads that began together belong together: the first of a key at each member, the second, and so on. The youngest gives the
 * time, so that no upload is taken for older than it is.
 */
function together(found: readonly FoundUpload[]): readonly OpenUpload[] {
  const groups = new Map<string, { key: string; startedAt: number; ids: Record<string, string> }>();
  const counts = new Map<string, number>();
  for (const { key, member, uploadId, startedAt } of [...found].sort((a, b) => a.startedAt - b.startedAt)) {
    const counter = JSON.stringify([member, key]);
    const count = counts.get(counter) ?? 0;
    counts.set(counter, count + 1);
    const name = JSON.stringify([count, key]);
    const group = groups.get(name) ?? { key, startedAt, ids: {} };
    groups.set(name, group);
    group.startedAt = Math.max(group.startedAt, startedAt);
    group.ids[member] = uploadId;
  }
  return [...groups.values()]
    .map(({ key, startedAt, ids }) => ({ key, startedAt, uploadId: write(ids) }))
    .sort((a, b) => compareKeys(a.key, b.key));
}

/** Lets go of what was begun where the rest could not be; what cannot be let go of is left to `sweepOrphans`. */
async function abortAll(setup: ReplicaSetup, key: string, ids: Names): Promise<void> {
  const signal = AbortSignal.timeout(30_000);
  const members = [setup.primary, ...setup.replicas].filter(({ name }) => ids[name] !== undefined);
  await Promise.allSettled(
    members.map((member) => uploadsOf(member).abort(key, ids[member.name] as string, { signal })),
  );
}
