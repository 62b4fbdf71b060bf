/** Jupyter in `.venv-jupyter`, with the kernel tslab of node_modules. Made on the first call. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';

const FOLDER = '.venv-jupyter';
const BIN = process.platform === 'win32' ? 'Scripts' : 'bin';
/** tslab's installer needs ipykernel. */
const RUNNER = {
  imports: ['nbclient', 'nbformat', 'ipykernel'],
  packages: ['nbclient>=0.10,<1', 'nbformat>=5.10,<6', 'ipykernel>=6,<8'],
};
const LAB = { imports: ['jupyterlab'], packages: ['jupyterlab>=4,<5'] };

/** What is needed to run a command with Jupyter. */
export interface Jupyter {
  readonly python: string;
  readonly env: NodeJS.ProcessEnv;
}

/** Makes what is missing of the environment. `lab`: JupyterLab too. */
export function prepareJupyter({ lab = false } = {}): Jupyter {
  const python = resolve(FOLDER, BIN, 'python');
  const env = {
    ...process.env,
    PATH: `${resolve(FOLDER, BIN)}${delimiter}${process.env['PATH'] ?? ''}`,
    JUPYTER_PREFER_ENV_PATH: '1',
    TF_CPP_MIN_LOG_LEVEL: '3',
  };
  if (!existsSync(python)) {
    console.log(`Making ${FOLDER} ...`);
    execFileSync('python3', ['-m', 'venv', FOLDER], { stdio: 'inherit' });
  }
  for (const { imports, packages } of lab ? [RUNNER, LAB] : [RUNNER]) {
    if (spawnSync(python, ['-c', `import ${imports.join(', ')}`]).status === 0) continue;
    console.log(`Installing ${imports.join(', ')} in ${FOLDER} ...`);
    const options = ['--quiet', '--disable-pip-version-check'];
    execFileSync(python, ['-m', 'pip', 'install', ...options, ...packages], { stdio: 'inherit' });
  }
  registerKernel(python, env);
  return { python, env };
}

/** Registers tslab inside the environment only, unless that is done. */
function registerKernel(python: string, env: NodeJS.ProcessEnv): void {
  const binary = resolve('node_modules', '.bin', 'tslab');
  const spec = join(FOLDER, 'share', 'jupyter', 'kernels', 'tslab', 'kernel.json');
  if (existsSync(spec) && (JSON.parse(readFileSync(spec, 'utf8')) as { argv: string[] }).argv[0] === binary) return;
  console.log('Registering the kernel tslab ...');
  execFileSync(binary, ['install', '--sys-prefix', `--python=${python}`, `--binary=${binary}`], { env, stdio: 'pipe' });
}
