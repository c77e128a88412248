/** What a hostile or broken directory sends: refused in SCIM's own form, soon, and with nothing told. */
import { IntegrationError, memoryState } from '@im/core';
import { describe, expect, it } from 'vitest';
import { groupSchema, headers, openScim, patchSchema, root, userSchema } from './__tests__/open-scim.ts';

describe('a directory cannot hold up the process', () => {
  const backslashes = `userName sw "${'\\'.repeat(60)}`;
  it.each([
    ['a text that is not closed, with backslashes', backslashes],
    ['the same in a group', `(userName sw "${'\\'.repeat(60)}) "`],
    ['a text that is not closed, with line ends', `userName sw "${'\n'.repeat(60)}`],
    ['groups that multiply', `${'(userName pr or title pr) and '.repeat(30)}userName pr`],
    ['groups inside of attributes that multiply', `${'emails[type pr or value pr] and '.repeat(30)}title pr`],
  ])('by a filter: %s', async (_what, text) => {
    const { filter } = openScim();
    expect(await filter(text)).toMatchObject({ status: 400, json: { scimType: 'invalidFilter' } });
  });

  it('by a path of a PATCH, or a name that is taken for one', async () => {
    const { patch, ada } = openScim();
    const id = await ada();
    for (const operation of [
      { op: 'remove', path: `emails[type eq "${'\\'.repeat(60)}]` },
      { op: 'add', value: { [`emails[type eq "${'\\'.repeat(60)}].value`]: 'x' } },
    ])
      expect(await patch(id, operation)).toMatchObject({ status: 400, json: { scimType: 'invalidFilter' } });
  });

  it('by what is nested without end', async () => {
    const { send } = openScim();
    for (const [open, close] of [
      ['[', ']'],
      ['{"a":', '}'],
    ] as const) {
      const deep = `${open.repeat(20_000)}1${close.repeat(20_000)}`;
      const name = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
      const body = `{"schemas":["${userSchema}"],"userName":"eve","${name}":${deep}}`;
      expect((await send('POST', '/Users', body)).status).toBe(400);
    }
  });

  it('by a list without end', async () => {
    const { send, patch, ada } = openScim();
    const id = await ada();
    const long = Array.from({ length: 1_001 }, (_, at) => ({ value: `${at}@acme.test` }));
    const bodies = [
      send('POST', '/Users', { schemas: [userSchema], userName: 'x', emails: long }),
      patch(id, { op: 'add', path: 'emails', value: long }),
      patch(id, { op: 'add', value: { emails: long } }),
      patch(id, ...long.map(() => ({ op: 'replace', path: 'title', value: 'x' }))),
    ];
    for (const sent of bodies) expect((await sent).status).toBe(413);
  });

  it('by a body without end: no more of it is read than may be there', async () => {
    const { scim } = openScim();
    let pulled = 0;
    const body = new ReadableStream({
      pull: (controller) => {
        pulled += 1;
        controller.enqueue(new Uint8Array(100_000));
      },
    });
    const request = new Request(`${root}/Users`, { method: 'POST', headers, body, duplex: 'half' } as never);
    expect((await scim(request)).status).toBe(413);
    expect(pulled).toBeLessThan(15);
  });

  it('by a record without end', async () => {
    const { send, people } = openScim();
    const huge = { schemas: [userSchema], userName: 'x', displayName: 'x'.repeat(70_000) };
    expect((await send('POST', '/Users', huge)).status).toBe(400);
    expect(await people.list()).toEqual([]);
  });
});

describe('what is no SCIM is refused, and never fails here', () => {
  it.each([
    ['GET', '/constructor', undefined, 404],
    ['GET', '/__proto__', undefined, 404],
    ['GET', '/toString/x', undefined, 404],
    ['GET', '/Users/__proto__', undefined, 404],
    ['GET', '/Users/%E0%A4%A', undefined, 400],
    ['GET', `/Users?filter=${encodeURIComponent('userName eq "\\x"')}`, undefined, 400],
    ['GET', `/Users?filter=${encodeURIComponent('userName eq "\\u12"')}`, undefined, 400],
    ['POST', '/Users', 'null', 400],
    ['POST', '/Users', '[]', 400],
    [
      'POST',
      '/Users',
      `{"schemas":["${userSchema}"],"userName":"x","name":${'['.repeat(9_999)}${']'.repeat(9_999)}}`,
      400,
    ],
    ['POST', '/Groups', { schemas: [groupSchema], displayName: 'x', members: [{ value: '__proto__' }] }, 400],
  ])('%s %s', async (method, path, body, status) => {
    const { send } = openScim();
    expect(await send(method, path, body)).toMatchObject({ status, json: { status: String(status) } });
  });

  it('prototypes stay as they are (prototype pollution)', async () => {
    const { send, patch, ada } = openScim();
    const id = await ada();
    const polluting = '{"polluted":true}';
    await send(
      'POST',
      '/Users',
      `{"schemas":["${userSchema}"],"userName":"x","__proto__":${polluting},"name":{"__proto__":${polluting}},"constructor":{"prototype":${polluting}}}`,
    );
    for (const path of ['__proto__.polluted', 'constructor.prototype.polluted', 'name.__proto__.polluted'])
      await patch(id, { op: 'add', path, value: true });
    await send(
      'PATCH',
      `/Users/${id}`,
      `{"schemas":["${patchSchema}"],"Operations":[{"op":"add","value":{"__proto__":${polluting},"name":{"__proto__":${polluting}}}}]}`,
    );
    expect('polluted' in {}).toBe(false);
    expect('polluted' in Object).toBe(false);
    expect(JSON.stringify((await send('GET', '/Users')).json)).not.toContain('polluted');
  });

  it.each([
    ['is away', new IntegrationError('redis://:password@10.0.0.1 is away', { code: 'unavailable' })],
    ['fails as nobody foresaw', new TypeError('connect ECONNREFUSED 10.0.0.1')],
  ])('a state that %s is told to the log alone', async (_what, error) => {
    const state = {
      ...memoryState(),
      get: () => Promise.reject(error),
      compareAndSet: () => Promise.reject(error),
    };
    const { send } = openScim(state);
    for (const sent of [
      send('GET', '/Users'),
      send('POST', '/Users', { schemas: [userSchema], userName: 'x' }),
    ]) {
      const { status, json } = await sent;
      expect(status).toBe(500);
      expect(JSON.stringify(json)).not.toContain('10.0.0.1');
    }
  });
});
