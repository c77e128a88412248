import { type Clock, systemClock } from '../clock.ts';
import { type Environment, type Logger, type ServiceKey, silentLogger } from '../context.ts';
import { memoryState, type StateStore } from '../state.ts';

/** An {@link Environment} with every default filled in. */
export interface Surroundings {
  readonly clock: Clock;
  readonly random: () => number;
  readonly state: StateStore;
  /** Whether the state was made here and must be disposed here. */
  readonly ownsState: boolean;
  readonly logger: Logger;
  service<Service>(key: ServiceKey<Service>): Service | undefined;
}

/** Fills in the defaults of `environment`. */
export function surroundingsOf(environment: Environment): Surroundings {
  const { clock = systemClock, random = Math.random, logger = silentLogger, services = [] } = environment;
  const byName = new Map(services.map(({ name, service }) => [name, service]));
  return {
    clock,
    random,
    logger,
    state: environment.state ?? memoryState(clock),
    ownsState: environment.state === undefined,
    service: <Service>(key: ServiceKey<Service>) => byName.get(key.name) as Service | undefined,
  };
}
