/** What can be done to an integration. The routes that do it are in `routes/`; the words stand here. */
import type { IntegrationStatus } from '@im/core';

/** Actions by the last part of their path, each with what it is called and what will happen. */
export const actions = {
  check: {
    title: 'Check now',
    says: 'Asks the service whether it can be used. Changes nothing.',
  },
  enable: { title: 'Enable', says: 'Starts it and takes calls again.' },
  'reset-breaker': {
    title: 'Reset the circuit',
    says: 'Closes the circuit and forgets the failures it counted: calls go out again at once.',
  },
  isolate: {
    title: 'Isolate',
    says: 'Opens the circuit by hand: every call is refused until the circuit is reset.',
  },
  disable: {
    title: 'Disable',
    says: 'Lets calls in flight end, then refuses every call until it is enabled again.',
  },
} as const;

/** One of {@link actions}. */
export type Action = keyof typeof actions;

/** Those that make sense now. */
export function actionsFor({
  status,
  breaker,
}: Pick<IntegrationStatus, 'status' | 'breaker'>): readonly Action[] {
  const out = status === 'disabled' || status === 'stopped';
  const makesSense: Readonly<Record<Action, boolean>> = {
    check: !out,
    enable: out || status === 'registered' || status === 'unhealthy',
    'reset-breaker': breaker !== 'closed',
    isolate: !out && breaker !== 'isolated',
    disable: !out,
  };
  return (Object.keys(actions) as Action[]).filter((action) => makesSense[action]);
}
