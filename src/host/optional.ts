/** Packages that not everybody needs: each is loaded when it is first asked for. Types hold what is used of them. */
import { host, type PackageName, type Packages } from '.';

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
 * @param otherwise what can be done without it, said after what to install
 * @throws Error that says what to install where the package is missing, and why where it cannot be loaded
 */
export function optional<T>(
  who: string,
  name: string,
  purpose: string,
  load: (packages: Packages) => unknown,
  otherwise = '',
): T {
  const { packages } = host;
  if (packages === undefined) {
    throw new Error(`${who}: ${purpose} needs the npm package '${name}', which can be loaded in Node only.`);
  }
  try {
    return load(packages) as T;
  } catch (error) {
    const { code, message } = error as Error & { code?: string };
    const isMissing = code === 'MODULE_NOT_FOUND' && message.includes(`'${name}`);
    const reason = isMissing ? 'which is not installed' : `which could not be loaded (${message.split('\n')[0]})`;
    const mend = `Run \`npm install ${name}\`${otherwise}.`;
    throw new Error(`${who}: ${purpose} needs the npm package '${name}', ${reason}. ${mend}`, { cause: error });
  }
}

function loaded<T>(who: string, name: PackageName, purpose: string): T {
  return optional(who, name, purpose, ({ load }) => load(name));
}

export const echarts = (who: string): ECharts => loaded(who, 'echarts', 'a chart');

export const pngjs = (who: string, purpose: string): PngJs => loaded(who, 'pngjs', purpose);

export const jpegjs = (who: string): JpegJs => loaded(who, 'jpeg-js', 'a JPEG file');

export const gifenc = (who: string, purpose: string): GifEnc => loaded(who, 'gifenc', purpose);

export const resvg = (who: string): ResvgJs => loaded(who, '@resvg/resvg-js', 'a PNG or GIF');

/** The files of the fonts that PNG and GIF are written with. */
export function fontFiles(who: string): string[] {
  return ['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf'].map((file) =>
    optional(who, 'dejavu-fonts-ttf', 'a PNG or GIF', ({ locate }) => locate(`dejavu-fonts-ttf/ttf/${file}`)),
  );
}

export const dagre = (who: string): Dagre => loaded(who, '@dagrejs/dagre', 'the graph of a model');

export const tarStream = (who: string): TarStream => loaded(who, 'tar-stream', 'a .tar.gz file');

/** The `package.json` of the handwritten digits. */
export function mnistPackage(who: string): string {
  const otherwise = ", or give your own files: loadData({ path: 'folder' })";
  return optional(who, 'mnist', 'the data set', ({ locate }) => locate('mnist/package.json'), otherwise);
}
