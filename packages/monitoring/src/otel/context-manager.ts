import { AsyncLocalStorage } from 'node:async_hooks';
import { type Context, type ContextManager, ROOT_CONTEXT } from '@opentelemetry/api';

/** Keeps the active context over awaits, timers and callbacks, by Node's `AsyncLocalStorage`. */
export function createContextManager(): ContextManager {
  const storage = new AsyncLocalStorage<Context>();
  const manager: ContextManager = {
    active: () => storage.getStore() ?? ROOT_CONTEXT,
    with: (context, body, self, ...args) =>
      storage.run(context ?? ROOT_CONTEXT, () => body.apply(self as ThisParameterType<typeof body>, args)),
    bind<Target>(context: Context, target: Target): Target {
      if (typeof target !== 'function') return target;
      const bound = function (this: unknown, ...args: readonly unknown[]): unknown {
        return storage.run(context, () => target.apply(this, args));
      };
      return bound as Target;
    },
    enable: () => manager,
    disable: () => {
      storage.disable();
      return manager;
    },
  };
  return manager;
}
