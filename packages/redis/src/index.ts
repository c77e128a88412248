export { type RedisStateOptions, redisStateOptions } from './options.ts';
export { redisState } from './redis-state.ts';
