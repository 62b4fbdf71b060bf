import { layers, Model, Sequential } from '../../src';
import { type ModelLike, plotModel } from '../../src/plot';
import { layOut } from '../../src/plot/graphLayout';
import * as fc from '../fastCheck';
import { decodePng, elementsOf, textsOf } from './pictures';

const chain = () =>
  Sequential([
    layers.Input({ shape: [28, 28, 1], name: 'picture' }),
    layers.Conv2D(10, 3, { activation: 'relu', name: 'convolve' }),
    layers.Flatten({ name: 'flat' }),
    layers.Dense(3, { name: 'answer', trainable: false }),
  ]);

/** Middle and top of each box, by the name of its layer. */
const headsOf = (svg: string) => elementsOf(svg, 'rect').filter(({ fill }) => fill === '#263345');

test('a box for each layer of a chain, with class, name and shape', () => {
  const figure = plotModel(chain());
  const texts = textsOf(figure.svg());
  expect(texts.filter((text) => text !== 'Output shape:')).toEqual([
    ...['InputLayer', 'picture', '(None, 28, 28, 1)'],
    ...['Conv2D', 'convolve', '(None, 26, 26, 10)'],
    ...['Flatten', 'flat', '(None, 6760)'],
    ...['Dense', 'answer', '(None, 3)'],
  ]);
  const heads = headsOf(figure.svg());
  const middles = heads.map(({ x, width }) => Number(x) + Number(width) / 2);
  for (const middle of middles) expect(middle).toBeCloseTo(middles[0] as number, 0);
  const tops = heads.map(({ y }) => Number(y));
  expect(tops).toEqual([...tops].sort((a, b) => a - b));
  expect(decodePng(figure.png({ scale: 1 })).height).toBe(figure.height);
});

test('what is shown can be chosen', () => {
  const bare = plotModel(chain(), { showShapes: false, showLayerNames: false }).svg();
  expect(textsOf(bare)).toEqual(['InputLayer', 'Conv2D', 'Flatten', 'Dense']);
  const full = plotModel(chain(), { showDtype: true, showLayerActivations: true, showTrainable: true }).svg();
  expect(textsOf(full)).toEqual(expect.arrayContaining(['relu', 'linear', 'float32', 'Trainable', 'Non-trainable']));
  expect(textsOf(full).filter((text) => /rainable/.test(text))).toEqual(['Trainable', 'Non-trainable']);
});

test('from left to right', () => {
  const heads = headsOf(plotModel(chain(), { rankdir: 'LR' }).svg());
  const lefts = heads.map(({ x }) => Number(x));
  expect(lefts).toEqual([...lefts].sort((a, b) => a - b));
  expect(new Set(heads.map(({ y }) => y)).size).toBe(1);
});

test('branches, a shared layer and a skipping edge', () => {
  const [a, b] = [layers.Input({ shape: [4], name: 'a' }), layers.Input({ shape: [4], name: 'b' })];
  const shared = layers.Dense(4, { name: 'shared' });
  const sum = layers.Add({ name: 'sum' })([shared(a), shared(b), a]);
  const model = Model({ inputs: [a, b], outputs: sum });
  const svg = plotModel(model).svg();
  expect(textsOf(svg).filter((text) => text === 'shared')).toHaveLength(1);
  // a and b to shared, shared and a to the sum: four arrows, each a line and a head.
  expect(elementsOf(svg, 'path')).toHaveLength(8);
  const middleOf = (i: number): number => Number(headsOf(svg)[i]?.x) + Number(headsOf(svg)[i]?.width) / 2;
  const lines = elementsOf(svg, 'path').filter(({ fill }) => fill === 'none');
  const skipping = lines.map(({ d }) => /L ([\d.]+) [\d.]+/.exec(d as string)?.[1]).filter((x) => x !== undefined);
  expect(skipping).toHaveLength(1); // of a to the sum, past shared, which is the third box
  expect(Math.abs(Number(skipping[0]) - middleOf(2))).toBeGreaterThan(Number(headsOf(svg)[2]?.width) / 2);
});

