/** The host where there is no Node: a browser, or a worker of one. It has a console, and nothing else is asked of it. */
import type { Host } from './host';

export const host: Host = {
  env: () => undefined,
  output: undefined,
  isNotebook: false,
  print: (text) => console.log(text.replace(/\n$/, '')),
  tell: (line) => console.warn(line),
  warn: (message) => console.warn(message),
  contextStore: () => undefined,
  files: undefined,
  packages: undefined,
};
