import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeVectors } from '@im/testing/vitest';
import { expect, it } from 'vitest';
import { type CasbinTable, translate } from './__tests__/casbin-tables.ts';
import { decide, explain } from './decide.ts';
import { createRoleBook } from './roles.ts';

describeVectors("casbin's access tables", 'authorization', (folder) => {
  const tables = JSON.parse(readFileSync(join(folder, 'casbin-tables.json'), 'utf8')) as CasbinTable[];
  const rows = tables.flatMap((table) => table.cases.map((one) => ({ table, ...one })));

  it('all six are there, and none is left out', () => {
    expect([tables.length, rows.length]).toEqual([6, 56]);
  });

  it.each(rows)('$table.name: $request is $allow', ({ table, request, allow }) => {
    const [subject = '', resource = '', action = ''] = request;
    const { roles, assignmentsOf, attributesOf } = translate(table);
    const question = {
      subject: { id: subject },
      assignments: assignmentsOf(subject),
      permission: `${resource}:${action}`,
      resource: attributesOf(resource),
      now: 0,
    };
    expect(decide(createRoleBook(roles), question)).toBe(allow);
    expect(explain(createRoleBook(roles), question).allowed).toBe(allow);
  });
});
