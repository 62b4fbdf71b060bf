/** Expects numbers to be those of Keras, up to 2e-5 of theirs or of 1; `what` says which ones in messages. */
export function expectClose(actual: ArrayLike<number>, expected: readonly number[], what: string): void {
  expect([what, actual.length]).toEqual([what, expected.length]);
  const wrong = expected.findIndex(
    (value, i) => !(Math.abs((actual[i] as number) - value) <= 2e-5 * Math.max(1, Math.abs(value))),
  );
  expect(wrong < 0 ? `${what}: equal` : `${what}[${wrong}] = ${actual[wrong]}, Keras ${expected[wrong]}`).toBe(
    `${what}: equal`,
  );
}
