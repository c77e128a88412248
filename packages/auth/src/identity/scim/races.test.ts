/** Two directories of one tenant at once: what each is told is what came about. */
import { describe, expect, it } from 'vitest';
import { inEveryOrder } from '../../__tests__/interleaved.ts';
import { groupSchema, openScim, patchSchema, userSchema } from './__tests__/open-scim.ts';

describe('two directories at once', () => {
  it('lose no change: each PATCH is made on what the other left', async () => {
    const { send, patch, ada, people, groups } = openScim();
    const id = String(await ada());
    const changes = [
      { path: 'title', value: 'Guide' },
      { path: 'name.givenName', value: 'Ada' },
      { path: 'name.familyName', value: 'Byron' },
      { path: 'displayName', value: 'A. Byron' },
    ];
    const done = await Promise.all(changes.map((one) => patch(id, { op: 'add', ...one })));
    expect(done.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(await people.get(id)).toMatchObject({
      name: 'A. Byron',
      attributes: { title: 'Guide', name: { givenName: 'Ada', familyName: 'Byron' } },
    });
    const persons = await Promise.all(['x', 'y', 'z'].map((userName) => people.create({ userName })));
    const group = (await send('POST', '/Groups', { schemas: [groupSchema], displayName: 'Guides' })).json.id;
    await Promise.all(
      persons.map((person) =>
        send('PATCH', `/Groups/${group}`, {
          schemas: [patchSchema],
          Operations: [{ op: 'add', path: 'members', value: [{ value: person.id }] }],
        }),
      ),
    );
    expect((await groups.get(String(group)))?.members.toSorted()).toEqual(
      persons.map((person) => person.id).toSorted(),
    );
  });

  it('where both name the version that they read, one is refused', async () => {
    const { send, ada } = openScim();
    const id = await ada();
    const { etag } = await send('GET', `/Users/${id}`);
    const put = (userName: string) =>
      send('PUT', `/Users/${id}`, { schemas: [userSchema], userName }, { 'if-match': etag });
    const statuses = (await Promise.all([put('one'), put('two')])).map(({ status }) => status);
    expect(statuses.toSorted()).toEqual([200, 412]);
  });

  it.each([
    ['a user', 'Users', 'people'],
    ['a group', 'Groups', 'groups'],
  ] as const)(
    'DELETE of %s takes what was read, or nothing: in every order of the two',
    async (_, endpoint, kind) => {
      await inEveryOrder(async ({ plain, process, settle }) => {
        const before = openScim(plain);
        const made = await before.send('POST', `/${endpoint}`, {
          schemas: [endpoint === 'Users' ? userSchema : groupSchema],
          ...(endpoint === 'Users' ? { userName: 'ada' } : { displayName: 'Guides' }),
        });
        const path = `/${endpoint}/${made.json.id}`;
        const [one, other] = [openScim(process()), openScim(process())];
        const renamed = one.send('PATCH', path, {
          schemas: [patchSchema],
          Operations: [{ op: 'replace', path: 'displayName', value: 'changed' }],
        });
        const deleted = other.send('DELETE', path, undefined, { 'if-match': made.etag });
        await settle([renamed, deleted]);
        const [{ status: patched }, { status: gone }] = [await renamed, await deleted];
        // Whoever was told that the change was made finds it; whoever was told that it is gone does not.
        expect([
          [200, 412],
          [404, 204],
        ]).toContainEqual([patched, gone]);
        const left = await before[kind].get(String(made.json.id));
        expect(left?.name).toBe(gone === 204 ? undefined : 'changed');
      }, 40);
    },
  );

  it('of two that DELETE, one is told that there was nothing', async () => {
    const { send, ada } = openScim();
    const id = await ada();
    const { etag } = await send('GET', `/Users/${id}`);
    const remove = () => send('DELETE', `/Users/${id}`, undefined, { 'if-match': etag });
    const statuses = (await Promise.all([remove(), remove()])).map(({ status }) => status);
    expect(statuses.toSorted()).toEqual([204, 404]);
  });

  it('who has the version that stands is told that nothing changed (RFC 7644 §3.14)', async () => {
    const { send, patch, ada } = openScim();
    const id = await ada();
    const { etag } = await send('GET', `/Users/${id}`);
    const ask = (versions: string) => send('GET', `/Users/${id}`, undefined, { 'if-none-match': versions });
    expect(await ask(`W/"x" , ${etag}`)).toEqual({ status: 304, etag, json: {} });
    await patch(id, { op: 'add', path: 'title', value: 'Guide' });
    expect((await ask(etag)).status).toBe(200);
  });

  it('a list of versions that is no list takes no time', async () => {
    const { send, ada } = openScim();
    const id = await ada();
    const begin = performance.now();
    const spaces = `a${' '.repeat(200_000)}a`;
    expect((await send('DELETE', `/Users/${id}`, undefined, { 'if-match': spaces })).status).toBe(412);
    expect(performance.now() - begin).toBeLessThan(1_000);
  });
});
