import { describe, expect, it } from 'vitest';
import { keyOf } from '../__tests__/keys.ts';
import { baseUrl, openRig } from '../__tests__/rig.ts';

describe('signing out', () => {
  it('begun here ends the session at the provider, and comes back', async () => {
    const rig = openRig();
    await rig.signIn();
    const session = rig.signIns[0]?.session;
    if (session === undefined) throw new Error('nobody is signed in');
    expect(rig.idps.okta.sessions.size).toBe(1);
    const begun = await rig.service.beginSignOut(session, '/bye');
    const answer = await rig.idps.okta.fetch(new Request(begun.headers.get('location') ?? ''));
    expect(rig.idps.okta.sessions.size).toBe(0);
    const url = answer.headers.get('location') ?? '';
    const back = await rig.browser.ask(url);
    expect([back.status, back.headers.get('location')]).toEqual([303, '/bye']);
    // A second time it means nothing.
    expect((await rig.browser.ask(url)).status).toBe(401);
    expect(rig.reasons()).toEqual(['in_response_to']);
  });

  it('begun at the provider ends sessions here, and is answered', async () => {
    const rig = openRig();
    await rig.signIn();
    const sessionIndex = rig.signIns[0]?.session.sessionIndex ?? '';
    const begun = rig.idps.okta.beginLogout(`${baseUrl}/acme/okta/metadata`, sessionIndex);
    const url = begun.headers.get('location') ?? '';
    const answer = await rig.browser.ask(url);
    expect(rig.signOuts).toEqual([
      {
        tenant: 'acme',
        provider: 'okta',
        issuer: 'https://okta.example.net/metadata',
        nameId: expect.objectContaining({ value: 'ada-persistent-id' }),
        sessionIndexes: [sessionIndex],
      },
    ]);
    const done = await rig.idps.okta.fetch(new Request(answer.headers.get('location') ?? ''));
    expect(await done.text()).toBe('signed out everywhere');
    expect(new URL(answer.headers.get('location') ?? '').searchParams.get('RelayState')).toBe(
      'fake-relay-state',
    );
    expect((await rig.browser.ask(url)).status).toBe(401);
    expect(rig.reasons()).toEqual(['replayed']);
  });

  it('that the application cannot do is not answered as done', async () => {
    const fail = () => {
      throw new Error('the store of sessions is down');
    };
    for (const onSignOut of [undefined, fail]) {
      const rig = openRig({ service: { onSignOut } });
      await rig.signIn();
      const begun = rig.idps.okta.beginLogout(
        `${baseUrl}/acme/okta/metadata`,
        rig.signIns[0]?.session.sessionIndex ?? '',
      );
      const answer = await rig.browser.ask(begun.headers.get('location') ?? '');
      await expect(
        rig.idps.okta.fetch(new Request(answer.headers.get('location') ?? '')),
      ).rejects.toMatchObject({
        reason: 'status_failed',
      });
    }
  });

  it('goes on at once where the provider has no address for it, or there is no key', async () => {
    const metadata = {
      entityId: 'https://okta.example.net/metadata',
      signOnUrl: 'https://okta.example.net/sso',
      certificates: [keyOf('provider').certificate],
    };
    for (const how of [{ provider: { metadata } }, { service: { keys: [] } }]) {
      const rig = openRig(how);
      await rig.signIn();
      const session = rig.signIns[0]?.session;
      if (session === undefined) throw new Error('nobody is signed in');
      expect((await rig.service.beginSignOut(session, '/bye')).headers.get('location')).toBe('/bye');
    }
  });
});
