/** The statistics, tables and options of `npm run bench`. */
import { growthMarkdown } from '../scripts/bench/growth';
import { parseOptions, UsageError } from '../scripts/bench/options';
import { profileMarkdown } from '../scripts/bench/profile';
import { formatSpread, median, spreadOf, threeDigits } from '../scripts/bench/statistics';
import { goalTable, type Measured, measureTable, ratio, type Samples } from '../scripts/bench/tables';

const samples = (fit: number[]): Samples => ({ fit, evaluate: [], predict: [], firstBatch: [], memory: [] });

describe('statistics', () => {
  test('the median is the middle value, or the mean of the two in the middle', () => {
    expect(median([30, 1, 2])).toBe(2);
    expect(median([4, 100, 2, 3])).toBe(3.5);
    expect(median([])).toBeNaN();
  });

  test('a spread is printed with three digits that count', () => {
    expect([0.01234, 0.5, 4.561, 9.999, 12.34, 1234.5].map(threeDigits)).toEqual([
      ...['0.0123', '0.500', '4.56', '10.00', '12.3', '1235'],
    ]);
    expect(formatSpread(spreadOf([2.5, 2.4, 2.71]))).toBe('2.50 (2.40–2.71)');
    expect(formatSpread(spreadOf([7]))).toBe('7.00');
    expect(formatSpread(spreadOf([]))).toBe('–');
  });
});

describe('tables', () => {
  const measured: Measured = {
    A: { 'keras-ts': samples([2, 1, 3]), keras: samples([3, 3, 4]), 'tf.layers': samples([7]) },
    B: { 'keras-ts': samples([10]) },
  };

  test('a ratio is the median of those of the turns, or of medians where a turn is missing; none without turns', () => {
    const turns: Measured = { A: { 'keras-ts': samples([1, 10, 2]), keras: samples([2, 22, 8]) } };
    expect(ratio(turns, 'fit', 'A', 'keras')).toBe(2.2);
    expect(ratio(measured, 'fit', 'A', 'keras')).toBe(1.5);
    expect(ratio(measured, 'fit', 'B', 'keras')).toBeUndefined();
    expect(ratio(measured, 'evaluate', 'A', 'keras')).toBeUndefined();
    expect(ratio(measured, 'fit', 'C', 'keras')).toBeUndefined();
  });

  test('a measure has a row for each work, with the ratios', () => {
    expect(measureTable(measured, 'fit', ['keras-ts', 'keras', 'tf.layers'])).toBe(
      [
        '|  | keras-ts | Keras | tf.layers | against Keras | against tf.layers |',
        '| --- | --: | --: | --: | --: | --: |',
        '| A | 2.00 (1.00–3.00) | 3.00 (3.00–4.00) | 7.00 | **1.50x** | **3.50x** |',
        '| B | 10.0 | – | – | **–** | **–** |',
      ].join('\n'),
    );
    expect(measureTable(measured, 'fit', ['keras'])).toContain('| A | 3.00 (3.00–4.00) |\n');
  });

  test('a goal is reached at its ratio and above; those not measured are left out', () => {
    expect(goalTable(measured).split('\n').slice(2)).toEqual([
      '| fit A against Keras | 1.50x | 1.50x | yes |',
      '| fit A against tf.layers | 4.00x | 3.50x | **no** |',
    ]);
  });

  test('growth is against the first value', () => {
    const point = { steps: 10, epoch: 50 };
    const markdown = growthMarkdown([
      { ...point, what: 'samples', value: 320 },
      { ...point, what: 'batchSize', value: 32 },
      { ...point, what: 'batchSize', value: 128, steps: 3, epoch: 30 },
      { ...point, what: 'width', value: 8 },
    ]);
    expect(markdown).toContain('| 128 | 30.0 | 10.0 | 4x | 0.60x |');
    expect(markdown).toContain('320 samples, batches of 32, n = 8.');
    expect(growthMarkdown([])).toBe('');
  });

  test('a profile says how much of the step its operations take', () => {
    const operation = { layer: '1 Conv2D', name: 'Conv2D', gflop: 0.5, milliseconds: 4 };
    const other = { layer: '1 Conv2D', name: 'ReluGrad', gflop: 0, milliseconds: 1 };
    const peaks = [{ layer: 'matrices', name: 'MatMul', gflop: 2, milliseconds: 8 }];
    const markdown = profileMarkdown({ A: { peaks, operations: [operation, other], step: 8 } }, ['a fact']);
    expect(markdown).toContain('a training step: 8.00 ms for 0.500 GFLOP, so 62.5 GFLOP/s');
    expect(markdown).toContain('4.00 ms, 50 % of the step; with the other operations listed 5.00 ms, 63 %');
    expect(markdown).toContain("at the machine's best rate, 250 GFLOP/s: 2.00 ms, 25 %");
    expect(markdown).toContain('| 1 Conv2D | Conv2D | 0.500 | 4.00 | 125 | 50 % |');
    expect(markdown).toContain('| 1 Conv2D | ReluGrad |  | 1.00 |  | 13 % |');
  });
});

describe('options', () => {
  test('defaults', () => {
    expect(parseOptions([])).toEqual({
      quick: false,
      profile: false,
      works: ['A', 'B', 'C', 'D'],
      contenders: ['keras-ts', 'keras', 'tf.layers'],
      rounds: 3,
    });
    expect(parseOptions(['--quick'])).toMatchObject({ quick: true, rounds: 1 });
    expect(parseOptions(['--profile'])).toMatchObject({ profile: true, works: ['A', 'B'] });
    expect(parseOptions(['--help'])).toBeUndefined();
  });

  test('lists, in the order of the tables', () => {
    expect(parseOptions(['--works', 'C,A', '--rounds', '5', '--torch'])).toMatchObject({
      works: ['A', 'C'],
      contenders: ['keras-ts', 'keras', 'tf.layers', 'torch'],
      rounds: 5,
    });
    expect(parseOptions(['--contenders', 'torch,keras-ts'])?.contenders).toEqual(['keras-ts', 'torch']);
  });

  test.each([
    [['--works', 'A,E'], "--works must be a list of A,B,C,D. Received: 'A,E'."],
    [['--rounds', '0'], "--rounds must be a whole number of at least 1. Received: '0'."],
    [['--contenders', ''], "--contenders must be a list of keras-ts,keras,tf.layers,torch. Received: ''."],
    [['--fast'], "Unknown option '--fast'"],
    [['A'], 'Unexpected argument'],
  ])('%j is refused', (args, message) => {
    expect(() => parseOptions(args)).toThrow(UsageError);
    expect(() => parseOptions(args)).toThrow(message);
  });
});
