import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { heatmap, slidingKernel } from '../../src/plot';
import { colorsIn, decodePng } from './pictures';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'keras-ts-plot-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const figure = heatmap([
  [0, 1],
  [2, 3],
]);
const animation = slidingKernel([[1, 2, 3]], [[1, 1]]);

test('svg, width and height agree', () => {
  expect(figure.svg()).toMatch(new RegExp(`^<svg [^>]*width="${figure.width}" height="${figure.height}"`));
  expect(String(figure)).toBe(`<Figure heatmap ${figure.width} x ${figure.height}>`);
});

test('png is as large as asked for, and has letters and colours', () => {
  for (const scale of [1, 2]) {
    const picture = decodePng(figure.png({ scale }));
    expect([picture.width, picture.height]).toEqual([figure.width * scale, figure.height * scale]);
    expect(picture.at(0, 0)).toEqual([255, 255, 255]);
    expect(colorsIn(picture).size).toBeGreaterThan(20);
  }
  expect(figure.png()).toEqual(figure.png({ scale: 2 }));
});

test('a picture without its text has fewer dark pixels: the font is there', () => {
  const dark = (svg: string): number => {
    const { Resvg } = require('@resvg/resvg-js') as typeof import('@resvg/resvg-js');
    const font = { loadSystemFonts: false };
    const picture = decodePng(new Uint8Array(new Resvg(svg, { font }).render().asPng()));
    return [...colorsIn(picture)].length;
  };
  expect(colorsIn(decodePng(figure.png({ scale: 1 }))).size).toBeGreaterThan(dark(figure.svg()));
});

test('save writes SVG and PNG, makes the folder, and returns the path', () => {
  const path = join(folder, 'new', 'figure.svg');
  expect(figure.save(path)).toBe(path);
  expect(readFileSync(path, 'utf8')).toBe(figure.svg());
  figure.save(join(folder, 'new', 'figure.PNG'), { scale: 1 });
  expect(decodePng(readFileSync(join(folder, 'new', 'figure.PNG'))).width).toBe(figure.width);
  expect(readdirSync(join(folder, 'new')).sort()).toEqual(['figure.PNG', 'figure.svg']);
});

test('save leaves nothing behind where it fails', () => {
  const path = join(folder, 'taken.svg');
  mkdirSync(path);
  expect(() => figure.save(path)).toThrow('EISDIR');
  expect(readdirSync(folder).filter((name) => name.startsWith('taken'))).toEqual(['taken.svg']);
});

test('save writes GIF', () => {
  const path = animation.save(join(folder, 'steps.gif'));
  expect(readFileSync(path, 'latin1').slice(0, 6)).toBe('GIF89a');
});

test.each([
  [() => figure.save('figure.jpg'), "heatmap.save: the file must end in .svg or .png. Received: 'figure.jpg'."],
  [() => figure.save('figure'), "heatmap.save: the file must end in .svg or .png. Received: 'figure'."],
  [() => animation.save('steps.png'), "slidingKernel.save: the file must end in .gif. Received: 'steps.png'."],
  [() => figure.png({ scale: 0 }), 'heatmap.png: scale must be above 0 and at most 10. Received: scale=0.'],
  [() => figure.png({ scale: Number.NaN }), 'Received: scale=NaN.'],
  [
    () => figure.png({ scal: 1 } as never),
    "heatmap.png: unknown argument 'scal'. Received: scal=1. Did you mean 'scale'?",
  ],
  [() => animation.frame(2), 'slidingKernel.frame: there are 2 frames, counted from 0. Received: 2.'],
  [() => animation.frame(0.5), 'Received: 0.5.'],
])('%# bad input gets an error', (run, message) => {
  expect(run).toThrow(message);
});

describe('show', () => {
  afterEach(() => {
    Reflect.deleteProperty(globalThis, '__tslab__');
    jest.restoreAllMocks();
  });

  test('in a tslab notebook displays', () => {
    const shown: unknown[][] = [];
    const display = {
      svg: (s: string) => shown.push(['svg', s]),
      gif: (b: Uint8Array) => shown.push(['gif', b.length]),
    };
    const required: string[] = [];
    const kernelRequire = (name: string) => {
      required.push(name);
      return { display };
    };
    Reflect.set(globalThis, '__tslab__', { require: kernelRequire });
    figure.show();
    animation.show();
    expect(required).toEqual(['tslab', 'tslab']);
    expect(shown).toEqual([
      ['svg', figure.svg()],
      ['gif', animation.gif().length],
    ]);
  });

  test('elsewhere saves and prints the path', () => {
    const log = jest.spyOn(console, 'log').mockImplementation(() => undefined);
    figure.show();
    figure.show();
    animation.show();
    const paths = log.mock.calls.map(([path]) => path as string);
    expect(new Set(paths).size).toBe(3);
    expect(paths.map((path) => path.slice(-4))).toEqual(['.svg', '.svg', '.gif']);
    expect(readFileSync(paths[0] as string, 'utf8')).toBe(figure.svg());
    for (const path of paths) rmSync(path);
  });
});

describe('a package that is not installed', () => {
  const missing = (name: string) => () => {
    throw Object.assign(new Error(`Cannot find module '${name}'`), { code: 'MODULE_NOT_FOUND' });
  };
  const plotWithout = (name: string): typeof import('../../src/plot') => {
    let plot: unknown;
    jest.isolateModules(() => {
      jest.doMock(name, missing(name));
      plot = require('../../src/plot');
    });
    return plot as typeof import('../../src/plot');
  };
  afterEach(() => jest.resetModules());

  test.each([
    ['echarts', 'history: a chart', (plot: typeof import('../../src/plot')) => plot.history({ loss: [1] })],
    [
      'pngjs',
      'imshow: a picture',
      (plot: typeof import('../../src/plot')) => plot.imshow(Array(40).fill(Array(40).fill(1))),
    ],
    [
      'gifenc',
      'slidingKernel: an animation',
      (plot: typeof import('../../src/plot')) => plot.slidingKernel([[1]], [[1]]).gif(),
    ],
    [
      '@dagrejs/dagre',
      'plotModel: the graph of a model',
      (plot: typeof import('../../src/plot')) =>
        plot.plotModel({ name: 'm', layers: [{ name: 'a', className: 'A', inboundNodes: [{ inputTensors: [] }] }] }),
    ],
    ['@resvg/resvg-js', 'heatmap: a PNG or GIF', (plot: typeof import('../../src/plot')) => plot.heatmap([[1]]).png()],
  ])('%s is named, with what to do', (name, what, run) => {
    const plot = plotWithout(name);
    const message = `${what} needs the npm package '${name}', which is not installed. Run \`npm install ${name}\`.`;
    expect(() => run(plot)).toThrow(message);
    jest.dontMock(name);
  });

  test('a small picture and its SVG need none', () => {
    const plot = plotWithout('pngjs');
    expect(plot.imshow([[1, 2]]).svg()).toContain('<svg');
    jest.dontMock('pngjs');
  });
});
