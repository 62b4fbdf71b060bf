export { generalize, isSameGraph } from './generalize';
export { Unrecordable } from './node';
export { activeRecorder, type Recording, record } from './record';
export { canRunGraphs, GraphSession, type SessionFunction } from './session';
