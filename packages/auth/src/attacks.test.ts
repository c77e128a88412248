/**
 * The list of attacks on sessions, API keys, roles, second factors and people, one named test for each. Attacks on tokens and flows are in
 * `jwt/attacks.test.ts` and beside the OAuth and SAML parts.
 *
 * What holds for all of them is asserted in one place, {@link expectRefused}: it is refused with the code and the reason that the table says, log and
 * listener have the reason, and nothing that was planted comes out: not in the error with all its causes, not in a log line, an event, or the state.
 */
import { describe, expect, it } from 'vitest';
import { expectNoLeak, expectRefused, openAll } from './__tests__/attack-scene.ts';
import { attacksOnFactors } from './__tests__/attacks-on-factors.ts';
import { attacksOnKeys } from './__tests__/attacks-on-keys.ts';
import { attacksOnPeople } from './__tests__/attacks-on-people.ts';
import { attacksOnSessions } from './__tests__/attacks-on-sessions.ts';

const attacks = { ...attacksOnSessions, ...attacksOnKeys, ...attacksOnFactors, ...attacksOnPeople };

describe('is refused, with the reason logged and nothing leaked', () => {
  it.each(Object.entries(attacks))('%s', async (_name, { run, ...expected }) => {
    const all = openAll();
    await expectRefused(all, await run(all), expected);
  });
});

describe('the directory of another tenant', () => {
  const open = async () => {
    const all = openAll();
    const { key } = await all.keys.create('globex', { name: 'directory', scopes: ['scim:write'] });
    all.plant('key of globex', key);
    const { id } = await all.people
      .tenant('acme')
      .create({ userName: 'ada', name: all.plant('name', 'Ada of Acme, Countess') });
    // People's names stand in the state; what is looked for is that they do not come out.
    all.written.length = 0;
    const send = async (tenant: string, method: string, path: string, body?: string) => {
      all.lines.length = 0;
      all.events.length = 0;
      const response = await all.scim(
        new Request(`https://app.test/scim/v2${path}`, {
          method,
          headers: {
            authorization: `Bearer ${key.reveal()}`,
            'content-type': 'application/scim+json',
            'x-tenant': tenant,
          },
          ...(body !== undefined && { body }),
        }),
      );
      const text = await response.text();
      expectNoLeak(all, text);
      return { status: response.status, text };
    };
    return { ...all, id, send };
  };

  it('is refused at the door, with the reason logged', async () => {
    const { send, events, lines } = await open();
    expect((await send('acme', 'GET', '/Users')).status).toBe(401);
    expect(events.map(({ type, reason }) => [type, reason])).toEqual([
      ['api_key.refused', 'unknown'],
      ['scim.refused', 'unauthenticated'],
    ]);
    expect(lines).toHaveLength(2);
  });

  it('finds, changes and takes away nobody through its own', async () => {
    const { send, id, people } = await open();
    const before = await people.tenant('acme').get(id);
    const user = '{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"eve"}';
    const group = `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"x","members":[{"value":"${id}"}]}`;
    const statuses = [
      await send('globex', 'GET', `/Users/${id}`),
      await send('globex', 'PUT', `/Users/${id}`, user),
      await send('globex', 'PATCH', `/Users/${id}`, user),
      await send('globex', 'DELETE', `/Users/${id}`),
      await send('globex', 'POST', '/Groups', group),
    ].map(({ status }) => status);
    expect(statuses).toEqual([404, 404, 404, 404, 400]);
    expect(JSON.parse((await send('globex', 'GET', '/Users')).text)).toMatchObject({ totalResults: 0 });
    expect(await people.tenant('acme').get(id)).toEqual(before);
  });
});

it('what is planted is found where it comes out: the assertion can fail', async () => {
  const all = openAll();
  const secret = all.plant('secret', 'a secret that is long enough');
  const code = all.plant('code', '424242');
  expect(() => expectNoLeak(all, new Error('x', { cause: new Error(secret) }))).toThrow();
  expect(() => expectNoLeak(all, new Error(`the code was ${code}`))).toThrow();
  all.lines.push({ message: 'x', fields: { token: Buffer.from(secret).toString('base64') } });
  expect(() => expectNoLeak(all, undefined)).toThrow();
});
