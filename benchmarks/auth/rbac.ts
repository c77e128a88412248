/** Decisions of roles, against casbin: 10,000 roles and 100,000 assignments, both in memory; and what they weigh. */
import { newEnforcer, newModelFromString, StringAdapter } from 'casbin';
import {
  type Assignment,
  createRoleBook,
  decide,
  type RoleDefinition,
} from '../../packages/auth/src/rbac/index.ts';
import { contest, type Line, line } from '../measure.ts';

const roleCount = 10_000;
const subjectCount = 50_000;
const rolesOfEach = 2;

const roleOf = (subject: number, nth: number) => `role-${(subject * 7 + nth * 4_999) % roleCount}`;
const questionsOf = (times: number) =>
  Array.from({ length: Math.min(times, 1_000) }, (_, index) => (index * 37) % subjectCount);

/** Every role may read one resource; every tenth inherits from the one before. */
function ours() {
  const roles: Record<string, RoleDefinition> = {};
  for (let index = 0; index < roleCount; index += 1)
    roles[`role-${index}`] = {
      allow: [`data-${index}:read`],
      ...(index % 10 === 9 && { inherits: [`role-${index - 1}`] }),
    };
  const book = createRoleBook(roles);
  const assignments = new Map<string, readonly Assignment[]>();
  for (let index = 0; index < subjectCount; index += 1)
    assignments.set(
      `user-${index}`,
      Array.from({ length: rolesOfEach }, (_, nth) => ({ role: roleOf(index, nth) })),
    );
  return (subject: number) =>
    decide(book, {
      subject: { id: `user-${subject}` },
      assignments: assignments.get(`user-${subject}`) ?? [],
      permission: `data-${(subject * 7) % roleCount}:read`,
      now: 0,
    });
}

const model = `
[request_definition]
r = sub, obj, act
[policy_definition]
p = sub, obj, act
[role_definition]
g = _, _
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = r.obj == p.obj && r.act == p.act && g(r.sub, p.sub)
`;

/** The same policy; the matcher asks for the role last, which is the cheapest order. */
async function theirs() {
  const rows: string[] = [];
  for (let index = 0; index < roleCount; index += 1) {
    rows.push(`p, role-${index}, data-${index}, read`);
    if (index % 10 === 9) rows.push(`g, role-${index}, role-${index - 1}`);
  }
  for (let index = 0; index < subjectCount; index += 1)
    for (let nth = 0; nth < rolesOfEach; nth += 1) rows.push(`g, user-${index}, ${roleOf(index, nth)}`);
  const enforcer = await newEnforcer(newModelFromString(model), new StringAdapter(rows.join('\n')));
  return (subject: number) =>
    enforcer.enforce(`user-${subject}`, `data-${(subject * 7) % roleCount}`, 'read');
}

/** Measures. */
export async function benchRbac(): Promise<readonly Line[]> {
  const [ourBytes, can] = await weigh(async () => ours());
  const [theirBytes, enforce] = await weigh(theirs);
  for (const subject of questionsOf(1_000))
    if (!can(subject)) throw new Error(`user-${subject} must be allowed`);
  if (!(await enforce(37))) throw new Error('user-37 must be allowed by casbin');
  const questions = questionsOf(1_000);
  // Casbin goes over its 10,000 rows for each question: a few are enough.
  const taken = await contest(
    {
      ours: async (times) => {
        for (let at = 0; at < times * 1_000; at += 1) can(questions[at % questions.length] ?? 0);
      },
      casbin: async (times) => {
        for (let at = 0; at < times; at += 1) await enforce(questions[at % questions.length] ?? 0);
      },
    },
    { times: 5, rounds: 5 },
  );
  return [
    line(
      'role decision, 10,000 roles and 100,000 assignments, against casbin',
      'ns',
      taken.ours / 1_000,
      taken.casbin,
      {
        ratio: 0.1,
      },
    ),
    line('memory of those roles and assignments, against casbin', 'MB', ourBytes / 1e6, theirBytes / 1e6, {
      ratio: 1,
    }),
  ];
}

async function weigh<Made>(make: () => Promise<Made>): Promise<readonly [number, Made]> {
  globalThis.gc?.();
  const before = process.memoryUsage().heapUsed;
  const made = await make();
  globalThis.gc?.();
  return [process.memoryUsage().heapUsed - before, made];
}
