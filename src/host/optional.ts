/** Packages that not everybody needs: each is loaded when it is first asked for. Types hold what is used of them. */

export interface ECharts {
  init(
    dom: null,
    theme: null,
    options: { renderer: 'svg'; ssr: true; width: number; height: number },
  ): { setOption(option: object): void; renderToSVGString(): string; dispose(): void };
}

export interface PngJs {
  PNG: {
    new (options: { width: number; height: number }): { data: Uint8Array };
    sync: {
      read(
        bytes: Uint8Array,
        options: object,
      ): { width: number; height: number; depth: number; data: ArrayLike<number> };
      write(png: object, options?: object): Uint8Array;
    };
  };
}

export interface JpegJs {
  decode(bytes: Uint8Array, options: object): { width: number; height: number; data: Uint8Array };
  encode(image: { width: number; height: number; data: Uint8Array }, quality: number): { data: Uint8Array };
}

export interface GifEnc {
  GIFEncoder(): {
    writeFrame(indices: Uint8Array, width: number, height: number, options: object): void;
    finish(): void;
    bytes(): Uint8Array;
  };
  quantize(rgba: Uint8Array, colors: number): number[][];
  applyPalette(rgba: Uint8Array, palette: number[][]): Uint8Array;
}

export interface ResvgJs {
  Resvg: new (
    svg: string,
    options: object,
  ) => {
    render(): { asPng(): Uint8Array; readonly pixels: Uint8Array; readonly width: number; readonly height: number };
  };
}

export interface Dagre {
  Graph: new () => {
    setGraph(options: object): void;
    setNode(name: string, size: { width: number; height: number }): void;
    setEdge(from: string, to: string, label: object): void;
    node(name: string): { x: number; y: number; width: number; height: number };
    edge(from: string, to: string): { points: { x: number; y: number }[] };
  };
  layout(graph: InstanceType<Dagre['Graph']>): void;
}

/** What a tar archive says of a member. */
export interface TarHeader {
  readonly name: string;
  readonly size: number;
  readonly type: string | null;
  /** Where its content begins. */
  readonly byteOffset: number;
}

export interface TarMember {
  on(event: 'data', listener: (piece: Uint8Array) => void): unknown;
  on(event: 'end' | 'error', listener: () => void): unknown;
}

export interface TarStream {
  extract(): NodeJS.WritableStream & {
    on(event: 'entry', listener: (header: TarHeader, content: TarMember, next: () => void) => void): unknown;
    destroy(error: Error): void;
  };
}

/**
 * What `load` gives, which is a package or a file of one.
 *
 * @param who name of the caller, in messages
 * @param name of the package
 * @param purpose what it is needed for: `a chart`
 * @param load holds the `require`, with the name spelt out, so that bundlers find it
 * @param otherwise what can be done without it, said after what to install
 * @throws Error that says what to install where the package is missing, and why where it cannot be loaded
 */
export function optional<T>(who: string, name: string, purpose: string, load: () => unknown, otherwise = ''): T {
  try {
    return load() as T;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const isMissing = code === 'MODULE_NOT_FOUND' && message.includes(`'${name}`);
    const reason = isMissing ? 'which is not installed' : `which could not be loaded (${message.split('\n')[0]})`;
    const mend = `Run \`npm install ${name}\`${otherwise}.`;
    throw new Error(`${who}: ${purpose} needs the npm package '${name}', ${reason}. ${mend}`, { cause: error });
  }
}

export const echarts = (who: string): ECharts => optional(who, 'echarts', 'a chart', () => require('echarts'));

export const pngjs = (who: string, purpose: string): PngJs => optional(who, 'pngjs', purpose, () => require('pngjs'));

export const jpegjs = (who: string): JpegJs => optional(who, 'jpeg-js', 'a JPEG file', () => require('jpeg-js'));

export const gifenc = (who: string, purpose: string): GifEnc =>
  optional(who, 'gifenc', purpose, () => require('gifenc'));

export const resvg = (who: string): ResvgJs =>
  optional(who, '@resvg/resvg-js', 'a PNG or GIF', () => require('@resvg/resvg-js'));

/** The files of the fonts that PNG and GIF are written with. */
export function fontFiles(who: string): string[] {
  return ['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf'].map((file) =>
    optional(who, 'dejavu-fonts-ttf', 'a PNG or GIF', () => require.resolve(`dejavu-fonts-ttf/ttf/${file}`)),
  );
}

export const dagre = (who: string): Dagre =>
  optional(who, '@dagrejs/dagre', 'the graph of a model', () => require('@dagrejs/dagre'));

export const tarStream = (who: string): TarStream =>
  optional(who, 'tar-stream', 'a .tar.gz file', () => require('tar-stream'));

/** The `package.json` of the handwritten digits. */
export function mnistPackage(who: string): string {
  const load = (): string => require.resolve('mnist/package.json');
  return optional(who, 'mnist', 'the data set', load, ", or give your own files: loadData({ path: 'folder' })");
}
