/** Benchmarks of `@im/auth`. Each file of `auth/` has a part. */
import { benchJwt } from './auth/jwt.ts';
import { benchRbac } from './auth/rbac.ts';
import type { Line } from './measure.ts';

export async function run(): Promise<readonly Line[]> {
  return [...(await benchJwt()), ...(await benchRbac())];
}
