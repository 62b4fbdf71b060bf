import { host } from '.';

/**
 * Which run a piece of code belongs to, also after an `await`: by Node's `AsyncLocalStorage` where there is one, else by
 * what runs at the moment, and until the promise that it returned is settled.
 */
export class AsyncContext<T extends object> {
  readonly #storage = host.contextStore<T>();
  #now: T | undefined;

  /** What the code that asks belongs to, if to anything. */
  get current(): T | undefined {
    return this.#storage ? this.#storage.getStore() : this.#now;
  }

  /** Runs `body` as a part of `owner`. */
  run<R>(owner: T, body: () => R): R {
    if (this.#storage) return this.#storage.run(owner, body);
    const outer = this.#now;
    const restore = (): void => {
      this.#now = outer;
    };
    this.#now = owner;
    let result: R;
    try {
      result = body();
    } catch (error) {
      restore();
      throw error;
    }
    if (!(result instanceof Promise)) {
      restore();
      return result;
    }
    return result.finally(restore) as R;
  }
}
