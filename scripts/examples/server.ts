/**
 * A model that answers over HTTP. `npx tsx scripts/examples/server.ts` trains one that reads digits; then
 * POST `{ "x": [picture, ...] }` to http://127.0.0.1:8000/, each picture 28 rows of 28 numbers from 0 to 255.
 */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { Tensor } from '@tensorflow/tfjs-core';
import { datasets, layers, type Model, Sequential } from 'keras-ts';

const MAX_LENGTH = 1e6;

async function predict(model: Model, request: IncomingMessage): Promise<object> {
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) {
    body += chunk;
    if (body.length > MAX_LENGTH) throw new Error(`expected a body of at most ${MAX_LENGTH} characters`);
  }
  const result = (await model.predict(JSON.parse(body).x, { verbose: 0 })) as Tensor;
  return { predictions: await result.array().finally(() => result.dispose()) }; // what `predict` gives is ours to free
}

/** Serves a model with one output: many requests at once. */
export function serve(model: Model): Server {
  return createServer(async (request, response) => {
    const answer = await predict(model, request).catch((error: Error) => ({ error: error.message }));
    response.writeHead('error' in answer ? 400 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer));
  });
}

async function main(): Promise<void> {
  const { train } = await datasets.mnist.loadData();
  const digits = layers.Dense(10, { activation: 'softmax' });
  const model = Sequential([layers.Input({ shape: [28, 28] }), layers.Rescaling(1 / 255), layers.Flatten(), digits]);
  model.compile({ optimizer: 'adam', loss: 'sparse_categorical_crossentropy', metrics: ['accuracy'] });
  await model.fit(train.x, train.y, { epochs: 2 });
  serve(model).listen(8000, '127.0.0.1', () => console.log('http://127.0.0.1:8000/'));
}

if (require.main === module) void main();
