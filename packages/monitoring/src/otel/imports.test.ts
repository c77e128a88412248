import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';

/** Runs `script` where the packages of the SDK that `missing` matches are not installed; gives what it prints as JSON. */
function run(missing: RegExp, script: string): unknown {
  const hooks = `
    import { registerHooks } from 'node:module';
    const loaded = [];
    registerHooks({
      resolve(specifier, context, next) {
        if (${missing}.test(specifier)) throw new Error('not installed: ' + specifier);
        if (/^@opentelemetry\\/(sdk|exporter|resources)/.test(specifier)) loaded.push(specifier);
        return next(specifier, context);
      },
    });
    const { startTelemetry } = await import(${JSON.stringify(new URL('./index.ts', import.meta.url).href)});
    const start = (options) => startTelemetry({ serviceName: 'test', endpoint: 'http://127.0.0.1:9', ...options })
      .then((telemetry) => telemetry.shutdown()).then(() => 'started', ({ code, message }) => [code, message]);
    ${script}`;
  const flags = ['--conditions=@im/source', '--input-type=module', '--eval', hooks];
  return JSON.parse(execFileSync(process.execPath, flags, { encoding: 'utf8' }));
}

describe('the SDK', () => {
  it('is not loaded by an import of the package', () => {
    expect(run(/^$/, 'console.log(JSON.stringify(loaded))')).toEqual([]);
  });

  it('is needed for what is wanted only; what is missing is named with the command that installs it', () => {
    const script = `
      const off = { traces: false, metrics: false };
      console.log(JSON.stringify([await start({}), await start(off)]));`;
    expect(run(/sdk-trace$/, script)).toEqual([
      [
        'failed_precondition',
        'recording traces needs the package @opentelemetry/sdk-trace @opentelemetry/exporter-trace-otlp-http, which cannot be loaded; ' +
          'install it: npm install @opentelemetry/sdk-trace @opentelemetry/exporter-trace-otlp-http',
      ],
      'started',
    ]);
  });
});
