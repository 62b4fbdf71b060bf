/** What commands write, caught for tests. */

/** What was written since the test began. */
export const said = { out: '', err: '' };

/** Catches standard output and standard error in each test of a file, and mutes warnings. */
export function catchOutput(): void {
  const into = (add: (text: string) => void) => (text: unknown) => {
    add(String(text));
    return true;
  };
  beforeEach(() => {
    Object.assign(said, { out: '', err: '' });
    jest.spyOn(process.stdout, 'write').mockImplementation(into((text) => (said.out += text)));
    jest.spyOn(process.stderr, 'write').mockImplementation(into((text) => (said.err += text)));
    jest.spyOn(console, 'warn').mockImplementation(() => undefined);
  });
  afterEach(() => jest.restoreAllMocks());
}
