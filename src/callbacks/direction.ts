/** Whether a metric gets better by going up or down. */
export type Direction = 'up' | 'down';

const UP = [
  ...['AUC', 'Accuracy', 'BinaryAccuracy', 'BinaryIoU', 'CategoricalAccuracy', 'ConcordanceCorrelation'],
  ...['CosineSimilarity', 'F1Score', 'FBetaScore', 'IoU', 'MeanIoU', 'OneHotIoU', 'OneHotMeanIoU'],
  ...['PearsonCorrelation', 'Precision', 'PrecisionAtRecall', 'R2Score', 'Recall', 'RecallAtPrecision'],
  ...['SensitivityAtSpecificity', 'SparseCategoricalAccuracy', 'SparseTopKCategoricalAccuracy'],
  ...['SpecificityAtSensitivity', 'TopKCategoricalAccuracy'],
];
const DOWN = [
  ...['BinaryCrossentropy', 'CategoricalCrossentropy', 'CategoricalHinge', 'Hinge', 'KLDivergence', 'LogCoshError'],
  ...['MeanAbsoluteError', 'MeanAbsolutePercentageError', 'MeanSquaredError', 'MeanSquaredLogarithmicError'],
  ...['Poisson', 'RootMeanSquaredError', 'SparseCategoricalCrossentropy', 'SquaredHinge'],
];

/** The direction of a metric: what it says itself, as `direction`, or what its Keras class is known for. */
export function directionOf(metric: object): Direction | undefined {
  const own: unknown = Reflect.get(metric, 'direction');
  if (own === 'up' || own === 'down') return own;
  const { className = '' } = metric.constructor as { className?: string };
  if (UP.includes(className)) return 'up';
  return DOWN.includes(className) ? 'down' : undefined;
}
