/** Names of objects as Keras makes them, and the scopes that variables are made in. */
import { whenCleared } from './clearing';
import { whenTried } from './rebuilding';

const counters = new Map<string, number>();
let scopes: readonly string[] = [];

whenCleared(resetNames);
whenTried(() => {
  const before = new Map(counters);
  return () => {
    counters.clear();
    for (const [prefix, count] of before) counters.set(prefix, count);
  };
});

/** A name nobody has yet: `dense`, `dense_1`, `dense_2`, counted per prefix in the order of making. */
export function autoName(prefix: string): string {
  const count = counters.get(prefix) ?? 0;
  counters.set(prefix, count + 1);
  return count === 0 ? prefix : `${prefix}_${count}`;
}

/** Starts all counters of `autoName` again, as `keras.utils.clear_session` does. */
export function resetNames(): void {
  counters.clear();
}

/** Runs `body` inside a named scope: what is made in it has `name` in its path. */
export function withScope<T>(name: string, body: () => T): T {
  const outer = scopes;
  scopes = [...outer, name];
  try {
    return body();
  } finally {
    scopes = outer;
  }
}

/** The path of something made here under `name`: `sequential/conv2d/kernel`. */
export function pathOf(name: string): string {
  return [...scopes, name].join('/');
}
