/** The main job as people run it: in processes of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseOptions, UsageError } from '../../scripts/train-mnist/options';
import {
  accuracyOf,
  accuracyPerClass,
  confusionOf,
  mostConfused,
  reportMarkdown,
} from '../../scripts/train-mnist/report';

const SCRIPT = join(__dirname, '../../scripts/train-mnist.ts');
let out: string;

beforeEach(() => {
  out = mkdtempSync(join(tmpdir(), 'train-mnist-'));
});
afterEach(() => rmSync(out, { recursive: true }));

function start(...options: string[]): ChildProcess {
  return spawn(process.execPath, ['--import', 'tsx', SCRIPT, ...options], { stdio: ['ignore', 'pipe', 'pipe'] });
}

async function ended(child: ChildProcess): Promise<{ code: number | null; stdout: string; stderr: string }> {
  let [stdout, stderr] = ['', ''];
  child.stdout?.on('data', (text) => {
    stdout += text;
  });
  child.stderr?.on('data', (text) => {
    stderr += text;
  });
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, stdout, stderr };
}

const quick = (...more: string[]): string[] => [
  '--limit',
  '200',
  '--model',
  'lesson',
  '--batch-size',
  '32',
  '--out',
  out,
  ...more,
];

test('trains, tests, reports; the same seed gives the same run; standard error stays empty', async () => {
  const first = await ended(start(...quick('--epochs', '2', '--seed', '7')));
  expect({ code: first.code, stderr: first.stderr }).toEqual({ code: 0, stderr: '' });
  expect(first.stdout).toContain('Total params: 67,710 (264.49 KB)');
  expect(first.stdout).toContain('Epoch 2/2');
  expect(first.stdout).not.toContain('\b');
  const lines = first.stdout.trimEnd().split('\n');
  const last = lines.filter((line) => line.includes('accuracy')).at(-1) as string;
  const accuracy = Number(/^Test accuracy: (0\.\d{4}) \(loss \d+\.\d{4}\)$/.exec(last)?.[1]);
  expect(last).toBe(lines.at(-1));
  expect(accuracy).toBeGreaterThan(0.5);
  expect(first.stdout).toMatch(/ {2}0: \d+\.\d %/);
  expect(first.stdout).toMatch(/\d taken for \d: \d+ times/);

  expect(readdirSync(out).sort()).toEqual([
    'confusion.png',
    'history.json',
    'history.png',
    'kernels.png',
    'model.keras',
    'report.md',
  ]);
  const history = JSON.parse(readFileSync(join(out, 'history.json'), 'utf8'));
  expect(Object.keys(history)).toEqual(['accuracy', 'loss', 'val_accuracy', 'val_loss']);
  expect(history.loss.length).toBe(2);
  expect(readFileSync(join(out, 'report.md'), 'utf8')).toContain(`Test accuracy **${accuracy.toFixed(4)}**`);

  const again = await ended(start(...quick('--epochs', '2', '--seed', '7')));
  expect(JSON.parse(readFileSync(join(out, 'history.json'), 'utf8'))).toEqual(history);
  expect(again.stdout.trimEnd().split('\n').at(-1)).toBe(last);
});

test('Ctrl-C finishes the batch, then tells what was learnt', async () => {
  const child = start(...quick('--epochs', '100000'));
  const done = ended(child);
  await new Promise<void>((resolve) => {
    let seen = '';
    child.stdout?.on('data', (text) => {
      seen += text;
      if (seen.includes('Epoch 2/')) resolve();
    });
  });
  child.kill('SIGINT');
  const { code, stdout } = await done;
  expect(code).toBe(0);
  expect(stdout).toContain('Interrupted: what was learnt so far is tested.');
  expect(stdout).toMatch(/Test accuracy: 0\.\d{4}/);
  expect(readdirSync(out)).toContain('report.md');
});

test.each([
  [['--modle', 'lesson'], "Unknown option '--modle'"],
  [['--model', 'vgg'], "--model must be one of lesson, convnet. Received: 'vgg'"],
  [['--epochs', '0'], "--epochs must be a whole number of at least 1. Received: '0'"],
  [['--epochs', 'many'], "Received: 'many'"],
  [['--limit', '5'], '--limit must be a whole number from 20 to 8000'],
  [['--backend', 'gpu'], '--backend must be one of tensorflow, wasm, cpu'],
  [['something'], 'Unexpected argument'],
])('%j is refused', (args, message) => {
  expect(() => parseOptions(args)).toThrow(UsageError);
  expect(() => parseOptions(args)).toThrow(message);
});

test('a bad option: message, usage, exit code 2; --help: usage, 0', async () => {
  const bad = await ended(start('--epochs', '-1'));
  expect(bad.code).toBe(2);
  expect(bad.stderr).toContain('Usage: npm start -- [options]');
  expect(bad.stdout).toBe('');
  const help = await ended(start('--help'));
  expect(help.code).toBe(0);
  expect(help.stdout).toContain('--batch-size N');
});

test('the counts of the report, worked by hand', () => {
  const confusion = confusionOf([0, 0, 1, 1, 1, 2], [0, 1, 1, 1, 2, 1], 3);
  expect(confusion).toEqual([
    [1, 1, 0],
    [0, 2, 1],
    [0, 1, 0],
  ]);
  expect(accuracyPerClass(confusion)).toEqual([0.5, 2 / 3, 0]);
  expect(accuracyOf(confusion)).toBe(0.5);
  expect(mostConfused(confusion, 2)).toEqual([
    { label: 0, taken: 1, count: 1 },
    { label: 1, taken: 2, count: 1 },
  ]);
  const report = reportMarkdown({
    title: 'T',
    settings: { seed: 1 },
    summary: 'S',
    history: { loss: [0.5] },
    confusion,
    loss: 1,
  });
  expect(report).toContain('| 1 | 0.5000 |');
  expect(report).toContain('| **1** | 0 | 2 | 1 |');
});

test('the lesson’s network learns on WebAssembly, too', async () => {
  const { code, stdout, stderr } = await ended(start(...quick('--backend', 'wasm', '--epochs', '2')));
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain('backend: wasm');
  expect(Number(/Test accuracy: (0\.\d{4})/.exec(stdout)?.[1])).toBeGreaterThan(0.5);
});
