import { createRegistry } from '@im/core';
import { describeIntegration } from '@im/testing/vitest';
import { expect, test } from 'vitest';
import { ldap } from './ldap.ts';
import { harness, startFake } from './testing.ts';

describeIntegration(ldap, harness);

test('an item that was made is listed, until it is deleted', async () => {
  await using fake = await startFake();
  await using registry = createRegistry();
  registry.register(ldap, { options: fake.options() });
  const api = registry.tenant('default').get(ldap);

  const made = await api.createItem('fourth');
  expect(await api.getItem(made.id)).toEqual(made);
  expect(await api.listItems({ pageSize: 2 }).toArray()).toHaveLength(4);
  await api.deleteItem(made.id);
  await expect(api.getItem(made.id)).rejects.toMatchObject({ code: 'not_found', reason: 'no_such_item' });
});
