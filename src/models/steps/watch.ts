import * as tf from '@tensorflow/tfjs';
import { isPlainObject } from '../../base/options';
import { isLayer } from '../../layers/layer';
import type { Trainable } from '../trainable';

/** Fields that change without a recorded step being wrong. */
const VOLATILE: ReadonlySet<string> = new Set([
  ...['stopTraining', 'stopEvaluating', 'stopPredicting', 'history', 'built', 'builtShape', 'inboundNodes'],
]);
/** Longer lists are data, and not options. */
const LONGEST_LIST = 100;

interface Entry {
  readonly object: object;
  readonly key: string;
  readonly value: unknown;
  /** The layer, optimizer, loss or metric, for messages. */
  readonly owner: string;
}

/**
 * Remembers the options of everything that a recorded step is made of: the fields of layers, optimizer, losses and
 * metrics, with the lists, records, regularizers and the like in them, and which weights train. A recorded step holds
 * while none of them has another value.
 */
export class Watch {
  readonly #entries: Entry[] = [];
  readonly #noted = new Set<object>();

  /** @param parts what to watch: everything, or the fields of the model and of those layers that are built. */
  constructor(model: Trainable, parts: 'all' | 'built layers' = 'all') {
    for (const layer of model.flattenLayers()) {
      if (parts === 'built layers' && !layer.built && layer !== model) continue;
      this.#noteFields(layer, layer.label);
      this.#note(layer, 'trainable', layer.label);
    }
    if (parts === 'built layers') return;
    for (const weight of model.weights) {
      for (const key of ['trainable', 'regularizer', 'constraint']) this.#note(weight, key, `weight '${weight.path}'`);
    }
    if (!model.compiled) return;
    const { optimizer, compileLoss, compileMetrics, metrics } = model.compilation;
    this.#note(optimizer, 'schedule', optimizer.className);
    for (const part of [optimizer, compileLoss, compileMetrics, ...metrics]) {
      if (part) this.#noteFields(part, `'${part.name}'`);
    }
    if (optimizer.schedule) this.#noteFields(optimizer.schedule, optimizer.className);
  }

  #note(object: object, key: string, owner: string): void {
    const value: unknown = Reflect.get(object, key);
    this.#entries.push({ object, key, value, owner });
    if (isPartOfOptions(value)) this.#noteFields(value, owner);
  }

  #noteFields(object: object, owner: string): void {
    if (this.#noted.has(object)) return;
    this.#noted.add(object);
    if (Array.isArray(object)) this.#note(object, 'length', owner);
    for (const key of Object.keys(object)) if (!VOLATILE.has(key)) this.#note(object, key, owner);
  }

  /** A field that has another value now, for messages; `undefined` where there is none. */
  get changed(): string | undefined {
    for (const { object, key, value, owner } of this.#entries) {
      if (!Object.is((object as Record<string, unknown>)[key], value)) return `'${key}' of ${owner}`;
    }
    return undefined;
  }

  /** Puts everything back, but for tensors that are disposed; or just numbers, such as counters. */
  restore(what: 'all' | 'numbers' = 'all'): void {
    for (const { object, key, value } of this.#entries) {
      const now: unknown = Reflect.get(object, key);
      const isWanted = what === 'all' || (typeof value === 'number' && typeof now === 'number');
      if (!isWanted || Object.is(now, value)) continue;
      if (!(value instanceof tf.Tensor && value.isDisposed)) Reflect.set(object, key, value);
    }
  }
}

/** Whether a value is made of options itself: a list, a record, or a callable object such as a regularizer. */
function isPartOfOptions(value: unknown): value is object {
  if (Array.isArray(value)) return value.length <= LONGEST_LIST;
  return isPlainObject(value) || (typeof value === 'function' && !isLayer(value));
}
