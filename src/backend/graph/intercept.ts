import type { NativeBackend, NativeBinding, NativeTensor, OpAttr } from '../binding';

/** What is told of all that a backend does, and may stand in for it. */
export interface Listener {
  /** A tensor is passed to an operation, under its number. */
  passed(id: number, tensor: Parameters<NativeBackend['getInputTensorIds']>[0][number]): void;
  created(id: number, shape: number[], dtype: number, values: ArrayBufferView): void;
  /** A tensor is not needed any more; it is still there. */
  deleted(id: number): void;
  execute(op: string, attrs: OpAttr[], ids: number[], count: number): NativeTensor[];
  /** Values are read on the JavaScript side; throws where that must not happen. */
  reads(): void;
  /** Values of this place are read, where the addon need not be asked for them. */
  readsPlace(dataId: object): void;
  /** Values are asked for and waited for; returns whether they will come. */
  readsLater(): boolean;
  runsGraph(): void;
  drawsRandomNumber(): void;
}

/** Lets a listener stand between a backend and its binding, and between everybody and `Math.random`; returns how to undo it. */
export function intercept(backend: NativeBackend, listener: Listener): () => void {
  const { binding, getInputTensorIds, read, readSync } = backend;
  const { random } = Math;
  backend.binding = wrap(binding, listener);
  backend.getInputTensorIds = (tensors): number[] => {
    const ids = getInputTensorIds.call(backend, tensors);
    tensors.forEach((tensor, i) => {
      listener.passed(ids[i] as number, tensor);
    });
    return ids;
  };
  // Without an answer it never settles: what waits for it must neither run on the numbers of a recording, nor fail.
  backend.read = (dataId) => (listener.readsLater() ? read.call(backend, dataId) : new Promise(() => {}));
  backend.readSync = (dataId) => {
    listener.readsPlace(dataId);
    return readSync.call(backend, dataId);
  };
  Math.random = () => {
    listener.drawsRandomNumber();
    return random();
  };
  return () => {
    backend.binding = binding;
    backend.getInputTensorIds = getInputTensorIds;
    Reflect.deleteProperty(backend, 'read');
    Reflect.deleteProperty(backend, 'readSync');
    Math.random = random;
  };
}

/** A binding that tells the listener first; results are real, deletions wait. */
function wrap(binding: NativeBinding, listener: Listener): NativeBinding {
  return {
    ...binding,
    createTensor: (shape, dtype, values) => {
      const id = binding.createTensor(shape, dtype, values);
      listener.created(id, shape, dtype, values as unknown as ArrayBufferView);
      return id;
    },
    deleteTensor: (id: number) => listener.deleted(id),
    tensorDataSync: (id: number) => {
      listener.reads();
      return binding.tensorDataSync(id);
    },
    runSavedModel: (...args: Parameters<NativeBinding['runSavedModel']>) => {
      listener.runsGraph();
      return binding.runSavedModel(...args);
    },
    executeOp: (op: string, attrs: OpAttr[], ids: number[], count: number) => listener.execute(op, attrs, ids, count),
  };
}
