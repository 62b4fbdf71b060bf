import { COLORMAP_NAMES, colorScale, hex, inkOn, LINE_COLORS, type Rgb } from '../../src/plot/colors';
import { cutText, fittingSize, textWidth } from '../../src/plot/font';
import { formatNumber, indexTicks, ticksOf } from '../../src/plot/numbers';
import { escapeXml } from '../../src/plot/svg';

/** Relative luminance and contrast as WCAG 2 defines them. */
function luminance(color: readonly number[]): number {
  const [r, g, b] = color.map((byte) => {
    const share = byte / 255;
    return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
const contrast = (a: readonly number[], b: readonly number[]): number => {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (light + 0.05) / (dark + 0.05);
};

describe('colours', () => {
  /** What matplotlib 3 gives at 0.1, 0.33, 0.5, 0.77 and 0.95. */
  const MATPLOTLIB: Record<string, number[][]> = {
    viridis: [
      [72, 36, 117],
      [49, 103, 142],
      [33, 145, 140],
      [105, 205, 91],
      [223, 227, 24],
    ],
    magma: [
      [20, 14, 54],
      [112, 31, 129],
      [183, 55, 121],
      [253, 146, 102],
      [253, 231, 169],
    ],
    cividis: [
      [8, 51, 112],
      [86, 92, 109],
      [125, 124, 120],
      [193, 178, 106],
      [243, 219, 66],
    ],
    Blues: [
      [227, 238, 249],
      [173, 208, 230],
      [106, 174, 214],
      [28, 107, 176],
      [8, 60, 125],
    ],
    plasma: [
      [65, 4, 157],
      [154, 22, 159],
      [204, 71, 120],
      [250, 156, 60],
      [247, 228, 37],
    ],
    inferno: [
      [22, 11, 57],
      [119, 28, 109],
      [188, 55, 84],
      [251, 151, 6],
      [241, 239, 117],
    ],
    RdBu: [
      [177, 24, 43],
      [247, 181, 150],
      [246, 247, 247],
      [89, 161, 202],
      [18, 73, 132],
    ],
    Greys: [
      [243, 243, 243],
      [199, 199, 199],
      [149, 149, 149],
      [74, 74, 74],
      [14, 14, 14],
    ],
    coolwarm: [
      [89, 119, 227],
      [169, 198, 253],
      [221, 220, 220],
      [242, 144, 114],
      [197, 51, 52],
    ],
  };
  test.each(Object.entries(MATPLOTLIB))('%s is what matplotlib draws', (name, expected) => {
    const scale = colorScale('test', name as 'viridis');
    [0.1, 0.33, 0.5, 0.77, 0.95].forEach((share, i) => {
      scale(share).forEach((byte, c) => {
        expect(Math.abs(byte - (expected[i]?.[c] as number))).toBeLessThanOrEqual(8);
      });
    });
  });

  test.each(COLORMAP_NAMES.filter((name) => name !== 'coolwarm' && name !== 'RdBu'))(
    '%s gets steadily lighter or darker',
    (name) => {
      const scale = colorScale('test', name);
      const light = Array.from({ length: 51 }, (_, i) => luminance(scale(i / 50)));
      const steps = light.slice(1).map((value, i) => value - (light[i] as number));
      expect(steps.every((step) => step > 0) || steps.every((step) => step < 0)).toBe(true);
    },
  );

  test.each(COLORMAP_NAMES)('text on %s can be read everywhere', (name) => {
    const scale = colorScale('test', name);
    for (let i = 0; i <= 100; i++) {
      const color = scale(i / 100);
      const ink = inkOn(color) === '#000000' ? [0, 0, 0] : [255, 255, 255];
      expect(contrast(color, ink)).toBeGreaterThanOrEqual(4.5);
    }
  });

  test('lines have seven colours, each once', () => {
    expect(new Set(LINE_COLORS).size).toBe(7);
  });

  test('hex', () => {
    expect(hex([0, 114, 178] as Rgb)).toBe('#0072b2');
    expect(hex([0, 0, 0])).toBe('#000000');
  });
});

test.each([
  [0, '0'],
  [-60, '-60'],
  [123456, '123456'],
  [1234567, '1.23e6'],
  [1e6, '1e6'],
  [0.1111111, '0.111'],
  [-2.25, '-2.25'],
  [12345.678, '12346'],
  [123.456, '123'],
  [0.5, '0.5'],
  [0.00012, '1.2e-4'],
  [1e-10, '1e-10'],
  [Number.NaN, 'NaN'],
  [Number.NEGATIVE_INFINITY, '-∞'],
])('formatNumber(%d) is %s', (value, expected) => {
  expect(formatNumber(value)).toBe(expected);
});

test('marks of axes are round', () => {
  expect(ticksOf([0, 1])).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
  expect(ticksOf([-0.49, 0.51], 4)).toEqual([0, 0.5]);
  expect(ticksOf([3, 3])).toEqual([3]);
  expect(ticksOf([1, 9], 4)).toEqual([2, 4, 6, 8]);
  expect(indexTicks(10, 10)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(indexTicks(28, 10)).toEqual([0, 5, 10, 15, 20, 25]);
});

test('texts are measured, cut and fitted', () => {
  // The advance widths of DejaVu Sans, 2048 units to the size: a 1255, i 569, m 1995.
  expect(textWidth('aim', 100)).toBeCloseTo((1255 + 569 + 1995) / 20.48, -1);
  expect(cutText('short', 12, 100)).toBe('short');
  const cut = cutText('a text that is far too long', 12, 60);
  expect(cut).toMatch(/^a te.*…$/);
  expect(textWidth(cut, 12)).toBeLessThanOrEqual(60);
  expect(fittingSize(['1234'], 26, 6, 14)).toBe(10);
  expect(fittingSize(['1'], 100, 6, 14)).toBe(14);
});

test('XML', () => {
  expect(escapeXml('a<b & "c"\u0000\n')).toBe('a&lt;b &amp; &quot;c&quot;  ');
});
