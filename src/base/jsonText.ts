/** Keys whose values are floats in Keras, where Python would make a whole number of a whole number in JSON. */
const FLOATS: ReadonlySet<string> = new Set([
  ...['learning_rate', 'initial_learning_rate', 'end_learning_rate', 'warmup_target', 'values', 'decay_rate', 'power'],
  ...['alpha', 't_mul', 'm_mul', 'momentum', 'rho', 'beta_1', 'beta_2', 'epsilon', 'ema_momentum', 'weight_decay'],
  ...['clipnorm', 'clipvalue', 'global_clipnorm', 'loss_scale_factor', 'initial_scale', 'initial_accumulator_value'],
  ...['rate', 'stddev', 'mean', 'minval', 'maxval', 'gain', 'l1', 'l2', 'factor', 'label_smoothing', 'delta', 'gamma'],
  ...['negative_slope', 'max_value', 'min_value', 'threshold', 'scale', 'offset'],
]);
const MARK = '\u0000float:';

/** The text of a config as JSON, for Python to read: `1` is written `1.0` where Keras expects a float. */
export function jsonText(config: unknown, indent?: number): string {
  const marked = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(marked);
    return typeof value === 'number' && Number.isInteger(value) ? `${MARK}${value}` : value;
  };
  const text = JSON.stringify(config, (key, value) => (FLOATS.has(key) ? marked(value) : value), indent);
  return text.replace(/"\\u0000float:(-?\d+(?:e[+-]?\d+)?)"/g, (_, digits: string) =>
    digits.includes('e') ? digits : `${digits}.0`,
  );
}
