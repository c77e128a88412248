/** A fake of what `@im/gcp` itself needs, and what the conformance suite needs to run it. For tests and for the sandbox. */
export { sampleTenant } from './common/fake/service.ts';
export { harness } from './fake/harness.ts';
export { type GcpFake, type GcpWorld, sampleProjects, startFake } from './fake/start-fake.ts';
