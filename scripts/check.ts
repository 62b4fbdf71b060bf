/** `npm run check`: everything that must hold beside the tests. Runs all checks, then tells which failed. */
import { spawnSync } from 'node:child_process';

const CHECKS: readonly { name: string; command: string }[] = [
  { name: 'format and lint', command: 'biome check --error-on-warnings' },
  { name: 'types', command: 'tsc -p tsconfig.json' },
  { name: 'import directions', command: 'tsx scripts/check-imports.ts' },
  { name: 'build', command: 'npm run --silent build' },
  { name: 'package', command: 'publint --strict' },
  { name: 'package, its types', command: 'attw --pack . --quiet' },
  { name: 'package, loaded and type-checked', command: 'tsx scripts/check-package.ts' },
  { name: 'size', command: 'tsx scripts/check-size.ts' },
];

const failed = CHECKS.filter(({ name, command }) => {
  console.log(`\n> ${name}: ${command}`);
  const began = Date.now();
  const { status } = spawnSync(command, { shell: true, stdio: ['ignore', 'inherit', 'inherit'] });
  console.log(`${status === 0 ? 'passed' : 'FAILED'} in ${((Date.now() - began) / 1000).toFixed(1)} s`);
  return status !== 0;
});

console.log(failed.length === 0 ? '\nAll checks passed.' : `\nFailed: ${failed.map(({ name }) => name).join(', ')}.`);
process.exitCode = failed.length === 0 ? 0 : 1;
