/** What an application's tests need of this package: an authorization server of their own. */
export { startAuthorizationServer } from './testing/authorization-server.ts';
export type {
  AuthorizationServerFake,
  AuthorizationServerOptions,
} from './testing/authorization-server.types.ts';
export type { FakeClient, FakeCounts, FakeGrant, IssuedPair } from './testing/ledger.ts';
export type { Misbehaviour } from './testing/misbehaviour.ts';
