/** `npm run lab [-- options of JupyterLab]`: opens the notebooks in JupyterLab. */
import { spawn } from 'node:child_process';
import { prepareJupyter } from './notebooks/jupyter';
import { Failure, prepareLibrary } from './notebooks/library';

function main(options: string[]): void {
  prepareLibrary();
  const { python, env } = prepareJupyter({ lab: true });
  const lab = spawn(python, ['-m', 'jupyterlab', '--notebook-dir=notebooks', ...options], { env, stdio: 'inherit' });
  process.on('SIGINT', () => undefined); // Ctrl-C goes to JupyterLab too, which asks back
  lab.on('exit', (code) => {
    process.exitCode = code ?? 0;
  });
}

try {
  main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof Failure)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
