/**
 * Figures as distances: how far outside the figure a point is, negative inside, in a frame whose middle is (0, 0) and in
 * which the figure reaches from about -1 to 1. x goes to the right, y down.
 */
export type Distance = (x: number, y: number) => number;

/** Chooses a number at random. */
type Between = (low: number, high: number) => number;

const circle: Distance = (x, y) => Math.hypot(x, y) - 1;
const box = (x: number, y: number, width: number, height: number): number =>
  Math.max(Math.abs(x) - width, Math.abs(y) - height);

/** Bands of one width at equal distances along an axis, moved by a random part of the distance. */
const bands = (along: Distance, between: Between): Distance => {
  const period = between(0.5, 0.9);
  const start = between(0, period);
  return (x, y) => {
    const offset = along(x, y) - start;
    return Math.abs(offset - period * Math.round(offset / period)) - period / 4;
  };
};

const ROOT = Math.SQRT1_2;

/** A star of five points, by folding the plane five times onto half a point. */
const star: Distance = (x, y) => {
  const sector = (2 * Math.PI) / 5;
  const angle = Math.atan2(x, -y);
  const folded = Math.abs(angle - sector * Math.round(angle / sector));
  const length = Math.hypot(x, y);
  const [across, up] = [length * Math.sin(folded), length * Math.cos(folded)];
  // The edge from the point (0, 1) to the notch between two points.
  const [notchX, notchY] = [0.42 * Math.sin(sector / 2), 0.42 * Math.cos(sector / 2)];
  const [edgeX, edgeY] = [notchX, notchY - 1];
  return (across * -edgeY + (up - 1) * edgeX) / Math.hypot(edgeX, edgeY);
};

/** The figures by name. Each is given random numbers and gives a distance. */
export const DRAWINGS: Readonly<Record<string, (between: Between) => Distance>> = {
  circle: () => circle,
  square: () => (x, y) => box(x, y, 0.85, 0.85),
  triangle: () => (x, y) => Math.max(y - 0.75, Math.abs(x) * 0.866 - (y + 1) * 0.5),
  cross: () => (x, y) => Math.min(box(x, y, 1, 0.3), box(x, y, 0.3, 1)),
  ring: () => (x, y) => Math.abs(Math.hypot(x, y) - 0.8) - 0.2,
  star: () => star,
  'horizontal stripes': (between) => bands((_, y) => y, between),
  'vertical stripes': (between) => bands((x) => x, between),
  'diagonal stripes': (between) => bands((x, y) => ROOT * (x + y), between),
  checkerboard: (between) => {
    const side = between(0.5, 0.8);
    const triangle = (t: number): number => Math.abs(t / side - 2 * Math.round(t / side / 2)) - 0.5;
    return (x, y) => {
      const [a, b] = [triangle(x), triangle(y)];
      return Math.sign(a * b) * Math.min(Math.abs(a), Math.abs(b)) * side;
    };
  },
};
