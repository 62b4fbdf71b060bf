import * as tf from '@tensorflow/tfjs-core';
import { attr, native } from '../backend/native';

/**
 * Orthonormal columns that span those of `matrix`: the Q of its QR factorization, signs chosen so that R has a positive
 * diagonal.
 *
 * @param matrix of shape (rows, columns), rows >= columns
 */
export function orthonormalColumns(matrix: tf.Tensor2D): tf.Tensor2D {
  const library = native();
  if (!library) return tf.tidy(() => householder(matrix));
  return tf.tidy(() => {
    const attrs = [attr.type('T', 'float32'), attr.bool('full_matrices', false)];
    const [q, r] = library.executeMultipleOutputs('Qr', attrs, [matrix], 2) as [tf.Tensor2D, tf.Tensor2D];
    const diagonal = r.mul(tf.eye(r.shape[0])).sum(0);
    return q.mul<tf.Tensor2D>(diagonal.sign());
  });
}

/** The same in plain JavaScript, by Householder's reflections (1958). */
function householder(matrix: tf.Tensor2D): tf.Tensor2D {
  const [rows, columns] = matrix.shape;
  const r = Float64Array.from(matrix.dataSync());
  const q = new Float64Array(rows * columns);
  for (let i = 0; i < columns; i++) q[i * columns + i] = 1;
  const signs: number[] = [];
  const normals: Float64Array[] = [];
  for (let k = 0; k < columns; k++) {
    const normal = new Float64Array(rows);
    for (let i = k; i < rows; i++) normal[i] = r[i * columns + k] as number;
    const head = normal[k] as number;
    const length = Math.hypot(...normal);
    normal[k] = head + (head < 0 ? -length : length);
    signs.push(head < 0 ? 1 : -1);
    normals.push(normal);
    reflect(r, columns, normal);
  }
  for (const normal of normals.reverse()) reflect(q, columns, normal);
  return tf.tensor2d(
    Float32Array.from(q, (value, i) => value * (signs[i % columns] as number)),
    [rows, columns],
  );
}

/** Mirrors every column of a matrix in the plane through 0 with the given normal. */
function reflect(matrix: Float64Array, columns: number, normal: Float64Array): void {
  const square = normal.reduce((sum, value) => sum + value * value, 0);
  if (square === 0) return;
  for (let j = 0; j < columns; j++) {
    let dot = 0;
    for (let i = 0; i < normal.length; i++) dot += (normal[i] as number) * (matrix[i * columns + j] as number);
    const factor = (2 * dot) / square;
    for (let i = 0; i < normal.length; i++) {
      matrix[i * columns + j] = (matrix[i * columns + j] as number) - factor * (normal[i] as number);
    }
  }
}
