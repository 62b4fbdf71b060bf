export { generalize, isSameGraph } from './generalize';
export { Unrecordable } from './node';
export { record, recordLive } from './record';
export { aliasOf, type Recording } from './recording';
export { canRunGraphs, GraphSession, type SessionFunction } from './session';
