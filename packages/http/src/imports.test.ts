import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';

/** Prints which of the heavy packages an import of `@im/http` asks for. */
const script = `
  import { registerHooks } from 'node:module';
  const heavy = new Set();
  registerHooks({
    resolve(specifier, context, next) {
      if (/^(undici|got|jose|oauth4webapi)$/.test(specifier)) heavy.add(specifier);
      return next(specifier, context);
    },
  });
  await import(${JSON.stringify(new URL('./index.ts', import.meta.url).href)});
  const light = [...heavy];
  await import(${JSON.stringify(new URL('./lanes/undici.ts', import.meta.url).href)});
  console.log(JSON.stringify({ light, withLane: [...heavy] }));
`;

describe('an import of the package', () => {
  it('loads no lane and no crypto library; a lane loads its own client only', () => {
    const flags = ['--conditions=@im/source', '--input-type=module', '--eval', script];
    const output = execFileSync(process.execPath, flags, { encoding: 'utf8' });
    expect(JSON.parse(output)).toEqual({ light: [], withLane: ['undici'] });
  });
});
