/** What must work on every Node: both kinds of modules, and the README's first script, on few digits. */
import { createRequire } from 'node:module';
import * as imported from 'keras-ts';
import * as importedLayers from 'keras-ts/layers';

const DIGITS = 1000;
const LEAST_ACCURACY = 0.6;

const require = createRequire(import.meta.url);
const { Sequential, backend, datasets, layers, utils } = require('keras-ts');
if (imported.Sequential !== Sequential || importedLayers.Dense !== layers.Dense) {
  throw new Error('import and require give different modules');
}

utils.setRandomSeed(1);
const { train, test } = await datasets.mnist.loadData();
const model = Sequential([
  layers.Input({ shape: [28, 28, 1] }),
  layers.Rescaling(1 / 255),
  layers.Conv2D(10, { kernelSize: 3, activation: 'relu' }),
  layers.Flatten(),
  layers.Dense(10, { activation: 'softmax' }),
]);
model.compile({ optimizer: 'adam', loss: 'categorical_crossentropy', metrics: ['accuracy'] });
const some = (tensor) => tensor.slice(0, DIGITS);
const { history } = await model.fit(some(train.x), utils.toCategorical(some(train.y)), { epochs: 3, verbose: 0 });
const [, accuracy] = await model.evaluate(test.x, utils.toCategorical(test.y), { verbose: 0 });
if (!(history.loss[2] < history.loss[0] && accuracy > LEAST_ACCURACY)) {
  throw new Error(
    `losses ${history.loss.join(', ')}, accuracy ${accuracy}, where above ${LEAST_ACCURACY} was expected`,
  );
}
console.log(`Node ${process.version}, ${backend()}: ${Math.round(accuracy * 100)} % of ${test.x.shape[0]} digits`);
