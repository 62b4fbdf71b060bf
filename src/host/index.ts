/**
 * Where the library runs. It has two halves, `node.ts` and `default.ts`; package.json's `imports` say which of them
 * `#host` is, and only this file asks for it.
 */
import { host as half } from '#host';
import type { Host } from './host';

export type { ContextStore, Files, Host, Output, PackageName, Packages } from './host';

export const host: Host = half;
