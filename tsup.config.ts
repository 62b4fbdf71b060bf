import { readFileSync, writeFileSync } from 'node:fs';
import { defineConfig } from 'tsup';

// One CommonJS file per source file, so that all entries share one state. The ESM entries, and their declarations,
// re-export the CommonJS ones, so that both kinds of module share it too. tsc writes the other declarations.
const { exports } = JSON.parse(readFileSync('package.json', 'utf8')) as { exports: Record<string, unknown> };
const entries = Object.keys(exports)
  .filter((path) => path !== './package.json')
  .map((path) => (path === '.' ? 'index' : `${path.slice('./'.length)}/index`));

export default defineConfig({
  entry: ['src/**/*.ts'],
  format: ['cjs'],
  bundle: false,
  outDir: 'dist',
  target: 'node20',
  platform: 'node',
  sourcemap: true,
  clean: true,
  // What is imported when it is asked for is required then: that works wherever CommonJS does, in a test runner's own too.
  esbuildOptions(options) {
    options.supported = { ...options.supported, 'dynamic-import': false };
  },
  async onSuccess() {
    for (const entry of entries) {
      // The default of a CommonJS module is the whole of it.
      const whole = entry === 'index' ? "export { default } from './index.js';\n" : '';
      for (const extension of ['mjs', 'd.mts']) {
        writeFileSync(`dist/${entry}.${extension}`, `export * from './index.js';\n${whole}`);
      }
    }
  },
});
