/** The operations of the fake: https://docs.aws.amazon.com/lambda/latest/api/API_Operations.html */
import type { FakeResponse } from '@im/testing';
import { pageOf } from '../../common/fake/input.ts';
import { type AwsFault, fault } from '../../common/fake/protocols.ts';
import { respond } from '../../common/fake/server.ts';
import type { FakeCall, RestService } from '../../common/fake/service.ts';
import { aliases, configurationOf, type FakeHandler, FunctionFailure, versions } from './functions.ts';

/** What the service works with. */
export interface LambdaPlace {
  readonly region: string;
  readonly handlers: Readonly<Record<string, FakeHandler>>;
  readonly record: (
    accountId: string,
    call: { name: string; kind: 'RequestResponse' | 'Event'; version: string; event: unknown },
  ) => void;
}

const mostBytes = { RequestResponse: 6_291_456, Event: 1_048_576 } as const;
/** Most that a page has, whatever was asked for. */
const largestPage = 50;
const functions = '/2015-03-31/functions';

/** The service. */
export function lambdaFakeService(place: LambdaPlace): RestService {
  const { handlers, region, record } = place;
  const placeOf = ({ principal }: FakeCall) => ({ region, accountId: principal.account.accountId });

  /** The function and the version that a request names. */
  const target = (call: FakeCall): { readonly name: string; readonly version: string } => {
    const { accountId } = placeOf(call);
    const given = call.request.params.name ?? '';
    const parsed =
      /^(?:(?:arn:aws:lambda:[\w-]+:)?(\d{12}):)?(?:function:)?([\w-]+)(?::(\$LATEST|[\w-]+))?$/.exec(given);
    if (parsed === null)
      throw fault('InvalidParameterValueException', `1 validation error detected: ${given}`);
    const [, account = accountId, name = '', inName] = parsed;
    const qualifier = call.request.query.get('Qualifier') ?? inName ?? '$LATEST';
    const arn = `arn:aws:lambda:${region}:${account}:function:${name}`;
    if (account !== accountId)
      throw fault(
        'AccessDeniedException',
        `User: ${call.principal.arn} is not authorized to perform this action on resource: ${arn}`,
        { status: 403 },
      );
    const version = aliases[qualifier] ?? qualifier;
    if (!(name in handlers) || !versions.some((one) => one === version))
      throw missing(`Function not found: ${arn}${qualifier === '$LATEST' ? '' : `:${qualifier}`}`);
    return { name, version };
  };

  const list = <Item>(call: FakeCall, all: readonly Item[], member: string) => {
    const { query } = call.request;
    const asked = Number(query.get('MaxItems') ?? largestPage);
    if (!(asked >= 1 && asked <= 10_000))
      throw fault('InvalidParameterValueException', 'MaxItems must be between 1 and 10000');
    const { items, next } = pageOf(all, query.get('Marker') ?? undefined, Math.min(asked, largestPage));
    return { [member]: items, ...(next !== undefined && { NextMarker: next }) };
  };

  return {
    service: 'lambda',
    kind: 'rest',
    routes: {
      [`POST ${functions}/:name/invocations`](call) {
        const { name, version } = target(call);
        const { headers, body } = call.request;
        const kind = headers['x-amz-invocation-type'] ?? 'RequestResponse';
        if (kind === 'DryRun') return respond({ status: 204 });
        if (kind !== 'RequestResponse' && kind !== 'Event')
          throw fault('InvalidParameterValueException', `Unknown InvocationType ${kind}`);
        if (body.byteLength > mostBytes[kind])
          throw fault(
            'RequestTooLargeException',
            `Request must be smaller than ${mostBytes[kind]} bytes for the InvokeFunction operation`,
            { status: 413 },
          );
        const event = parse(body);
        record(placeOf(call).accountId, { name, kind, version, event });
        const run = () => execute(handlers[name], event, call, version);
        if (kind === 'RequestResponse') return run();
        run();
        return respond({ status: 202 });
      },
      [`GET ${functions}/:name`](call) {
        const { name, version } = target(call);
        return {
          Configuration: { ...configurationOf(name, version, placeOf(call)), State: 'Active' },
          Code: { RepositoryType: 'S3', Location: `https://code.example/${name}?X-Amz-Signature=0f0f` },
          Tags: { team: 'shop' },
          Concurrency: { ReservedConcurrentExecutions: 5 },
        };
      },
      [`GET ${functions}`]: (call) =>
        list(
          call,
          Object.keys(handlers).map((name) => configurationOf(name, '$LATEST', placeOf(call))),
          'Functions',
        ),
      [`GET ${functions}/:name/versions`](call) {
        const { name } = target(call);
        return list(
          call,
          versions.map((version) => configurationOf(name, version, placeOf(call))),
          'Versions',
        );
      },
      [`GET ${functions}/:name/aliases`](call) {
        const { name } = target(call);
        const { accountId } = placeOf(call);
        const all = Object.entries(aliases).map(([alias, FunctionVersion]) => ({
          AliasArn: `arn:aws:lambda:${region}:${accountId}:function:${name}:${alias}`,
          Name: alias,
          FunctionVersion,
          Description: '',
        }));
        return list(call, all, 'Aliases');
      },
    },
  };
}

/** Errors of Lambda say `Message` where most services say `message`. */
function missing(says: string): AwsFault {
  return fault('ResourceNotFoundException', says, { status: 404, members: { Type: 'User', Message: says } });
}

function execute(
  handler: FakeHandler | undefined,
  event: unknown,
  { request }: FakeCall,
  version: string,
): FakeResponse {
  const lines: string[] = [];
  const context = {
    version,
    clientContext: decode(request.headers['x-amz-client-context']),
    log: (line: string) => void lines.push(line),
  };
  const headers = () => ({
    'content-type': 'application/json',
    'x-amz-executed-version': version,
    ...(request.headers['x-amz-log-type'] === 'Tail' && {
      'x-amz-log-result': Buffer.from([...lines, ''].join('\n')).toString('base64'),
    }),
  });
  try {
    const answer = handler?.(event, context);
    const body = answer instanceof Uint8Array ? answer : (JSON.stringify(answer) ?? 'null');
    return respond({ status: 200, headers: headers(), body });
  } catch (thrown) {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    const [errorType, kind] =
      error instanceof FunctionFailure ? [error.errorType, error.kind] : [error.name, 'Unhandled'];
    const trace = (error.stack ?? '').split('\n').slice(0, 2);
    const body = JSON.stringify({ errorType, errorMessage: error.message, trace });
    return respond({ status: 200, headers: { ...headers(), 'x-amz-function-error': kind }, body });
  }
}

function parse(body: Uint8Array): unknown {
  if (body.byteLength === 0) return {};
  try {
    return JSON.parse(Buffer.from(body).toString());
  } catch {
    throw fault(
      'InvalidRequestContentException',
      'Could not parse request body into json: Could not parse payload into json',
    );
  }
}

function decode(text: string | undefined): unknown {
  return text === undefined ? undefined : JSON.parse(Buffer.from(text, 'base64').toString());
}
