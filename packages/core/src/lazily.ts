/**
 * An object that is made when it is first touched, and behaves as itself from then on: the client of a vendor's SDK,
 * which `native` of a definition must give at once but which few applications ever ask for.
 *
 * Methods run on the real object, so private fields work, and `instanceof` tells its class. What `make` throws is
 * thrown by the first touch, and by the next ones again.
 */
export function lazily<Value extends object>(make: () => Value): Value {
  let made: Value | undefined;
  const bound = new WeakMap<object, unknown>();
  const real = (): Value => (made ??= make());
  const handler: ProxyHandler<Value> = {
    get: (_, key) => {
      // Resolving a promise with it must not make it.
      if (key === 'then' && made === undefined) return undefined;
      const value: unknown = Reflect.get(real(), key, real());
      if (typeof value !== 'function' || key === 'constructor') return value;
      if (!bound.has(value)) bound.set(value, value.bind(real()));
      return bound.get(value);
    },
    set: (_, key, value) => Reflect.set(real(), key, value, real()),
    has: (_, key) => Reflect.has(real(), key),
    getPrototypeOf: () => Reflect.getPrototypeOf(real()),
  };
  return new Proxy<Value>(Object.create(null) as Value, handler);
}
