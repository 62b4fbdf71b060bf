/** The package tfjs-node: finding it, fetching its JavaScript, and its own installer, for those who ask for it. */
import { existsSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { TFJS_NODE_VERSION } from './platform';
import { InstallError, lastLines, type Outcome, run } from './process';
import type { Progress } from './progress';

const PACKAGE = '@tensorflow/tfjs-node';
const UPSTREAM_TIMEOUT_MS = 300_000;

/** Directory of tfjs-node as this package sees it; fetched, without its scripts, where npm left the optional dependency out. */
export async function requireTfjsNode(progress: Progress): Promise<string> {
  const found = findTfjsNode();
  if (found !== undefined) return found;
  const root = projectRoot();
  const spec = `${PACKAGE}@${TFJS_NODE_VERSION}`;
  if (existsSync(join(root, 'pnpm-lock.yaml')) || existsSync(join(root, 'yarn.lock'))) {
    throw new InstallError(`${PACKAGE} is not installed`, `Add ${spec} to the project, without its install scripts.`);
  }
  progress.step(`fetching ${PACKAGE}`);
  const outcome = await npm(['install', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', spec], root);
  const installed = findTfjsNode();
  if (outcome.code !== 0 || installed === undefined) {
    throw new InstallError(
      `npm could not install ${spec}: ${lastLines(outcome.output, 2)}`,
      `Run npm install ${spec}.`,
    );
  }
  return installed;
}

/**
 * Lets tfjs-node install itself: a binary from its own host.
 *
 * @throws InstallError where it fails
 */
export async function installUpstream(progress: Progress): Promise<void> {
  progress.step(`running the installer of ${PACKAGE}`);
  const { code, output } = await npm(['rebuild', PACKAGE, '--ignore-scripts=false'], projectRoot());
  if (code === 0) return;
  const reason = /\b\w*Error: .*/.exec(output)?.[0] ?? lastLines(output, 1); // npm's own lines follow
  throw new InstallError(
    `the installer of ${PACKAGE} failed: ${reason}`,
    'It downloads from storage.googleapis.com, and may need Python and a compiler.',
  );
}

function findTfjsNode(): string | undefined {
  // Not require.resolve: it remembers that a package was missing.
  for (let directory = __dirname; ; directory = dirname(directory)) {
    const candidate = join(directory, 'node_modules', PACKAGE);
    if (existsSync(join(candidate, 'package.json'))) return candidate;
    if (dirname(directory) === directory) return undefined;
  }
}

/** Directory of the project that this package is installed in, or of this package where it is its own project. */
function projectRoot(): string {
  const [root, ...rest] = __dirname.split(`${sep}node_modules${sep}`);
  return rest.length > 0 ? (root as string) : join(__dirname, '..', '..');
}

function npm(args: string[], cwd: string): Promise<Outcome> {
  const cli = process.env.npm_execpath;
  const options = { cwd, timeout: UPSTREAM_TIMEOUT_MS };
  if (cli?.endsWith('npm-cli.js')) return run(process.execPath, [cli, ...args], options);
  return run('npm', args, { ...options, shell: process.platform === 'win32' }); // there it is npm.cmd
}
