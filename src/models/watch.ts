import type { Layer } from '../layers/layer';
import type { Trainer } from './trainer';

/** Fields that change without a recorded step being wrong. */
const VOLATILE: ReadonlySet<string> = new Set([
  ...['stopTraining', 'stopEvaluating', 'stopPredicting', 'history', 'built', 'builtShape', 'inboundNodes'],
]);

/**
 * Remembers the options of everything that a recorded step is made of: the fields of layers, optimizer, losses and
 * metrics, and which weights train. A recorded step holds while none of them has another value.
 */
export class Watch {
  readonly #entries: (readonly [object: object, key: string, value: unknown])[] = [];

  constructor(model: Trainer) {
    const layers: Layer[] = model.flattenLayers();
    for (const layer of layers) {
      this.#note(layer);
      this.#entries.push([layer, 'trainable', layer.trainable]);
    }
    for (const weight of model.weights) this.#entries.push([weight, 'trainable', weight.trainable]);
    if (!model.compiled) return;
    const { optimizer, compileLoss, compileMetrics, metrics } = model.compilation;
    for (const part of [optimizer, compileLoss, compileMetrics, ...metrics]) {
      if (part) this.#note(part);
    }
  }

  #note(object: object): void {
    for (const key of Object.keys(object)) {
      if (!VOLATILE.has(key)) this.#entries.push([object, key, Reflect.get(object, key)]);
    }
  }

  /** Whether anything has another value now. */
  get changed(): boolean {
    for (const [object, key, value] of this.#entries) {
      if (!Object.is((object as Record<string, unknown>)[key], value)) return true;
    }
    return false;
  }
}
