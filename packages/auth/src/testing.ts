/** What an application's tests need of this package: an authorization server of their own. */
export {
  type AuthorizationServerFake,
  type AuthorizationServerOptions,
  startAuthorizationServer,
} from './testing/authorization-server.ts';
export type { FakeClient, FakeCounts, FakeGrant, IssuedPair } from './testing/ledger.ts';
export type { Misbehaviour } from './testing/misbehaviour.ts';
