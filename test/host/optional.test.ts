import { optional } from '../../src/host/optional';

const failing = (message: string, code?: string) => () => {
  throw Object.assign(new Error(message), { code });
};

test('what is loaded is given', () => {
  expect(optional('who', 'a', 'a thing', () => 3)).toBe(3);
});

test.each([
  [
    'a missing package',
    failing("Cannot find module 'a-b'\nRequire stack: ...", 'MODULE_NOT_FOUND'),
    "plot: a thing needs the npm package 'a-b', which is not installed. Run `npm install a-b`.",
  ],
  [
    'a missing file of it',
    failing("Cannot find module 'a-b/c.json'", 'MODULE_NOT_FOUND'),
    "plot: a thing needs the npm package 'a-b', which is not installed. Run `npm install a-b`.",
  ],
  [
    'a package that lacks another one',
    failing("Cannot find module 'other'\nRequire stack: ...", 'MODULE_NOT_FOUND'),
    "plot: a thing needs the npm package 'a-b', which could not be loaded (Cannot find module 'other'). Run `npm install a-b`.",
  ],
  [
    'a package that does not start',
    failing('no such processor'),
    "plot: a thing needs the npm package 'a-b', which could not be loaded (no such processor). Run `npm install a-b`.",
  ],
])('%s is named, with what to do and the reason', (_, load, message) => {
  let error: Error | undefined;
  try {
    optional('plot', 'a-b', 'a thing', load);
  } catch (thrown) {
    error = thrown as Error;
  }
  expect(error?.message).toBe(message);
  expect(error?.cause).toBeInstanceOf(Error);
});

test('what can be done without it is said as well', () => {
  const load = failing("Cannot find module 'a'", 'MODULE_NOT_FOUND');
  expect(() => optional('who', 'a', 'a thing', load, ', or do without')).toThrow(
    "who: a thing needs the npm package 'a', which is not installed. Run `npm install a`, or do without.",
  );
});
