#!/usr/bin/env node
// The command `keras-ts`: ends at once where TensorFlow is installed, else hands over to src/cli (built, or by tsx).
const { existsSync, readFileSync, statSync } = require('node:fs');
const { dirname, join } = require('node:path');

const TENSORFLOW_VERSION = '2.19.1';

/** Whether the installer's stamp is there, of this version and machine, and all files it names have their sizes. */
function isInstalled() {
  try {
    const root = dirname(require.resolve('@tensorflow/tfjs-node/package.json'));
    const stamp = JSON.parse(readFileSync(join(root, 'lib', 'napi-v8', 'keras-ts.json'), 'utf8'));
    return (
      [TENSORFLOW_VERSION, 'upstream'].includes(stamp.tensorflow) &&
      stamp.platform === `${process.platform}-${process.arch}` &&
      stamp.files.every((file, i) => hasSize(join(root, file), stamp.sizes?.[i]))
    );
  } catch {
    return false;
  }
}

/** Whether a file is there, with the size it was installed with where that is known. */
function hasSize(path, size) {
  return existsSync(path) && (size === undefined || statSync(path).size === size);
}

async function main(args) {
  const [command, ...options] = args;
  if (command === 'install-tensorflow' && options.every((option) => option === '--optional') && isInstalled()) return 0;
  const built = join(__dirname, '..', 'dist', 'cli', 'main.js');
  if (existsSync(built)) return require(built).main(args);
  require('tsx/cjs');
  return require('../src/cli/main.ts').main(args);
}

main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
