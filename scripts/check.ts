/** `npm run check`: everything that must hold beside the tests. Runs all checks, and shows what the failed ones say. */
import { spawnSync } from 'node:child_process';

const CHECKS: readonly { name: string; command: string; shown?: boolean }[] = [
  { name: 'format and lint', command: 'biome check --error-on-warnings --max-diagnostics=50' },
  // by path: several packages bring a `tsc`, and npm links one of them
  { name: 'types', command: 'node node_modules/typescript/lib/tsc.js -p tsconfig.json' },
  { name: 'import directions', command: 'tsx scripts/check-imports.ts' },
  { name: 'the host', command: 'tsx scripts/check-host.ts' },
  { name: 'no value read at once', command: 'tsx scripts/check-reads.ts' },
  { name: 'unused code', command: 'knip --no-progress' },
  { name: 'build', command: 'npm run --silent build' },
  { name: 'package', command: 'publint --strict' },
  // the default of the CommonJS entry is one of its exports, marked by __esModule, as its types say: no `export =` is missing
  { name: 'package, its declarations', command: 'attw --pack . --ignore-rules missing-export-equals' },
  { name: 'package, loaded, and compiled with TypeScript 5.0 and 7', command: 'tsx scripts/check-package.ts' },
  { name: 'size', command: 'tsx scripts/check-size.ts', shown: true },
];

const failed = CHECKS.filter(({ name, command, shown = false }) => {
  const began = Date.now();
  const { status, stdout, stderr } = spawnSync(command, { shell: true, encoding: 'utf8', maxBuffer: 2 ** 26 });
  const seconds = ((Date.now() - began) / 1000).toFixed(1);
  const passed = status === 0;
  console.log(`${passed ? 'passed' : 'FAILED'}: ${name} (${command}, ${seconds} s)`);
  if (!passed) console.log(`${stdout}${stderr}`);
  else if (shown) console.log(stdout.trimEnd());
  return !passed;
});

console.log(failed.length === 0 ? 'All checks passed.' : `Failed: ${failed.map(({ name }) => name).join('; ')}.`);
process.exitCode = failed.length === 0 ? 0 : 1;
