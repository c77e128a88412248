/** How every directory gives what is many: page by page, with places in it. */
import { expect, it } from 'vitest';
import { filter } from '../index.ts';
import { fakePeople } from '../testing.ts';
import type { Connect } from './describe-directory.ts';

const people = [...fakePeople.map(({ login }) => login)].sort();

/** Registers the cases. */
export function describePaging(connect: Connect): void {
  it('gives everybody, page by page', async () => {
    await using client = connect();
    const pages: number[] = [];
    const logins: string[] = [];
    for await (const page of client.searchUsers(undefined, { pageSize: 3 }).pages()) {
      pages.push(page.items.length);
      logins.push(...page.items.map(({ login }) => login));
    }
    expect(logins.sort()).toEqual(people);
    expect(pages).toEqual([3, 3, 1]);
    const all = client.searchUsers(undefined, { limit: 2 });
    expect(await all.toArray()).toHaveLength(2);
  });

  it('goes on with a search elsewhere, where its place is not known', async () => {
    await using here = connect();
    await using elsewhere = connect();
    const whole = (await here.searchUsers().toArray()).map(({ login }) => login);
    const begun = here.searchUsers(undefined, { pageSize: 4 });
    const first: string[] = [];
    let cursor: string | undefined;
    for await (const page of begun.pages()) {
      first.push(...page.items.map(({ login }) => login));
      cursor = page.next;
      break;
    }
    const rest = (await elsewhere.searchUsers(undefined, { pageSize: 4, cursor }).toArray()).map(
      ({ login }) => login,
    );
    expect([...first, ...rest]).toEqual(whole);
    const other = { filter: filter`(uid=${'ada'})` };
    await expect(elsewhere.searchUsers(other, { cursor }).toArray()).rejects.toMatchObject({
      code: 'failed_precondition',
      reason: 'cursor_gone',
    });
    await expect(here.searchUsers(undefined, { cursor: 'nonsense' }).toArray()).rejects.toMatchObject({
      reason: 'cursor_gone',
    });
  });

  it('lets many searches stand open at once, on one connection too', async () => {
    await using client = connect({ poolSize: 1 });
    const logins: string[][] = [[], []];
    const one = client.searchUsers(undefined, { pageSize: 2 })[Symbol.asyncIterator]();
    const other = client.searchUsers(undefined, { pageSize: 3 })[Symbol.asyncIterator]();
    for (const _ of people) {
      logins[0]?.push((await one.next()).value?.login);
      logins[1]?.push((await other.next()).value?.login);
    }
    expect(logins.map((each) => each.sort())).toEqual([people, people]);
  });
}
