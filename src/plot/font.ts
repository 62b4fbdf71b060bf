/** Widths of the ASCII characters from space to tilde in DejaVu Sans, in hundredths of the font size. */
const WIDTHS: readonly number[] = [
  [
    32, 40, 46, 84, 64, 95, 78, 27, 39, 39, 50, 84, 32, 36, 32, 34, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 34, 34, 84,
    84,
  ],
  [84, 53, 100, 68, 69, 70, 77, 63, 58, 77, 75, 29, 29, 66, 56, 86, 75, 79, 60, 79, 69, 63, 61, 73, 68, 99, 69, 61, 69],
  [39, 34, 39, 84, 50, 50, 61, 63, 55, 63, 62, 35, 63, 63, 28, 28, 58, 28, 97, 63, 61, 63, 63, 41, 52, 39, 63, 59, 82],
  [59, 59, 52, 64, 34, 64, 84],
].flat();

const SPACE = 32;
/** What other characters are taken to be: as wide as the multiplication sign. */
const OTHER = 84;
const BOLD = 1.12;

/** The fonts of all figures. Verdana is as wide as DejaVu Sans, where that is missing. */
export const FONT_FAMILY = 'DejaVu Sans, Verdana, Geneva, sans-serif';

/** How wide a text is, in pixels. */
export function textWidth(content: string, size: number, bold = false): number {
  let hundredths = 0;
  for (const character of content) hundredths += WIDTHS[(character.codePointAt(0) ?? 0) - SPACE] ?? OTHER;
  return (hundredths / 100) * size * (bold ? BOLD : 1);
}

/** A text cut so that it fits, with an ellipsis where something is missing. */
export function cutText(content: string, size: number, room: number, bold = false): string {
  if (textWidth(content, size, bold) <= room) return content;
  const characters = [...content];
  while (characters.length > 1 && textWidth(`${characters.join('')}…`, size, bold) > room) characters.pop();
  return `${characters.join('').trimEnd()}…`;
}

/** The largest font size, between `least` and `most`, at which all texts fit. */
export function fittingSize(contents: readonly string[], room: number, least: number, most: number): number {
  const widest = Math.max(...contents.map((content) => textWidth(content, 1)), 0);
  return Math.max(least, Math.min(most, Math.floor((room / Math.max(widest, 1e-9)) * 2) / 2));
}
