/** Packages that read and write picture files: loaded when a picture first asks for them. */

/** What is used of pngjs. */
export interface PngJs {
  PNG: {
    new (options: { width: number; height: number }): { data: Uint8Array };
    sync: {
      read(
        bytes: Uint8Array,
        options: object,
      ): { width: number; height: number; depth: number; data: ArrayLike<number> };
      write(png: object, options: object): Uint8Array;
    };
  };
}

/** What is used of jpeg-js. */
export interface JpegJs {
  decode(bytes: Uint8Array, options: object): { width: number; height: number; data: Uint8Array };
  encode(image: { width: number; height: number; data: Uint8Array }, quality: number): { data: Uint8Array };
}

/** What is used of gifenc. */
export interface GifEnc {
  GIFEncoder(): {
    writeFrame(indices: Uint8Array, width: number, height: number, options: { palette: number[][] }): void;
    finish(): void;
    bytes(): Uint8Array;
  };
  quantize(rgba: Uint8Array, colors: number): number[][];
  applyPalette(rgba: Uint8Array, palette: number[][]): Uint8Array;
}

function load<T>(who: string, name: string, what: string, loadIt: () => unknown): T {
  try {
    return loadIt() as T;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const missing = code === 'MODULE_NOT_FOUND' && message.includes(`'${name}'`);
    const reason = missing ? 'which is not installed' : `which could not be loaded (${message.split('\n')[0]})`;
    throw new Error(`${who}: ${what} needs the npm package '${name}', ${reason}. Run \`npm install ${name}\`.`, {
      cause: error,
    });
  }
}

// Each name is spelt out in its require, so that bundlers find it.
export const pngjs = (who: string): PngJs => load(who, 'pngjs', 'a PNG file', () => require('pngjs'));
export const jpegjs = (who: string): JpegJs => load(who, 'jpeg-js', 'a JPEG file', () => require('jpeg-js'));
export const gifenc = (who: string): GifEnc => load(who, 'gifenc', 'writing a GIF file', () => require('gifenc'));
