import { Callable, classNameOf } from './callable';
import { formatValue } from './errors';
import { type AnySignature, toSnakeCase } from './options';
import { type Config, constructFromConfig, serializeValue } from './registry';

type AnyClass = abstract new (...args: never[]) => object;

/** Required arguments, then those with defaults as the defaults have them. */
function keysOf({ positional, defaults }: AnySignature): string[] {
  return [...positional.filter((name) => !(name in defaults)), ...Object.keys(defaults)];
}

/**
 * An object that is called like a function and has a config: an initializer, a regularizer, a constraint, a loss, a
 * metric. The config holds the arguments that it was made with, under Keras's names, and makes the same object again.
 */
export abstract class KerasObject extends Callable {
  static readonly className: string = 'KerasObject';
  /** The module of Keras that the class lives in. */
  static readonly module: string = 'keras';
  /** Names and defaults of the arguments. */
  static readonly signature: AnySignature | undefined;
  /** The arguments in the config, in Keras's order. Default: all of the signature. */
  static readonly configKeys: readonly string[] | undefined;

  /** Makes an object from what `getConfig` returned. */
  static fromConfig<C extends AnyClass>(this: C, config: Config): InstanceType<C> {
    return constructFromConfig<InstanceType<C>>(this, config);
  }

  /** Keras's config: snake_case keys, JSON values. `fromConfig` makes the same object from it, without any state. */
  getConfig(): Config {
    const { configKeys, signature } = this.constructor as typeof KerasObject;
    const keys = configKeys ?? (signature ? keysOf(signature) : []);
    return Object.fromEntries(keys.map((key) => [toSnakeCase(key), serializeValue(this.configValue(key))]));
  }

  /** An argument as it was given. Default: the field of its name. */
  protected configValue(key: string): unknown {
    return Reflect.get(this, key);
  }

  /** `{ className, config }`, so that `JSON.stringify` shows the object. */
  toJSON(): unknown {
    return { className: classNameOf(this.constructor as typeof KerasObject), config: this.getConfig() };
  }

  override toString(): string {
    return `<${classNameOf(this.constructor as typeof KerasObject)} ${formatValue(this.getConfig())}>`;
  }
}
