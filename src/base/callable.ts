/**
 * Root of every object that is also a function, as Keras's `__call__` makes them: `layer(x)`, `loss(yTrue, yPred)`.
 * It has no fields, because they would land on the discarded `this` and not on the function that is returned.
 */
export abstract class Callable {
  constructor() {
    const self = (...args: unknown[]): unknown => (self as unknown as Callable).__call__(...(args as never[]));
    Object.setPrototypeOf(self, new.target.prototype);
    delete (self as { name?: string }).name;
    delete (self as { length?: number }).length;
    // biome-ignore lint/correctness/noConstructorReturn: the closure is the object; fields of subclasses land on it
    return self as unknown as this;
  }

  /** What calling the object does. @internal */
  abstract __call__(...args: never[]): unknown;

  /** `console.log` shows the object, not `[Function]`. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}

type AnyConstructor = abstract new (...args: never) => object;

/** A class whose `new` is optional. */
export type CallableClass<C extends AnyConstructor> = C & ((...args: ConstructorParameters<C>) => InstanceType<C>);

/**
 * Makes `new` optional: `Dense(10)` and `new Dense(10)` are the same, and `class X extends Dense` still works.
 * The wrapper shares the class's prototype and statics.
 */
export function callable<C extends AnyConstructor>(cls: C): CallableClass<C> {
  const wrapper = function (this: unknown, ...args: unknown[]): object {
    return Reflect.construct(cls as never, args, (new.target as never) ?? wrapper) as object;
  };
  Object.setPrototypeOf(wrapper, cls);
  Object.defineProperty(wrapper, 'prototype', { value: cls.prototype, writable: false });
  Object.defineProperty(wrapper, 'name', { value: cls.name, configurable: true });
  Object.defineProperty(cls.prototype, 'constructor', { value: wrapper, writable: true, configurable: true });
  return wrapper as never;
}

/** The name of a class in files and messages: its own static `className`, else the name it was declared with. */
export function classNameOf(cls: { className?: string; name: string }): string {
  return Object.hasOwn(cls, 'className') || cls.name === '' ? (cls.className as string) : declaredName(cls);
}

/** A wrapper made by `callable` has the statics of the class it wraps one step up its prototype chain. */
function declaredName(cls: { className?: string; name: string }): string {
  const wrapped: unknown = Object.getPrototypeOf(cls);
  const isWrapper =
    typeof wrapped === 'function' && (wrapped as { prototype?: unknown }).prototype === Reflect.get(cls, 'prototype');
  return isWrapper && Object.hasOwn(wrapped, 'className') ? (cls.className as string) : cls.name;
}
