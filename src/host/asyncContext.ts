import { host } from '.';

/** An owner, and those that the code that began it belongs to. */
interface Chain<T> {
  readonly owner: T;
  readonly outer: Chain<T> | undefined;
}

/**
 * What a piece of code belongs to, also after an `await`: by Node's `AsyncLocalStorage` where there is one. Elsewhere all
 * code counts as belonging to whatever runs, until the promise that it returned is settled.
 */
export class AsyncContext<T extends object> {
  readonly #storage = host.contextStore<Chain<T>>();
  readonly #running: T[] = [];

  /** What the code that asks belongs to, the innermost first. */
  get owners(): T[] {
    if (!this.#storage) return [...this.#running].reverse();
    const owners: T[] = [];
    for (let link = this.#storage.getStore(); link; link = link.outer) owners.push(link.owner);
    return owners;
  }

  /** Runs `body` as a part of `owner`, until the promise that it may return is settled. */
  run<R>(owner: T, body: () => R): R {
    if (this.#storage) return this.#storage.run({ owner, outer: this.#storage.getStore() }, body);
    this.#running.push(owner);
    const end = (): void => void this.#running.splice(this.#running.lastIndexOf(owner), 1);
    let result: R | undefined;
    try {
      result = body();
      return result instanceof Promise ? (result.finally(end) as R) : result;
    } finally {
      if (!(result instanceof Promise)) end();
    }
  }
}
