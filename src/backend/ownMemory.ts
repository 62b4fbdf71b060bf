import type { NativeBinding } from './binding';

/** Arrays of at most this many bytes are copied by way of one buffer, which is kept. */
const KEPT_BYTES = 1 << 20;
const TYPED_ARRAYS: Record<string, Float32ArrayConstructor | Int32ArrayConstructor | Uint8ArrayConstructor> = {
  Float32Array,
  Int32Array,
  Uint8Array,
};

let kept: ArrayBuffer | undefined;

/**
 * The addon, with tensors that always own their memory.
 *
 * Where an array happens to lie as TensorFlow wants it, the addon lends its memory to the tensor, and lets V8 know
 * when the tensor is freed. But a session frees the old values of variables on its own threads, several at once, and
 * V8's references can be changed on one thread only: the process ends with a broken heap. An array that lies
 * otherwise is copied, there and then. So what is handed over here never lies as TensorFlow wants it.
 */
export function withOwnMemory(binding: NativeBinding): NativeBinding {
  const createTensor: NativeBinding['createTensor'] = (shape, dtype, values) =>
    binding.createTensor(shape, dtype, isShareable(values) ? unaligned(values) : values);
  // The addon's own properties can be neither changed nor listed by a spread.
  const own = Object.getOwnPropertyNames(binding).map((name) => [name, Reflect.get(binding, name)]);
  return { ...Object.fromEntries(own), createTensor } as NativeBinding;
}

type Shareable = Float32Array | Int32Array | Uint8Array;

function isShareable(values: unknown): values is Shareable {
  return ArrayBuffer.isView(values) && TYPED_ARRAYS[tag(values)] !== undefined;
}

/** Name of the class of a typed array, also where it is of another realm. */
function tag(values: ArrayBufferView): string {
  return (values as unknown as Record<symbol, string>)[Symbol.toStringTag] ?? '';
}

/** A copy whose address is one element past that of a buffer, and so no multiple of 16 bytes. */
function unaligned(values: Shareable): Shareable {
  const bytes = values.byteLength + values.BYTES_PER_ELEMENT;
  if (bytes <= KEPT_BYTES) kept ??= new ArrayBuffer(KEPT_BYTES);
  const buffer = bytes <= KEPT_BYTES ? (kept as ArrayBuffer) : new ArrayBuffer(bytes);
  const TypedArray = TYPED_ARRAYS[tag(values)] as Float32ArrayConstructor;
  const copy = new TypedArray(buffer, values.BYTES_PER_ELEMENT, values.length);
  copy.set(values);
  return copy;
}
