/** Finds the service and the operation that a request is for. */
import type { FakeRequest, FakeResponse, FakeRoutes } from '@im/testing';
import { unknownOperation } from './faults.ts';
import { queryInput } from './protocols.ts';
import type { FakeCall, FakeService, JsonService, QueryService } from './service.ts';

/** Runs one operation and writes down what comes of it. `run` asks for its call, which checks the signature. */
export type Handle = (
  service: FakeService,
  operation: string,
  request: FakeRequest,
  run: (call: () => FakeCall) => unknown,
) => FakeResponse | Promise<FakeResponse>;

/** The routes of all services: those of REST services, and one for all the others. */
export function routesOf(services: readonly FakeService[], handle: Handle): FakeRoutes {
  const routes: Record<string, FakeRoutes[string]> = {};
  const rpc: (JsonService | QueryService)[] = [];
  for (const service of services) {
    if (service.kind !== 'rest') {
      rpc.push(service);
      continue;
    }
    for (const [route, run] of Object.entries(service.routes))
      routes[route] = (request) => handle(service, route, request, (call) => run(call()));
  }
  const [first] = rpc;
  if (first === undefined) return routes;
  routes['POST /'] = (request) => {
    for (const service of rpc) {
      const name = operationOf(service, request);
      if (name === undefined) continue;
      return handle(service, name, request, (call) => run(service, name, request, call));
    }
    return handle(first, 'Unknown', request, () => {
      throw unknownOperation(first, undefined);
    });
  };
  return routes;
}

function run(
  service: JsonService | QueryService,
  name: string,
  request: FakeRequest,
  call: () => FakeCall,
): unknown {
  if (service.kind === 'json') {
    const operation = service.operations[name];
    if (operation !== undefined) return operation(jsonOf(request), call());
  } else {
    const input = queryInput(formOf(request));
    const [open, operation] = [service.unsigned?.[name], service.operations[name]];
    if (open !== undefined) return open(input);
    if (operation !== undefined) return operation(input, call());
  }
  throw unknownOperation(service, name);
}

/** The operation of `service` that a request is for; `undefined` when it is for another service. */
function operationOf(service: JsonService | QueryService, request: FakeRequest): string | undefined {
  const target = request.headers['x-amz-target'];
  if (service.kind === 'json') {
    const [prefix, operation] = (target ?? '').split('.');
    return prefix === service.target ? operation : undefined;
  }
  if (target !== undefined) return undefined;
  const action = formOf(request).get('Action');
  const scope = /Credential=[^/]+\/\d+\/[^/]+\/([^/]+)\//.exec(request.headers.authorization ?? '')?.[1];
  const isOpen = action !== undefined && service.unsigned !== undefined && action in service.unsigned;
  return isOpen || scope === undefined || scope === service.service ? action : undefined;
}

function formOf(request: FakeRequest): ReadonlyMap<string, string> {
  return new Map(request.form());
}

function jsonOf(request: FakeRequest): Readonly<Record<string, unknown>> {
  const value = request.body.byteLength === 0 ? {} : request.json();
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
