import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createIntegration, errorCode, IntegrationError, type LogFields } from '@im/core';
import { trace } from '@opentelemetry/api';
import { describe, expect, it } from 'vitest';
import { describeCollector, plain, startCollector } from '../otel/__tests__/collector.ts';
import { defineShop, startShop } from '../otel/__tests__/shop.ts';
import { startTelemetry } from '../otel/index.ts';
import { createLogger, type LoggerOptions } from './index.ts';

const now = () => Date.UTC(2030, 0, 1, 12, 34, 56, 789);

/** A logger and what it wrote. */
async function open(options: LoggerOptions = {}) {
  const lines: string[] = [];
  const logger = await createLogger({ now, destination: { write: (line) => lines.push(line) }, ...options });
  return { logger, lines, read: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

/** What a line with these fields says of them. */
async function written(fields: LogFields, options?: LoggerOptions) {
  const { logger, read } = await open(options);
  logger.info('x', fields);
  const [{ time: _time, level: _level, message: _message, ...said } = {}] = read();
  return said;
}

describe('a line', () => {
  it('is JSON: time, level, fields, message', async () => {
    const { logger, lines } = await open({ fields: { service: 'hub' } });
    logger.warn('the vendor is slow', { provider: 'shop', waitedMs: 12 });
    expect(lines).toEqual([
      '{"level":"warn","time":"2030-01-01T12:34:56.789Z","service":"hub","provider":"shop","waitedMs":12,"message":"the vendor is slow"}\n',
    ]);
  });

  it('has the fields of its tenant, and of nobody else', async () => {
    const { logger, read } = await open();
    const acme = logger.with({ tenant: 'acme' });
    acme.with({ operation: 'getItem' }).info('one');
    acme.info('two', { tenant: 'of the line' });
    logger.info('three');
    expect(read().map(({ tenant, operation }) => [tenant, operation])).toEqual([
      ['acme', 'getItem'],
      ['of the line', undefined],
      [undefined, undefined],
    ]);
  });

  it('is written from its level on, which may change at any time', async () => {
    const { logger, read } = await open({ level: 'warn' });
    const acme = logger.with({ tenant: 'acme' });
    acme.info('no');
    acme.error('yes');
    logger.level = 'debug';
    acme.debug('yes');
    logger.level = 'silent';
    acme.error('no');
    expect(read().map(({ level, message }) => [level, message])).toEqual([
      ['error', 'yes'],
      ['debug', 'yes'],
    ]);
  });

  it('cannot be forged by a field or by a message', async () => {
    const { logger, lines, read } = await open();
    logger.info('one\n{"level":"error"}', { level: 'error', time: 0, message: 'forged' });
    expect(lines).toHaveLength(1);
    expect(lines[0]?.indexOf('\n')).toBe((lines[0]?.length ?? 0) - 1);
    expect(read()[0]).toMatchObject({ level: 'info', level_: 'error', time_: 0, message_: 'forged' });
  });

  it('shows errors with what they say of themselves, and no cause', async () => {
    const error = new IntegrationError(
      'the vendor is down',
      { code: 'unavailable', provider: 'shop', operation: 'getItem', status: 503 },
      { cause: new Error('what the vendor said') },
    );
    const said = await written({ error, bug: new TypeError('x is not a function') });
    expect(said.error).toMatchObject({ name: 'IntegrationError', code: 'unavailable', status: 503 });
    expect(said.error).not.toHaveProperty('stack');
    expect((said.bug as { stack: string }).stack).toContain('logger.test.ts');
    expect(JSON.stringify(said)).not.toContain('what the vendor said');
  });
});

/** What a descriptor of this process is open on; the one that lists them is closed by then. */
const linkOf = (name: string): string | readonly [] => {
  try {
    return readlinkSync(`/proc/self/fd/${name}`);
  } catch {
    return [];
  }
};

describe('the destination', () => {
  it('has every line when the process ends, however it ends', () => {
    const folder = mkdtempSync(join(tmpdir(), 'im-logs-'));
    const file = join(folder, 'new', 'hub.log');
    const script = `
      const { createLogger } = await import(${JSON.stringify(new URL('./index.ts', import.meta.url).href)});
      const toFile = await createLogger({ destination: ${JSON.stringify(file)} });
      const toOutput = await createLogger();
      for (let index = 0; index < 100; index += 1) {
        toFile.info('line', { index });
        toOutput.info('line', { index });
      }
      process.exit(0);`;
    try {
      const flags = ['--conditions=@im/source', '--input-type=module', '--eval', script];
      const output = execFileSync(process.execPath, flags, { encoding: 'utf8' });
      for (const text of [output, readFileSync(file, 'utf8')])
        expect(text.trim().split('\n')).toHaveLength(100);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('is flushed on demand, and closed with the logger', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'im-logs-'));
    const destination = join(folder, 'hub.log');
    try {
      const logger = await createLogger({ destination });
      logger.info('one');
      await logger.flush();
      expect(readFileSync(destination, 'utf8')).toContain('one');
      logger.info('two');
      await logger[Symbol.asyncDispose]();
      logger.info('late');
      expect(readFileSync(destination, 'utf8').match(/"message":"\w+"/g)).toEqual([
        '"message":"one"',
        '"message":"two"',
      ]);
      if (process.platform === 'linux') {
        const open = readdirSync('/proc/self/fd').flatMap(linkOf);
        expect(open).not.toContain(destination);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('that cannot be opened is told at once', async () => {
    const error = await createLogger({ destination: tmpdir() }).catch((thrown: unknown) => thrown);
    expect(errorCode(error)).toBe('failed_precondition');
    expect(String(error)).toContain('cannot be opened');
  });
});

describeCollector('with telemetry', () => {
  it('lines name the active span, and go to the collector too, without what is not shown', async () => {
    await using collector = await startCollector();
    const telemetry = await startTelemetry({ serviceName: 'hub', endpoint: collector.url, metrics: false });
    const { logger, read } = await open();
    const span = trace.getTracer('app').startActiveSpan('order', (active) => {
      logger.warn('inside', { tenant: 'acme', apiKey: 'k', more: { a: 1 } });
      active.end();
      return active.spanContext();
    });
    logger.info('outside');
    logger.debug('below the level');
    await telemetry.shutdown();
    expect(read().map(({ trace_id, span_id }) => [trace_id, span_id])).toEqual([
      [span.traceId, span.spanId],
      [undefined, undefined],
    ]);
    const [inside, outside] = collector.logs();
    expect(collector.logs()).toHaveLength(2);
    expect(inside).toMatchObject({
      severityNumber: 13,
      severityText: 'warn',
      body: { stringValue: 'inside' },
      traceId: span.traceId,
      spanId: span.spanId,
    });
    expect(plain(inside?.attributes ?? [])).toMatchObject({ tenant: 'acme', apiKey: '[redacted]' });
    expect(outside?.body).toEqual({ stringValue: 'outside' });
  });
});

it('what the SDK complains about is logged, and does not become a record that is complained about again', async () => {
  const { logger, read } = await open();
  await using refusing = await startShop();
  await using telemetry = await startTelemetry({
    serviceName: 'hub',
    endpoint: refusing.url,
    metrics: false,
    traces: false,
    logger,
  });
  logger.info('one');
  await telemetry.flush();
  await telemetry.flush();
  expect(refusing.unmatched).toEqual(['POST /v1/logs']);
  expect(read().map(({ level, message }) => [level, message])).toEqual([
    ['info', 'one'],
    ['error', 'OpenTelemetry says'],
  ]);
});

it('is a logger of core', async () => {
  const { logger } = await open();
  await using client = createIntegration(defineShop(), {
    options: { apiKey: 'k', baseUrl: 'http://127.0.0.1:9' },
    logger,
  });
  expect(Object.keys(client)).not.toEqual([]);
});

it('tells every fault of its options at once', async () => {
  const options = {
    level: 'loud',
    pretty: 'yes',
    limits: { maxText: 0 },
    colour: true,
  } as unknown as LoggerOptions;
  const error = await createLogger(options).catch((thrown: unknown) => thrown);
  expect(errorCode(error)).toBe('invalid_argument');
  for (const path of ['level', 'pretty', 'limits.maxText', 'colour']) expect(String(error)).toContain(path);
});
