import * as tf from '@tensorflow/tfjs-core';
import { isPlainObject } from '../../base/options';
import { isLayer } from '../../layers/layer';
import type { Trainable } from '../trainable';

/** Fields that change without a recorded step being wrong. */
const VOLATILE: ReadonlySet<string> = new Set([
  ...['stopTraining', 'stopEvaluating', 'stopPredicting', 'history', 'built', 'builtShape', 'inboundNodes'],
]);
/** Longer lists are data, and not options. */
const LONGEST_LIST = 100;

/** A value as it was, in a field, a list, a Map or a Set. */
interface Entry {
  readonly key: string;
  readonly value: unknown;
  /** The layer, optimizer, loss or metric, for messages. */
  readonly owner: string;
  read(): unknown;
  write(value: unknown): void;
}

/**
 * Remembers the options of everything that a recorded step is made of: the fields of layers, optimizer, losses and
 * metrics, with the lists, records, Maps, Sets, regularizers and the like in them, and which weights train. A recorded
 * step holds while none of them has another value.
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
    const { optimizer, compileLoss, compileMetrics } = model.compilation;
    this.#note(optimizer, 'schedule', optimizer.className);
    const metrics = [...model.compilation.metrics, ...(compileMetrics?.metrics ?? []), ...model.metrics];
    for (const part of [optimizer, compileLoss, ...metrics]) {
      if (part) this.#noteFields(part, `'${part.name}'`);
    }
    if (optimizer.schedule) this.#noteFields(optimizer.schedule, optimizer.className);
  }

  #note(object: object, key: string, owner: string): void {
    const read = (): unknown => Reflect.get(object, key);
    this.#add({ key, value: read(), owner, read, write: (value) => void Reflect.set(object, key, value) });
  }

  #add(entry: Entry): void {
    this.#entries.push(entry);
    if (isPartOfOptions(entry.value)) this.#noteFields(entry.value, entry.owner);
  }

  #noteFields(object: object, owner: string): void {
    if (this.#noted.has(object)) return;
    this.#noted.add(object);
    if (object instanceof Map) this.#noteMap(object, owner);
    if (object instanceof Set) this.#noteSet(object, owner);
    if (Array.isArray(object)) this.#note(object, 'length', owner);
    for (const key of Object.keys(object)) if (!VOLATILE.has(key)) this.#note(object, key, owner);
  }

  #noteMap(map: Map<unknown, unknown>, owner: string): void {
    this.#noteSize(map, owner);
    for (const [key, value] of map) {
      this.#add({ key: String(key), value, owner, read: () => map.get(key), write: (old) => void map.set(key, old) });
    }
  }

  #noteSet(set: Set<unknown>, owner: string): void {
    this.#noteSize(set, owner);
    for (const item of set) {
      this.#entries.push({
        key: 'size',
        value: true,
        owner,
        read: () => set.has(item),
        write: () => void set.add(item),
      });
      if (isPartOfOptions(item)) this.#noteFields(item, owner);
    }
  }

  /** Notes that there are no other keys than now. */
  #noteSize(collection: Map<unknown, unknown> | Set<unknown>, owner: string): void {
    const keys = new Set(collection.keys());
    const added = (): unknown[] => [...collection.keys()].filter((key) => !keys.has(key));
    const write = (): void => {
      for (const key of added()) collection.delete(key);
    };
    this.#entries.push({ key: 'size', value: 0, owner, read: () => added().length, write });
  }

  /** A field that has another value now, for messages; `undefined` where there is none. */
  get changed(): string | undefined {
    const changed = this.#entries.find(({ read, value }) => !Object.is(read(), value));
    return changed && `'${changed.key}' of ${changed.owner}`;
  }

  /** Puts everything back, but for tensors that are disposed; or just numbers, such as counters. */
  restore(what: 'all' | 'numbers' = 'all'): void {
    for (const { value, read, write } of this.#entries) {
      const now = read();
      const isWanted = what === 'all' || (typeof value === 'number' && typeof now === 'number');
      if (!isWanted || Object.is(now, value)) continue;
      if (!(value instanceof tf.Tensor && value.isDisposed)) write(value);
    }
  }
}

/** Whether a value is made of options itself: a list, record, Map or Set, or a callable object such as a regularizer. */
function isPartOfOptions(value: unknown): value is object {
  if (Array.isArray(value)) return value.length <= LONGEST_LIST;
  if (value instanceof Map || value instanceof Set) return value.size <= LONGEST_LIST;
  return isPlainObject(value) || (typeof value === 'function' && !isLayer(value));
}
