/** Jupyter in `.venv-jupyter`, with the kernel tslab of node_modules. Made on the first call. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { preparePython } from '../python-env';

const FOLDER = '.venv-jupyter';
/** tslab's installer needs ipykernel. */
const RUNNER = {
  packages: ['nbclient>=0.10,<1', 'nbformat>=5.10,<6', 'ipykernel>=6,<8'],
  probe: 'import nbclient, nbformat, ipykernel',
};
const LAB = { packages: ['jupyterlab>=4,<5'], probe: 'import jupyterlab' };

/** What is needed to run a command with Jupyter. */
export interface Jupyter {
  readonly python: string;
  readonly env: NodeJS.ProcessEnv;
}

/** Makes what is missing of the environment. `lab`: JupyterLab too. */
export function prepareJupyter({ lab = false } = {}): Jupyter {
  const python = resolve(preparePython(FOLDER, lab ? [RUNNER, LAB] : [RUNNER]));
  const env = {
    ...process.env,
    PATH: `${dirname(python)}${delimiter}${process.env['PATH'] ?? ''}`,
    JUPYTER_PREFER_ENV_PATH: '1',
    TF_CPP_MIN_LOG_LEVEL: '3',
  };
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
