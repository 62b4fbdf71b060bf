import * as tf from '@tensorflow/tfjs';
import { confusionMatrix, curves, heatmap, history } from '../../src/plot';
import { decodePng, elementsOf, textsOf } from './pictures';

tf.enableProdMode(); // no advice about backends

const BLUE = '#0072b2';
const ORANGE = '#d55e00';

/** The corners of the lines of a colour, in the picture's coordinates. */
function linesOf(svg: string, color: string): number[][][] {
  return elementsOf(svg, 'path')
    .filter(({ stroke, fill, d }) => stroke === color && fill === 'none' && (d as string).split(/[ML]/).length > 2)
    .map(({ d }) => [...(d as string).matchAll(/(-?[\d.]+)[ ,](-?[\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)]))
    .filter((points) => points.length > 2);
}

describe('history', () => {
  const record = { loss: [4, 3, 1], val_loss: [4, 2, 2], accuracy: [0.5, 0.7, 0.9], val_accuracy: [0.4, 0.5, 0.6] };

  test('a chart for each metric, training and validation in it', () => {
    const figure = history(record, { title: 'Three epochs' });
    const texts = textsOf(figure.svg());
    for (const text of ['Three epochs', 'loss', 'accuracy', 'epoch', 'training', 'validation'])
      expect(texts).toContain(text);
    expect(linesOf(figure.svg(), BLUE)).toHaveLength(2);
    expect(linesOf(figure.svg(), ORANGE)).toHaveLength(2);
    expect(decodePng(figure.png({ scale: 1 })).width).toBe(figure.width);
  });

  test('lines lie where the numbers are', () => {
    const [points = []] = linesOf(history({ loss: [4, 3, 1] }).svg(), BLUE);
    const [[x0, y0], [x1, y1], [x2, y2]] = points as [number[], number[], number[]] as [
      [number, number],
      [number, number],
      [number, number],
    ];
    expect(x1 - x0).toBeCloseTo(x2 - x1, 0);
    expect(x1).toBeGreaterThan(x0);
    // Down on the screen is less: 4 to 3 is half of 3 to 1.
    expect((y2 - y1) / (y1 - y0)).toBeCloseTo(2, 1);
  });

  test('what fit returns, from the epoch where it began', () => {
    const svg = history({ history: { loss: [3, 2, 1] }, epoch: [4, 5, 6] }).svg();
    expect(textsOf(svg)).toEqual(expect.arrayContaining(['5', '6', '7']));
    expect(textsOf(svg)).not.toContain('4');
  });

  test('a vector has a line for each entry', () => {
    const f1 = {
      f1_score: [
        [0.2, 0.4],
        [0.5, 0.3],
        [0.9, 0.6],
      ],
      val_f1_score: [
        [0.1, 0.2],
        [0.2, 0.3],
        [0.3, 0.4],
      ],
    };
    const figure = history({ loss: [4, 3, 1], ...f1 });
    const texts = textsOf(figure.svg());
    for (const text of ['f1_score', 'training', 'training [0]', 'training [1]', 'validation [1]'])
      expect(texts).toContain(text);
    const [points = []] = linesOf(
      history({
        both: [
          [4, 1],
          [3, 1],
          [1, 1],
        ],
      }).svg(),
      BLUE,
    );
    const [y0, y1, y2] = points.map(([, y]) => y) as [number, number, number];
    expect((y2 - y1) / (y1 - y0)).toBeCloseTo(2, 1);
    expect(() => history({ f1: [[1, 2], [1]] })).toThrow(
      'history: the vectors of a metric must be of one length, one entry at least. Received: f1=[[1, 2], [1]].',
    );
  });

  test('one epoch is a point, NaN a gap', () => {
    expect(textsOf(history({ loss: [0.5] }).svg())).toContain('loss');
    const svg = history({ loss: [1, 2, Number.NaN, 4, 5, 4] }).svg();
    expect(svg).not.toContain('NaN');
    expect(linesOf(svg, BLUE)[0]?.length ?? 0).toBeLessThanOrEqual(5);
  });

  test('only the metrics asked for', () => {
    const texts = textsOf(history(record, { metrics: ['accuracy'] }).svg());
    expect(texts).toContain('accuracy');
    expect(texts).not.toContain('loss');
  });

  test('logarithmic axes: equal ratios are equally far', () => {
    const [points = []] = linesOf(history({ loss: [100, 10, 1] }, { logY: true }).svg(), BLUE);
    const [y0, y1, y2] = points.map(([, y]) => y) as [number, number, number];
    expect((y2 - y1) / (y1 - y0)).toBeCloseTo(1, 2);
  });

  test('runs are compared: a colour each, validation dashed, charts of all that any of them recorded', () => {
    const runs = { adam: { history: record, epoch: [0, 1, 2] }, sgd: { loss: [5, 4, 3] }, other: { f1: [1, 2, 3] } };
    const svg = history(runs).svg();
    const texts = textsOf(svg);
    for (const text of ['adam', 'adam, validation', 'sgd', 'loss', 'accuracy', 'f1', 'other'])
      expect(texts).toContain(text);
    expect(texts).not.toContain('training');
    expect([linesOf(svg, BLUE).length, linesOf(svg, ORANGE).length, linesOf(svg, '#009e73').length]).toEqual([4, 1, 1]);
    expect(
      elementsOf(svg, 'path').filter((path) => path['stroke-dasharray'] && path['stroke'] === BLUE).length,
    ).toBeGreaterThan(1);
    expect(textsOf(history({ only: record }, { metrics: ['loss'] }).svg())).toContain('only, validation');
  });

  test.each([
    [{}, {}, 'history: expected what fit returns, or a record of lists by name, with an epoch at least. Received: {}.'],
    [undefined, {}, 'Received: undefined.'],
    [{ history: {} }, {}, 'Received: {}.'],
    [{ loss: 3 }, {}, 'history: loss must be an array or a tensor of numbers. Received: loss=3.'],
    [{ loss: [] }, {}, 'history: loss must not be empty.'],
    [{ loss: [Number.NaN] }, {}, 'history: loss must hold a finite number.'],
    [record, { metrics: ['acuracy'] }, "history: unknown metric. Received: 'acuracy'. Did you mean 'accuracy'?"],
    [record, { metrics: 'loss' }, "history: metrics must be a list of names. Received: metrics='loss'."],
    [record, { logY: 1 }, 'history: logY must be true or false. Received: logY=1.'],
    [{ loss: [1, 0] }, { logY: true }, 'history: logY needs numbers above 0. Received: 0 in loss.'],
    [{ a: record, b: {} }, {}, 'with an epoch at least. Received: b={}.'],
    [
      Object.fromEntries([...'abcdefgh'].map((name) => [name, record])),
      {},
      'history: at most 7 runs can be told apart. Received: 8. Draw two figures.',
    ],
    [record, { titel: '' }, "history: unknown argument 'titel'. Received: titel=''. Did you mean 'title'?"],
  ])('%# bad input gets an error', (given, options, message) => {
    expect(() => history(given as never, options as never)).toThrow(message);
  });
});

describe('curves', () => {
  test('each line in its colour, with names and labels', () => {
    const x = [10, 100, 1000];
    const svg = curves(
      { a: [1, 2, 3], b: tf.tensor1d([3, 2, 1]) },
      { x, logX: true, xLabel: 'samples', yLabel: 'share' },
    ).svg();
    expect(textsOf(svg)).toEqual(expect.arrayContaining(['a', 'b', 'samples', 'share', '10', '100', '1000']));
    const [points = []] = linesOf(svg, BLUE);
    const xs = points.map(([at]) => at as number) as [number, number, number];
    expect(xs[1] - xs[0]).toBeCloseTo(xs[2] - xs[1], 0);
    expect(linesOf(svg, ORANGE)).toHaveLength(1);
  });

  test.each([
    [{}, {}, 'curves: lines must be a record of lists, by name. Received: lines={}.'],
    [
      { a: [1, 2] },
      { x: [1] },
      "curves: each line must have one number for each x. Received: 2 numbers in 'a', 1 in x.",
    ],
    [{ a: [1], b: [1, 2] }, {}, "Received: 2 numbers in 'b', 1 in x."],
    [{ a: [[1]] }, {}, 'curves: a must have the shape (n,). Received: shape (1, 1).'],
    [{ a: [1, 2] }, { logX: true }, 'curves: logX needs numbers above 0. Received: 0.'],
    [{ a: [1, -2] }, { logY: true }, 'curves: logY needs numbers above 0. Received: -2.'],
    [{ a: [1, 2] }, { x: [1, Number.NaN] }, 'curves: x must hold finite numbers.'],
    [{ a: [1] }, { yRange: [1, 1] }, 'curves: yRange must be [least, greatest]. Received: yRange=[1, 1].'],
    [
      Object.fromEntries([...'abcdefgh'].map((name) => [name, [1]])),
      {},
      'curves: at most 7 lines can be told apart. Received: 8.',
    ],
  ])('%# bad input gets an error', (lines, options, message) => {
    expect(() => curves(lines as never, options as never)).toThrow(message);
  });
});

describe('heatmap', () => {
  test('numbers, names of rows and columns, labels of axes, the bar', () => {
    const svg = heatmap(
      [
        [1, 2.5],
        [-60, 0.00012],
      ],
      {
        title: 'Some numbers',
        rows: ['up', 'down'],
        columns: ['left', 'right'],
        xLabel: 'across',
        yLabel: 'along',
        label: 'metres',
      },
    ).svg();
    const texts = textsOf(svg);
    for (const text of ['Some numbers', 'up', 'down', 'left', 'right', 'across', 'along', 'metres'])
      expect(texts).toContain(text);
    expect(texts.slice(1, 5)).toEqual(['1', '2.5', '-60', '1.2e-4']);
    expect(texts).toEqual(expect.arrayContaining(['-40', '-20', '0']));
  });

  test('many rows: no numbers inside, some marks beside', () => {
    const svg = heatmap(tf.range(0, 10000).reshape([100, 100])).svg();
    expect(elementsOf(svg, 'image')).toHaveLength(1);
    expect(textsOf(svg)).toContain('50');
    expect(textsOf(svg).length).toBeLessThan(40);
  });

  test('coolwarm has 0 in its middle', () => {
    const svg = heatmap([[0, 1, 4]], { colormap: 'coolwarm', colorbar: false }).svg();
    expect(svg).toContain('#dddcdc');
    expect(svg).toContain('#b40426');
    expect(svg).not.toContain('#3b4cc0');
  });

  test.each([
    [[1, 2], {}, 'heatmap: matrix must have the shape (rows, columns). Received: shape (2,).'],
    [[[Number.NaN]], {}, 'heatmap: matrix must hold a finite number.'],
    [
      [[1, 2]],
      { rows: ['a', 'b'] },
      'heatmap: rows must be a list of 1 strings, one for each row. Received: 2 of them.',
    ],
    [
      [[1, 2]],
      { columns: 'ab' },
      "heatmap: columns must be a list of 2 strings, one for each column. Received: columns='ab'.",
    ],
    [[[1, 2]], { range: [2, 1] }, 'heatmap: range must be [least, greatest]. Received: range=[2, 1].'],
    [tf.zeros([5000, 1]), {}, 'heatmap: at most 4096 rows and columns can be drawn. Received: 5000 and 1.'],
  ])('%# bad input gets an error', (matrix, options, message) => {
    expect(() => heatmap(matrix as never, options as never)).toThrow(message);
  });
});

describe('confusionMatrix', () => {
  const counts = [
    [8, 2],
    [1, 29],
  ];

  test('probabilities, one-hot rows and columns of numbers count as their classes', () => {
    const expected = confusionMatrix([0, 2, 1, 1], [0, 1, 1, 2]).svg();
    const yTrue = tf.oneHot(tf.tensor1d([0, 2, 1, 1], 'int32'), 3);
    const yPred = [
      [0.8, 0.1, 0.1],
      [0, 0.6, 0.4],
      [0.1, 0.7, 0.2],
      [0.3, 0.3, 0.4],
    ];
    expect(confusionMatrix(yTrue as tf.Tensor2D, yPred).svg()).toBe(expected);
    expect(confusionMatrix([[0], [2], [1], [1]], tf.tensor2d([0, 1, 1, 2], [4, 1])).svg()).toBe(expected);
    expect(() => confusionMatrix([0], [[0.1, Number.NaN]])).toThrow(
      'yPred must hold finite numbers. Received: [0.1, NaN].',
    );
    expect(() => confusionMatrix([0], [[0.7]])).toThrow('Received: 0.7. For probabilities, give their argMax.');
    expect(() => confusionMatrix([0], [[[1]]])).toThrow('yPred must have the shape (n,) or (n, classes).');
  });

  test('shares of the true class, of the predicted one, and of all', () => {
    const counts = [
      [6, 2],
      [3, 9],
    ];
    const shares = (normalize: 'true' | 'pred' | 'all'): string[] =>
      textsOf(confusionMatrix(counts, { normalize }).svg())
        .filter((text) => /^0\.\d\d$/.test(text))
        .slice(0, 4);
    // As scikit-learn's confusion_matrix gives them.
    expect(shares('true')).toEqual(['0.75', '0.25', '0.25', '0.75']);
    expect(shares('pred')).toEqual(['0.67', '0.18', '0.33', '0.82']);
    expect(shares('all')).toEqual(['0.30', '0.10', '0.15', '0.45']);
    expect(textsOf(confusionMatrix(counts, { normalize: 'pred' }).svg())).toContain('share of the predicted class');
    expect(() => confusionMatrix(counts, { normalize: 'row' as never })).toThrow("unknown normalize. Received: 'row'.");
  });

  test('counts with accuracy, classes and axes', () => {
    const texts = textsOf(confusionMatrix(counts, { labels: ['cat', 'dog'], title: 'Pets' }).svg());
    expect(texts.slice(0, 2)).toEqual(['Pets', '37 of 40 right, accuracy 0.9250']);
    expect(texts.slice(2, 6)).toEqual(['8', '2', '1', '29']);
    for (const text of ['cat', 'dog', 'predicted class', 'true class']) expect(texts).toContain(text);
  });

  test('counted from labels: true classes are rows', () => {
    const yTrue = [...Array(10).fill(0), ...Array(30).fill(1)];
    const yPred = [...Array(8).fill(0), 1, 1, 0, ...Array(29).fill(1)];
    expect(confusionMatrix(yTrue, yPred).svg()).toBe(confusionMatrix(counts).svg());
    expect(confusionMatrix(tf.tensor1d(yTrue), tf.tensor1d(yPred), { title: 'T' }).svg()).toBe(
      confusionMatrix(tf.tensor2d(counts), { title: 'T' }).svg(),
    );
  });

  test('shares of the true class', () => {
    expect(textsOf(confusionMatrix(counts, { normalize: true }).svg()).slice(2, 6)).toEqual([
      '0.80',
      '0.20',
      '0.03',
      '0.97',
    ]);
  });

  test('a class without samples is no division by 0', () => {
    expect(
      confusionMatrix(
        [
          [0, 0],
          [0, 0],
        ],
        { normalize: true },
      ).svg(),
    ).not.toContain('NaN');
  });

  test.each([
    [[[[1, 2]]], 'confusionMatrix: counts must be square, a row for each true class. Received: 1 rows and 2 columns.'],
    [[[[-1]]], 'confusionMatrix: counts must hold whole numbers of at least 0. Received: -1.'],
    [[[[0.5]]], 'Received: 0.5.'],
    [[[0, 1], [0]], 'confusionMatrix: yTrue and yPred must be as long as each other. Received: 2 and 1 numbers.'],
    [
      [
        [0, 1],
        [0, 0.9],
      ],
      'confusionMatrix: yPred must hold class numbers from 0 to 999. Received: 0.9. For probabilities, give their argMax.',
    ],
    [
      [[0, 2], [0, 0], { labels: ['a', 'b'] }],
      'confusionMatrix: yTrue must hold class numbers from 0 to 1. Received: 2.',
    ],
    [
      [[[1]], { labels: ['a', 'b'] }],
      'confusionMatrix: labels must be a list of 1 strings, one for each class. Received: 2 of them.',
    ],
    [
      [[[1]], { normalise: true }],
      "confusionMatrix: unknown argument 'normalise'. Received: normalise=true. Did you mean 'normalize'?",
    ],
  ])('%# bad input gets an error', (args, message) => {
    expect(() => (confusionMatrix as (...args: unknown[]) => unknown)(...(args as unknown[]))).toThrow(message);
  });
});
