/** The example of a server, asked by many clients at once. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as tf from '@tensorflow/tfjs-core';
import { serve } from '../../scripts/examples/server';
import { layers, Sequential } from '../../src';

const CLIENTS = 50;
const model = Sequential([layers.Input({ shape: [3] }), layers.Dense(2)]);
let server: Server;

beforeAll(async () => {
  model.setWeights([
    [
      [1, 0],
      [2, 0],
      [3, -1],
    ],
    [0, 10],
  ]);
  server = serve(model);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

async function post(body: string): Promise<{ status: number; answer: unknown }> {
  const { port } = server.address() as AddressInfo;
  const response = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body });
  return { status: response.status, answer: await response.json() };
}

test('50 clients at once each get their own answer, and no tensor stays', async () => {
  await post('{ "x": [[0, 0, 0]] }');
  const before = tf.memory().numTensors;
  const clients = Array.from({ length: CLIENTS }, async (_, i) => {
    for (const n of [i, i + 100]) {
      const rows = [[n, 0, 1], ...(n % 2 ? [[0, n, 0]] : [])];
      const expected = [[n + 3, 9], ...(n % 2 ? [[2 * n, 10]] : [])];
      expect(await post(JSON.stringify({ x: rows }))).toEqual({ status: 200, answer: { predictions: expected } });
    }
  });
  await Promise.all(clients);
  expect(tf.memory().numTensors).toBe(before);
});

test.each([
  ['no JSON', '{', /JSON/],
  ['nothing to predict', '{}', /predict/],
  ['nothing at all', 'null', /null/],
  ['another shape', '{ "x": [[1, 2]] }', /shape/i],
  ['ragged rows', '{ "x": [[1, 2, 3], [1]] }', /./],
  ['too much', `{ "x": [${'[1, 2, 3],'.repeat(1e5)}[1, 2, 3]] }`, /at most 1000000 characters/],
])('%s is answered with 400 and a reason', async (_, body, reason) => {
  const before = tf.memory().numTensors;
  expect(await post(body)).toEqual({ status: 400, answer: { error: expect.stringMatching(reason) } });
  expect(tf.memory().numTensors).toBe(before);
});
