/** A fake identity provider, for tests, for the sandbox, and for trying things out in a browser. */
export { type KeyOptions, makeKey } from './fake/certificate.ts';
export type { EncryptionScript } from './fake/encrypt.ts';
export { FakeIdentityProvider, type FakeIdentityProviderOptions } from './fake/identity-provider.ts';
export { fakePeople } from './fake/people.ts';
export type { FakeClient, ReceivedAuthnRequest } from './fake/read-request.ts';
export type { AnswerScript, FakePerson } from './fake/script.ts';
export { type RunningIdentityProvider, startFakeIdentityProvider } from './fake/start.ts';
