/** Packages that not everybody needs: loaded when a figure first asks for them. */

/** What is used of Apache ECharts. */
export interface ECharts {
  init(
    dom: null,
    theme: null,
    options: { renderer: 'svg'; ssr: true; width: number; height: number },
  ): { setOption(option: object): void; renderToSVGString(): string; dispose(): void };
}

/** What is used of pngjs. */
export interface PngJs {
  PNG: {
    new (options: { width: number; height: number }): { data: Uint8Array };
    sync: { write(png: { data: Uint8Array }): Uint8Array };
  };
}

/** What is used of gifenc. */
export interface GifEnc {
  GIFEncoder(): {
    writeFrame(indices: Uint8Array, width: number, height: number, options: object): void;
    finish(): void;
    bytes(): Uint8Array;
  };
}

/** What is used of resvg. */
export interface ResvgJs {
  Resvg: new (
    svg: string,
    options: object,
  ) => {
    render(): { asPng(): Uint8Array; readonly pixels: Uint8Array; readonly width: number; readonly height: number };
  };
}

/** A package by its name; one that is not there is an error that says what to install. */
function load<T>(who: string, name: string, what: string, loadIt: () => unknown): T {
  try {
    return loadIt() as T;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const missing = code === 'MODULE_NOT_FOUND' && message.includes(name);
    const reason = missing ? 'which is not installed' : `which could not be loaded (${message.split('\n')[0]})`;
    throw new Error(`${who}: ${what} needs the npm package '${name}', ${reason}. Run \`npm install ${name}\`.`);
  }
}

// Each name is spelt out in its require, so that bundlers find it.
export const echarts = (who: string): ECharts => load(who, 'echarts', 'a chart', () => require('echarts'));
export const pngjs = (who: string): PngJs => load(who, 'pngjs', 'a picture', () => require('pngjs'));
export const gifenc = (who: string): GifEnc => load(who, 'gifenc', 'an animation', () => require('gifenc'));
export const resvg = (who: string): ResvgJs =>
  load(who, '@resvg/resvg-js', 'a PNG or GIF', () => require('@resvg/resvg-js'));

/** The files of the fonts that PNG and GIF are written with. */
export function fontFiles(who: string): string[] {
  return ['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf'].map((file) =>
    load<string>(who, 'dejavu-fonts-ttf', 'a PNG or GIF', () => require.resolve(`dejavu-fonts-ttf/ttf/${file}`)),
  );
}
