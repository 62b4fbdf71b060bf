import { PNG } from 'pngjs';

/** What is needed of a picture to look at its pixels. */
export interface Decoded {
  width: number;
  height: number;
  /** Red, green and blue of a pixel. */
  at(x: number, y: number): number[];
}

export function decodePng(bytes: Uint8Array): Decoded {
  const { width, height, data } = PNG.sync.read(Buffer.from(bytes));
  return { width, height, at: (x, y) => [...data.subarray(4 * (y * width + x), 4 * (y * width + x) + 3)] };
}

/** Colours of a picture, each once. */
export function colorsIn({ width, height, at }: Decoded): Set<string> {
  const found = new Set<string>();
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) found.add(at(x, y).join());
  return found;
}

/** All texts of an SVG picture, in order. */
export function textsOf(svg: string): string[] {
  return [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, content]) => content as string);
}

/** Attributes of all elements of a name. */
export function elementsOf(svg: string, name: string): Record<string, string>[] {
  return [...svg.matchAll(new RegExp(`<${name}((?: [\\w:-]+="[^"]*")*)\\s*/?>`, 'g'))].map(([, attributes]) =>
    Object.fromEntries(
      [...(attributes as string).matchAll(/ ([\w:-]+)="([^"]*)"/g)].map(([, key, value]) => [key, value]),
    ),
  );
}

export interface GifFrame {
  delay: number;
  indices: number[];
  transparent: number | undefined;
}

export interface Gif {
  width: number;
  height: number;
  repeats: boolean;
  palette: number[][];
  frames: GifFrame[];
}

/** Reads a GIF file whose frames are as large as the picture and share its palette. */
export function decodeGif(bytes: Uint8Array): Gif {
  const data = Buffer.from(bytes);
  expect(data.toString('latin1', 0, 6)).toBe('GIF89a');
  const [width, height] = [data.readUInt16LE(6), data.readUInt16LE(8)];
  const colors = 2 << ((data[10] as number) & 7);
  const palette = Array.from({ length: colors }, (_, i) => [...data.subarray(13 + 3 * i, 16 + 3 * i)]);
  const frames: GifFrame[] = [];
  let control = { delay: 0, transparent: undefined as number | undefined };
  let repeats = false;
  let at = 13 + 3 * colors;
  const blocks = (): Buffer => {
    const parts: Buffer[] = [];
    for (let size = data[at++] as number; size > 0; size = data[at++] as number) {
      parts.push(data.subarray(at, at + size));
      at += size;
    }
    return Buffer.concat(parts);
  };
  for (let kind = data[at++]; kind !== 0x3b; kind = data[at++]) {
    if (kind === 0x21) {
      const label = data[at++];
      const content = blocks();
      if (label === 0xff && content.toString('latin1', 0, 8) === 'NETSCAPE') repeats = true;
      if (label === 0xf9) {
        const isTransparent = ((content[0] as number) & 1) === 1;
        control = { delay: 10 * content.readUInt16LE(1), transparent: isTransparent ? content[3] : undefined };
      }
    } else {
      expect(kind).toBe(0x2c);
      expect([data.readUInt16LE(at + 4), data.readUInt16LE(at + 6)]).toEqual([width, height]);
      at += 9;
      const codeSize = data[at++] as number;
      frames.push({ ...control, indices: unpack(blocks(), codeSize, width * height) });
    }
  }
  return { width, height, repeats, palette, frames };
}

/** GIF's variant of LZW. */
function unpack(packed: Buffer, codeSize: number, length: number): number[] {
  const clear = 1 << codeSize;
  let table: number[][] = [];
  let size = codeSize + 1;
  let before: number[] | undefined;
  const indices: number[] = [];
  let [bits, held] = [0, 0];
  for (const byte of packed) {
    held |= byte << bits;
    bits += 8;
    while (bits >= size) {
      const code = held & ((1 << size) - 1);
      held >>>= size;
      bits -= size;
      if (code === clear) {
        table = Array.from({ length: clear + 2 }, (_, i) => [i]);
        size = codeSize + 1;
        before = undefined;
        continue;
      }
      if (code === clear + 1) return indices;
      const entry = table[code] ?? [...(before as number[]), (before as number[])[0] as number];
      if (before && table.length < 4096) table.push([...before, entry[0] as number]);
      if (table.length === 1 << size && size < 12) size++;
      for (const index of entry) indices.push(index);
      before = entry;
    }
  }
  expect(indices).toHaveLength(length);
  return indices;
}
