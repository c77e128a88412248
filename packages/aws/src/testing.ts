/** A fake of AWS for any of its SDK clients, and what the conformance suite needs to run it. For tests and for the sandbox. */
export type { FakeAccount, Principal } from './common/fake/accounts.ts';
export { fault, type QueryInput } from './common/fake/protocols.ts';
export { respond, sampleTenant } from './common/fake/server.ts';
export type { FakeCall, FakeService, JsonService, QueryService, RestService } from './common/fake/service.ts';
export { harness } from './fake/harness.ts';
export { type AccountAccess, type AwsFake, type StartAwsFakeOptions, startFake } from './fake/start-fake.ts';
