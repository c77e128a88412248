export { createVirtualClock, type VirtualClock } from './clock.ts';
