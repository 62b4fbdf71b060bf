import { unknownName } from '../base/errors';

export type Rgb = readonly [red: number, green: number, blue: number];
/** A colour for each share from 0 to 1. */
export type ColorScale = (share: number) => Rgb;

/**
 * Colour maps, as equally spaced colours to interpolate between. All but gray are safe for colour-blind eyes and get steadily
 * lighter or darker; `coolwarm` and `RdBu` have two sides, for signed values. Sampled from matplotlib's maps of these names.
 */
const COLORMAPS = {
  gray: '000000 ffffff',
  gray_r: 'ffffff 000000',
  viridis:
    '440154 48186a 472d7b 424086 3b528b 33638d 2c728e 26828e 21918c 1fa088 28ae80 3fbc73 5ec962 84d44b addc30 d8e219 fde725',
  magma:
    '000004 0a0822 1d1147 36106b 51127c 6a1c81 832681 9c2e7f b73779 d0416f e75263 f56b5c fc8961 fea772 fec488 fde2a3 fcfdbf',
  cividis: '00224e 083370 35456c 4f576c 666970 7d7c78 948e77 aea371 c8b866 e5cf52 fee838',
  Blues: 'f7fbff e3eef9 d0e1f2 b7d4ea 94c4df 6aaed6 4a98c9 2e7ebc 1764ab 084a91 08306b',
  coolwarm: '3b4cc0 5977e3 7b9ff9 9ebeff c0d4f5 dddcdc f2cbb7 f7ac8e ee8468 d65244 b40426',
  plasma:
    '0d0887 310597 4c02a1 6600a7 7e03a8 9511a1 aa2395 bc3587 cc4778 da5a6a e66c5c f0804e f89540 fdac33 fdc527 f8df25 f0f921',
  inferno:
    '000004 0b0724 210c4a 3d0965 57106e 71196e 8a226a a32c61 bc3754 d24644 e45a31 f1731d f98e09 fcac11 f9cb35 f2ea69 fcffa4',
  RdBu: '67001f b1182b d6604d f3a481 fddbc7 f6f7f7 d1e5f0 90c4dd 4393c3 2065ab 053061',
  Greys: 'ffffff f0f0f0 d9d9d9 bdbdbd 959595 727272 515151 242424 000000',
} as const;

/** Name of a colour map, as in matplotlib. */
export type Colormap = keyof typeof COLORMAPS;
export const COLORMAP_NAMES = Object.keys(COLORMAPS) as readonly Colormap[];

/** Colours for lines that anybody can tell apart (Okabe and Ito 2008), the most distinct first. */
export const LINE_COLORS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#56b4e9', '#e69f00', '#000000'] as const;

/** What is drawn where there is no number. */
export const NAN_COLOR: Rgb = [213, 94, 0];

/** The colours of a map. Shares below 0 and above 1 get the colours of its ends, NaN a colour of its own. */
export function colorScale(who: string, name: Colormap): ColorScale {
  if (!Object.hasOwn(COLORMAPS, name)) throw unknownName(who, 'colormap', String(name), COLORMAP_NAMES);
  const stops = COLORMAPS[name].split(' ').map((hex): Rgb => {
    const value = Number.parseInt(hex, 16);
    return [value >> 16, (value >> 8) & 255, value & 255];
  });
  return (share) => {
    if (Number.isNaN(share)) return NAN_COLOR;
    const place = Math.min(1, Math.max(0, share)) * (stops.length - 1);
    const at = Math.min(Math.floor(place), stops.length - 2);
    const [from, to] = [stops[at] as Rgb, stops[at + 1] as Rgb];
    const mix = (i: 0 | 1 | 2): number => Math.round(from[i] + (to[i] - from[i]) * (place - at));
    return [mix(0), mix(1), mix(2)];
  };
}

export function hex([red, green, blue]: Rgb): string {
  return `#${((1 << 24) | (red << 16) | (green << 8) | blue).toString(16).slice(1)}`;
}

/** Black or white, whichever is easier to read on a colour (relative luminance of WCAG 2). */
export function inkOn(color: Rgb): string {
  const [r, g, b] = color.map((byte) => (byte <= 10 ? byte / 3294 : ((byte / 255 + 0.055) / 1.055) ** 2.4)) as [
    number,
    number,
    number,
  ];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179 ? '#000000' : '#ffffff';
}
