/**
 * Names that strings may have besides Keras's: those of what you registered. Declare them, and editors complete them:
 *
 * ```ts
 * declare module 'keras-ts' {
 *   interface CustomNames { activations: 'mine' | 'other' }
 * }
 * ```
 *
 * The keys are the modules: `activations`, `constraints`, `initializers`, `losses`, `metrics`, `optimizers`,
 * `regularizers`. The full name, as in `'package>mine'`, needs no declaration.
 */
// biome-ignore lint/suspicious/noEmptyInterface: programs add to it
export interface CustomNames {}

/** Names that a program has registered for what is in one of Keras's modules. */
export type CustomName<Module extends string> =
  | (CustomNames extends { readonly [M in Module]: infer Name extends string } ? Name : never)
  | `${string}>${string}`;
