/** Programs for test/consumer/types.test.ts. */

/** What all of them begin with. */
export const HEAD = `
import keras, {
  activations, callbacks, type CompileOptions, type DataInput, type FitOptions, Input, type InputSpec, Layer, layers, losses,
  metrics, Model, optimizers, saving, type Scores, Sequential, type StepData, type StepLogs, tf,
} from 'keras-ts';
declare module 'keras-ts' {
  interface CustomNames { activations: 'mine' }
}
const x = Input({ shape: [3] });
const model = Sequential([x, layers.Dense(1)]);
const two = Model({ inputs: x, outputs: [layers.Dense(1)(x), layers.Dense(2)(x)] });
const xs = tf.zeros([2, 3]);
const ys = tf.zeros([2, 1]);
function* data() { while (true) yield [xs, ys]; }
type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function same<A, B>(_equal: Equal<A, B>): void {}
`;

/** What compiles, with the types that come out. */
export const PROGRAM = `
class Halves extends Layer {
  override call(x: tf.Tensor): [tf.Tensor, tf.Tensor] { return [x.mul(0.5), x.mul(0.5)]; }
}
class Named extends Layer {
  override call(x: tf.Tensor) { return { sum: x.sum(), kept: x }; }
}
class Scale extends Layer {
  override build(shape: (number | null)[]) { this.addWeight({ shape: [shape.at(-1)!] }); }
  override call(x: tf.Tensor) { return x.mul(2); }
  override computeOutputShape(shape: readonly (number | null)[]) { return shape; }
}
class Steps extends Model {
  inner = layers.Dense(1);
  override call(x: tf.Tensor) { return { first: this.inner(x), all: [x] }; }
  override trainStep({ x, y }: StepData): StepLogs {
    const yPred = this(x, { training: true });
    this.computeLoss(x, y, yPred);
    return { mine: this.inner(x as tf.Tensor).mean() };
  }
}
class Note extends callbacks.Callback {
  override onEpochEnd(_epoch: number, logs: callbacks.MetricLogs) {
    const running: Model = this.model;
    if (logs.loss < 0.1) running.stopTraining = true;
    this.model.predict(xs);
  }
}
async function calls() {
  const [a, b] = new Halves()(x);
  layers.Dense(1)(a); layers.concatenate([a, b]).shape;
  same<typeof a, layers.SymbolicTensor>(true);
  const { sum, kept } = new Named()(xs);
  sum.print();
  same<typeof kept, tf.Tensor>(true);
  const halves = new Halves(); halves(x);
  const [left] = halves.output;
  left.shape;
  layers.Dense(1)(model.getLayer('dense').output).shape;
  Model({ inputs: model.input, outputs: model.layers.map((layer) => layer.output) });
  const stack: Layer[] = [layers.Dense(1), new Halves(), layers.Add()];
  Sequential([Input([3]), new Scale(), ...stack]);
  let h = x;
  for (const layer of [layers.Dense(1), layers.Flatten()]) h = layer(h);
  const [p, q] = await two.predict(xs);
  same<typeof q, tf.Tensor>(true);
  tf.dispose(await two.predict(xs)); p.dataSync();
  const named = Model({ inputs: x, outputs: { a: h, b: x } });
  (await named.predict([[1, 2, 3]])).b.print();
  const [ta] = two(xs); ta.print();
  const [sa] = two(x); sa.shape;
  const any: Model = two;
  (await any.predict(xs)).print(); (await model.predict(xs)).print();
  (await new Steps().predict(xs)).all[0]!.print();
  const single = Model({ inputs: x, outputs: [h] });
  (await single.predict(xs)).print();
  model.compile({ optimizer: 'adam', loss: 'mse', metrics: ['accuracy', metrics.F1Score(), 'mine>score'] });
  model.compile('sgd', losses.MeanSquaredError(), ['mae']);
  model.compile(optimizers.Adam(0.1), null, { runEagerly: true });
  two.compile({ loss: { a: 'mse', b: null }, lossWeights: [1, 0.5], metrics: [['mae'], []] });
  await model.fit(xs, ys, { epochs: 2, validationData: [xs, ys], callbacks: [new Note(), { onEpochEnd(_, logs) { logs.loss; } }] });
  await model.fit(data(), { stepsPerEpoch: 2, validationData: data() });
  await model.fit([[1, 2, 3]], [[1]]); await model.fit({ a: xs }, { b: ys }); await model.fit([xs, xs], null);
  await model.fit({ data: new Float32Array(6), shape: [2, 3] }, new Float32Array(2));
  await model.fit(new Map<string, DataInput[]>().values());
  const loss: number = await model.evaluate(xs, ys);
  const [first, accuracy] = await model.evaluate(xs, ys);
  same<typeof first, number>(true);
  accuracy.toFixed(2);
  const parts: number[] = Array.isArray(accuracy) ? accuracy : [accuracy];
  const record = await model.evaluate(data(), { steps: 1, returnDict: true });
  const byName: number = record.loss + (record['accuracy'] ?? 0);
  const f1: number | number[] | undefined = record['f1_score'];
  const scores: Scores = model.trainOnBatch(xs, ys);
  const onBatch: number = model.testOnBatch(xs, ys, { returnDict: true }).loss;
  layers.Dense(2, { activation: 'mine' }); layers.Dense(2, { activation: 'my>wave' }); layers.Dense(2, { activation: activations.relu });
  new layers.Dense({ units: 3, kernelInitializer: 'he_normal', kernelRegularizer: 'l2' });
  new layers.Dense(3)(x, { training: true });
  keras.layers.Dense(1); keras.tf.tensor([1]).add(1);
  const spec: InputSpec = { ndim: 2 }; const options: CompileOptions & FitOptions = {};
  return [loss, parts, byName, f1, scores, onBatch, spec, options, keras.utils, saving];
}
void calls;
`;

