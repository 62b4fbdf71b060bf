import { FONT_FAMILY } from './font';

/** Colours of everything that is not data. */
export const INK = '#222222';
export const MUTED = '#595959';
export const LINE = '#bbbbbb';
export const PAPER = '#ffffff';

type Attributes = Readonly<Record<string, string | number | undefined>>;

/** Text made safe for XML. Control characters, which XML cannot hold, become spaces. */
export function escapeXml(content: string): string {
  const names: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must go
  return content.replace(/[&<>"]/g, (c) => names[c] as string).replace(/[\u0000-\u001f\ufffe\uffff]/g, ' ');
}

/** A coordinate with at most two decimals. */
function short(value: number): string {
  return String(Math.round(value * 100) / 100);
}

/** One SVG element; attributes that are `undefined` are left out. */
export function element(name: string, attributes: Attributes, ...children: readonly string[]): string {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${typeof value === 'number' ? short(value) : escapeXml(String(value))}"`)
    .join('');
  return children.length === 0 ? `<${name}${written}/>` : `<${name}${written}>${children.join('')}</${name}>`;
}

export interface TextStyle {
  /** Font size in pixels. Default 12. */
  size?: number;
  /** Which part of the text is at x. Default 'middle'. */
  anchor?: 'start' | 'middle' | 'end';
  bold?: boolean;
  fill?: string;
  /** Turned to the left by 90 degrees, to be read upwards. */
  upwards?: boolean;
}

/** A line of text whose middle height is at y. */
export function text(content: string, x: number, y: number, style: TextStyle = {}): string {
  const { size = 12, anchor = 'middle', bold, fill = INK, upwards } = style;
  // Capitals and digits are 0.73 high in DejaVu Sans: half of it below the middle is the baseline.
  const drop = 0.36 * size;
  return element(
    'text',
    {
      x: upwards ? x + drop : x,
      y: upwards ? y : y + drop,
      'font-size': size,
      'text-anchor': anchor === 'start' ? undefined : anchor,
      'font-weight': bold ? 'bold' : undefined,
      fill,
      transform: upwards ? `rotate(-90 ${short(x + drop)} ${short(y)})` : undefined,
    },
    escapeXml(content),
  );
}

export function rect(x: number, y: number, width: number, height: number, attributes: Attributes = {}): string {
  return element('rect', { x, y, width, height, ...attributes });
}

/** A whole picture on white, with a title for those who cannot see it. */
export function svgDocument(width: number, height: number, title: string, body: readonly string[]): string {
  const [w, h] = [Math.ceil(width), Math.ceil(height)];
  return element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      width: w,
      height: h,
      viewBox: `0 0 ${w} ${h}`,
      'font-family': FONT_FAMILY,
      role: 'img',
    },
    element('title', {}, escapeXml(title)),
    rect(0, 0, w, h, { fill: PAPER }),
    ...body,
  );
}
