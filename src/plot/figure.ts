import { ValueError } from '../base/errors';
import { checkKeys } from '../base/options';
import { endingOf, notebook, writeAndTell, writeWhole } from './display';
import { encodeGif, type Frame } from './gif';
import { renderPng } from './png';

/** Options of `png` and of `save` for PNG files. */
export interface PngOptions {
  /** Pixels for each pixel of the figure's size. Default 2, which is sharp on today's screens. */
  scale?: number;
}

const GREATEST_SCALE = 10;

/** Anything that can be drawn, saved and shown. */
abstract class Picture {
  constructor(
    /** Name of the function that made it. */
    readonly kind: string,
    readonly width: number,
    readonly height: number,
  ) {}

  /** Shows the picture in a tslab notebook; elsewhere saves it to a temporary file and prints the path. */
  abstract show(): void;

  toString(): string {
    return `<${this.constructor.name} ${this.kind} ${this.width} x ${this.height}>`;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}

/** Width and height that a picture's first tag tells. */
function sizeOf(svg: string): [width: number, height: number] {
  const tag = svg.slice(0, svg.indexOf('>'));
  const number = (name: string): number => Number(new RegExp(` ${name}="(\\d+)`).exec(tag)?.[1]);
  return [number('width'), number('height')];
}

function checkScale(who: string, scale: unknown): number {
  if (typeof scale === 'number' && scale > 0 && scale <= GREATEST_SCALE) return scale;
  throw new ValueError(
    `${who}: scale must be above 0 and at most ${GREATEST_SCALE}. Received: scale=${String(scale)}.`,
  );
}

/**
 * A picture that stands still.
 *
 * @example
 * const figure = heatmap([[1, 2], [3, 4]]);
 * console.log(figure.svg().startsWith('<svg')); // true
 */
export class Figure extends Picture {
  readonly #svg: string;

  constructor(kind: string, svg: string) {
    super(kind, ...sizeOf(svg));
    this.#svg = svg;
  }

  /** The picture as SVG text. */
  svg(): string {
    return this.#svg;
  }

  /** The picture as the bytes of a PNG file. */
  png(options: PngOptions = {}): Uint8Array {
    const who = `${this.kind}.png`;
    checkKeys(who, options, ['scale']);
    return renderPng(this.kind, this.#svg, checkScale(who, options.scale ?? 2));
  }

  /**
   * Writes the picture to a file, its folder too where that is missing, and returns the full path.
   * @param path ends in `.svg` or `.png`.
   */
  save(path: string, options: PngOptions = {}): string {
    const who = `${this.kind}.save`;
    return writeWhole(who, path, endingOf(who, path, ['svg', 'png']) === 'svg' ? this.#svg : this.png(options));
  }

  override show(): void {
    const display = notebook();
    if (display) display.svg(this.#svg);
    else writeAndTell(this.kind, 'svg', this.#svg);
  }
}

/** A picture that moves: SVG pictures of one size, one after another, over and over. */
export class Animation extends Picture {
  readonly #frames: readonly Frame[];
  #gif: Uint8Array | undefined;

  constructor(kind: string, frames: readonly Frame[]) {
    super(kind, ...sizeOf(frames[0]?.svg ?? ''));
    this.#frames = frames;
  }

  /** How many pictures there are. */
  get length(): number {
    return this.#frames.length;
  }

  /**
   * One of the pictures; `frame(-1)` is the last.
   * @throws ValueError where there is no such picture.
   */
  frame(index: number): Figure {
    const frame = this.#frames.at(index);
    if (Number.isInteger(index) && frame) return new Figure(this.kind, frame.svg);
    throw new ValueError(`${this.kind}.frame: there are ${this.length} frames, counted from 0. Received: ${index}.`);
  }

  /** The animation as the bytes of a GIF file. */
  gif(): Uint8Array {
    this.#gif ??= encodeGif(this.kind, this.#frames);
    return this.#gif;
  }

  /**
   * Writes the animation to a file, its folder too where that is missing, and returns the full path.
   * @param path ends in `.gif`.
   */
  save(path: string): string {
    const who = `${this.kind}.save`;
    endingOf(who, path, ['gif']);
    return writeWhole(who, path, this.gif());
  }

  override show(): void {
    const display = notebook();
    if (display) display.gif(this.gif());
    else writeAndTell(this.kind, 'gif', this.gif());
  }
}
