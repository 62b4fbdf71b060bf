/** Places of the coefficients of a block, row by row, in the order of the file. */
export const ZIGZAG = Uint8Array.from(
  Array.from({ length: 64 }, (_, place) => place).sort((a, b) => {
    const [rowA, rowB] = [a >> 3, b >> 3];
    const [sumA, sumB] = [rowA + (a & 7), rowB + (b & 7)];
    if (sumA !== sumB) return sumA - sumB;
    return sumA % 2 === 0 ? rowB - rowA : rowA - rowB;
  }),
);

/** Cosines, in units of 2^-13. */
const F = {
  f0298: 2446,
  f0390: 3196,
  f0541: 4433,
  f0765: 6270,
  f0899: 7373,
  f1175: 9633,
  f1501: 12299,
  f1847: 15137,
  f1961: 16069,
  f2053: 16819,
  f2562: 20995,
  f3072: 25172,
} as const;

const columns = new Int32Array(64);
const eight = new Int32Array(8);

/** One dimension: eight values from `at` on, `step` apart, into `eight`, with `shift` bits cut off, rounded. */
function transform(from: Int32Array, at: number, step: number, shift: number): void {
  const x0 = from[at] as number;
  const x1 = from[at + step] as number;
  const x2 = from[at + 2 * step] as number;
  const x3 = from[at + 3 * step] as number;
  const x4 = from[at + 4 * step] as number;
  const x5 = from[at + 5 * step] as number;
  const x6 = from[at + 6 * step] as number;
  const x7 = from[at + 7 * step] as number;
  const half = 1 << (shift - 1);
  if ((x1 | x2 | x3 | x4 | x5 | x6 | x7) === 0) {
    eight.fill((x0 * 8192 + half) >> shift); // as most are
    return;
  }
  const z0 = (x2 + x6) * F.f0541;
  const even2 = z0 - x6 * F.f1847;
  const even3 = z0 + x2 * F.f0765;
  const even0 = (x0 + x4) * 8192 + half;
  const even1 = (x0 - x4) * 8192 + half;
  const z5 = (x7 + x3 + x5 + x1) * F.f1175;
  const z1 = -(x7 + x1) * F.f0899;
  const z2 = -(x5 + x3) * F.f2562;
  const z3 = z5 - (x7 + x3) * F.f1961;
  const z4 = z5 - (x5 + x1) * F.f0390;
  const odd0 = x7 * F.f0298 + z1 + z3;
  const odd1 = x5 * F.f2053 + z2 + z4;
  const odd2 = x3 * F.f3072 + z2 + z3;
  const odd3 = x1 * F.f1501 + z1 + z4;
  eight[0] = (even0 + even3 + odd3) >> shift;
  eight[7] = (even0 + even3 - odd3) >> shift;
  eight[1] = (even1 + even2 + odd2) >> shift;
  eight[6] = (even1 + even2 - odd2) >> shift;
  eight[2] = (even1 - even2 + odd1) >> shift;
  eight[5] = (even1 - even2 - odd1) >> shift;
  eight[3] = (even0 - even3 + odd0) >> shift;
  eight[4] = (even0 - even3 - odd0) >> shift;
}

/**
 * The samples of a block from its coefficients, to the bit as libjpeg's accurate integer method makes them.
 *
 * @param block coefficients, row by row, times their divisors
 * @param last place, in the order of the file, of the last one that is not 0
 * @param plane where the samples go, from `at` on, rows `stride` apart
 * @see Loeffler, Ligtenberg and Moschytz, "Practical fast 1-D DCT algorithms with 11 multiplications", 1989
 */
export function inverseDct(
  block: Int32Array,
  last: number,
  plane: Uint8ClampedArray,
  at: number,
  stride: number,
): void {
  if (last === 0) {
    const value = ((((block[0] as number) * 4 + 16) >> 5) + 128) | 0;
    for (let row = 0; row < 8; row++) plane.fill(value, at + row * stride, at + row * stride + 8);
    return;
  }
  for (let column = 0; column < 8; column++) {
    transform(block, column, 8, 11);
    for (let i = 0; i < 8; i++) columns[column + 8 * i] = eight[i] as number;
  }
  for (let row = 0; row < 8; row++) {
    transform(columns, 8 * row, 1, 18);
    const to = at + row * stride;
    for (let i = 0; i < 8; i++) plane[to + i] = (eight[i] as number) + 128;
  }
}