test('plain objects will do; calls from outside the model are no edges', () => {
  const input = { name: 'in', className: 'InputLayer', inboundNodes: [{ inputTensors: [] }] };
  const stranger = { ...input, name: 'stranger' };
  const dense = {
    name: 'dense',
    className: 'Dense',
    inboundNodes: [
      { inputTensors: [{ history: { layer: input } }], outputTensors: [{ shape: [null, 3] }] },
      { inputTensors: [{ history: { layer: stranger } }], outputTensors: [{ shape: [null, 99] }] },
    ],
  };
  const svg = plotModel({ name: 'plain', layers: [input, dense] }).svg();
  expect(textsOf(svg)).toEqual([
    'InputLayer',
    'in',
    'Output shape:',
    '?',
    'Dense',
    'dense',
    'Output shape:',
    '(None, 3)',
  ]);
});

test('a subclassed model is one box', () => {
  const model: ModelLike = { name: 'mine', className: 'Mine', kind: 'subclassed', layers: [] };
  expect(textsOf(plotModel(model).svg())).toEqual(['Mine', 'mine', 'Output shape:', '?']);
});

test.each([
  [
    Sequential([layers.Dense(3)], { name: 'unbuilt' }),
    {},
    "plotModel: the model must be built. Received: 'unbuilt', whose shapes are not known. Give its input shape",
  ],
  ['model', {}, "plotModel: expected a model. Received: 'model'."],
  [null, {}, 'plotModel: expected a model. Received: null.'],
  [
    chain(),
    { showShape: true },
    "plotModel: unknown argument 'showShape'. Received: showShape=true. Did you mean 'showShapes'?",
  ],
  [chain(), { rankdir: 'TD' }, "plotModel: unknown rankdir. Received: 'TD'. Did you mean 'TB'?"],
  [chain(), { showShapes: 1 }, 'plotModel: showShapes must be true or false. Received: showShapes=1.'],
])('%# bad input gets an error', (model, options, message) => {
  expect(() => plotModel(model as never, options as never)).toThrow(message);
});

test('layout of any graph: edges lead down and around boxes, nothing overlaps, all is inside', () => {
  const graph = fc.integer({ min: 2, max: 12 }).chain((count) =>
    fc.record({
      boxes: fc.array(
        fc.record({ width: fc.integer({ min: 10, max: 200 }), height: fc.integer({ min: 10, max: 90 }) }),
        { minLength: count, maxLength: count },
      ),
      edges: fc.uniqueArray(
        fc.tuple(fc.nat(count - 1), fc.nat(count - 1)).filter(([a, b]) => a < b),
        { selector: (edge) => edge.join() },
      ),
    }),
  );
  fc.assert(
    fc.property(graph, ({ boxes, edges }) => {
      const { places, bends, width, height } = layOut('test', boxes, edges);
      const sides = boxes.map((box, i) => {
        const [x, y] = places[i] as [number, number];
        return { left: x - box.width / 2, right: x + box.width / 2, top: y, bottom: y + box.height };
      });
      const inside = sides.every(
        ({ left, right, top, bottom }) => left >= -1e-6 && right <= width + 1e-6 && top >= 0 && bottom <= height + 1e-6,
      );
      const apart = sides.every((a, i) =>
        sides.every((b, j) => i >= j || a.right < b.left || b.right < a.left || a.bottom < b.top || b.bottom < a.top),
      );
      const down = edges.every(([from, to], i) => {
        const ys = [sides[from]?.bottom, ...(bends[i] ?? []).map(([, y]) => y), sides[to]?.top] as number[];
        return ys.every((y, k) => k === 0 || y >= (ys[k - 1] as number));
      });
      const around = bends.flat().every(([x, y]) => {
        const isFree = sides.every((box) => x < box.left || box.right < x || y < box.top || box.bottom < y);
        return isFree && x >= 0 && x <= width;
      });
      return inside && apart && down && around;
    }),
    { numRuns: 60 },
  );
});