/** What does not compile, and what must be said of it. */
export const REFUSED: readonly (readonly [code: string, message: string])[] = [
  ["model.compile({ optimzer: 'adam' })", "Did you mean to write 'optimizer'?"],
  ["model.compile({ optimizer: 'addam' })", `Did you mean '"adam"'?`],
  ["model.compile({ loss: 'msee' })", `Did you mean '"mse"'?`],
  ["model.compile({ metrics: ['acuracy'] })", 'acuracy'],
  ["model.compile('addam', 'mse')", 'addam'],
  ['model.fit(xs, ys, { epohcs: 3 })', "Did you mean to write 'epochs'?"],
  ['model.fit(data(), { epohcs: 3 })', "Did you mean to write 'epochs'?"],
  ["model.fit('abc')", "Argument of type 'string'"],
  ['model.fit(3, ys)', "Argument of type 'number'"],
  ['model.fit(new Date(), ys)', "'Date'"],
  ['model.evaluate(xs, ys, { returnDcit: true })', "Did you mean to write 'returnDict'?"],
  ['model.predict(xs, { batchsize: 3 })', "Did you mean to write 'batchSize'?"],
  ['two.predict(xs).then((y) => y.print())', "Property 'print' does not exist"],
  ["layers.Dense(3, { activaton: 'relu' })", "Did you mean to write 'activation'?"],
  ["layers.Dense(3, { activation: 'rellu' })", `Did you mean '"relu"'?`],
  ["layers.Dense({ units: 3, kernelInitializer: 'glorot_unifrom' })", 'glorot_unifrom'],
  ["layers.Dense('3')", 'DenseArguments'],
  ["layers.Conv2D(3, 3, { padding: 'sam' })", `Did you mean '"same"'?`],
  ['new layers.Dense(3)(x, { trainng: true })', 'No overload matches'],
  ['Model({ inputs: x, output: x })', "Did you mean to write 'outputs'?"],
  ['optimizers.Adam({ learningrate: 1 })', "Did you mean to write 'learningRate'?"],
  ["callbacks.EarlyStopping({ monitr: 'loss' })", "Did you mean to write 'monitor'?"],
];

/** The names of activations that Keras has. */
export const ACTIVATION_NAMES: readonly string[] = (
  'celu elu exponential gelu glu hard_shrink hard_sigmoid hard_silu hard_swish hard_tanh leaky_relu linear log_sigmoid ' +
  'log_softmax mish relu relu6 selu sigmoid silu soft_shrink softmax softplus softsign sparse_plus sparse_sigmoid ' +
  'sparsemax squareplus swish tanh tanh_shrink threshold'
).split(' ');

/** The options of fit. */
export const FIT_KEYS: readonly string[] = (
  'batchSize callbacks classWeight epochs initialEpoch sampleWeight shuffle stepsPerEpoch validationBatchSize ' +
  'validationData validationFreq validationSplit validationSteps verbose'
).split(' ');

/** The members of a Sequential. */
export const MODEL_MEMBERS: readonly string[] = (
  'activityRegularizer add addLoss addWeight build buildFromConfig built call className compile compileFromConfig ' +
  'compiled computeGradients computeLoss computeMask computeMetrics computeOutputDtype computeOutputShape ' +
  'computeOutputSpec countParams dispose dtype dtypePolicy evaluate fit getBuildConfig getCompileConfig getConfig ' +
  'getLayer getMetricsResult getWeights history input inputNames inputShape inputSpec inputs isDisposed layers ' +
  'loadWeights loss losses metrics metricsNames name nonTrainableWeights optimizer output outputNames outputShape ' +
  'outputs pop predict predictOnBatch predictStep resetMetrics runEagerly save saveWeights setWeights ' +
  'stopEvaluating stopPredicting stopTraining summary supportsMasking testOnBatch testStep toJSON toJson toString ' +
  'trainOnBatch trainStep trainable trainableWeights weights'
).split(' ');
