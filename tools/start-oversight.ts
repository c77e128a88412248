/** What watches over the sandbox: the service levels of its tenants, and alerts, told in the terminal. */
import { memoryState, type Registry } from '@im/core';
import {
  type AlertRuleInput,
  type Channel,
  createAlertEngine,
  defaultAlertRules,
} from '@im/monitoring/alerts';
import { createServiceLevels } from '@im/monitoring/slo';

/** What each tenant of the sandbox was promised. */
export const slaTarget = 0.99;

/** An outage of the sandbox is over when the rule of production would begin to believe in it. */
const impatient = { for: '10s', keepFiring: '0s' };
const rules: readonly AlertRuleInput[] = defaultAlertRules.map((rule) =>
  rule.name === 'IntegrationDown' ? { ...rule, ...impatient } : rule,
);

/** Begins to watch. Disposing the stack ends it. */
export function openOversight(
  registry: Registry,
  tell: (line: string) => void,
  resources: AsyncDisposableStack,
) {
  const state = memoryState();
  const terminal: Channel = {
    kind: 'terminal',
    repeatable: true,
    send: async ({ title }) => {
      tell(title);
      return {};
    },
  };
  const levels = resources.use(createServiceLevels({ registry, state }));
  const alerts = resources.use(
    createAlertEngine({
      registry,
      state,
      levels,
      rules,
      channels: { terminal },
      routes: [
        { name: 'everything', groupWait: '1s', groupInterval: '10s', steps: [{ channels: ['terminal'] }] },
      ],
    }),
  );
  return { levels, alerts };
}
