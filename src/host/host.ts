/** What the library asks of where it runs: Node, or anything else that runs JavaScript, such as a browser. */
export interface Host {
  /** A variable of the environment; `undefined` where it is not set. */
  env(name: string): string | undefined;
  /** Standard output, where there is one. */
  readonly output: Output | undefined;
  /** Whether a notebook's kernel runs the program. */
  readonly isNotebook: boolean;
  /** Shows whole lines, the last with its end, to who runs the program: on standard output, or in the console. */
  print(text: string): void;
  /** Tells a line about the library itself: on standard error, or in the console. */
  tell(line: string): void;
  /** Warns of something that the program does. */
  warn(message: string): void;
  /** What a run carries along over `await`; `undefined` where the language alone cannot. */
  contextStore<T>(): ContextStore<T> | undefined;
  /** The file system, where there is one. */
  readonly files: Files | undefined;
  /** The packages that not everybody needs, where packages can be loaded by name. */
  readonly packages: Packages | undefined;
}

/** Where progress and messages go: a part of Node's streams. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  /** Characters in a row of a terminal; it may change. */
  readonly columns?: number;
}

/** A part of Node's `AsyncLocalStorage`. */
export interface ContextStore<T> {
  getStore(): T | undefined;
  run<R>(store: T, body: () => R): R;
}

export interface Files {
  /** A path in the system's folder for temporary files, which no other process uses. */
  temporary(name: string): string;
  /** Size of a file in bytes; `undefined` where there is none. */
  size(path: string): number | undefined;
  write(path: string, content: string | Uint8Array): void;
  append(path: string, text: string): void;
  /**
   * Writes a file whole or not at all, its folder too; returns its full path. The bytes are on the disk when the file has
   * its name.
   * @param content all of it, or its pieces, which are asked for one by one.
   */
  writeWhole(path: string, content: string | Uint8Array | Iterable<Uint8Array>): string;
  /**
   * The bytes of a file.
   * @param most more bytes are refused before they are read.
   */
  read(path: string, most: number): Promise<Uint8Array>;
  /** The path of a URL that begins with `file:`. */
  pathOf(url: URL): string;
  /** Names of what is in a folder; `undefined` where there is none. */
  list(folder: string): string[] | undefined;
  /** Deletes a file, if it is there. */
  remove(path: string): void;
}

/** What `load` knows. */
export type PackageName =
  | '@dagrejs/dagre'
  | '@resvg/resvg-js'
  | 'echarts'
  | 'gifenc'
  | 'jpeg-js'
  | 'pngjs'
  | 'tar-stream';

export interface Packages {
  /** @throws Error of Node's where the package is missing or does not start */
  load(name: PackageName): unknown;
  /**
   * The path of a file of a package.
   * @param file begins with the package's name
   * @throws Error of Node's where it is missing
   */
  locate(file: string): string;
}
