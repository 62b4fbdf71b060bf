/** Seeded changes of a `.keras` file, as damage or a stranger would make them. */
import { readZip, writeZip } from '../../src/base/zip';

/** Numbers below `n` that a seed decides. */
function randomOf(seed: number): (n: number) => number {
  let state = (seed * 2654435761 + 1) >>> 0;
  return (n) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
}

type Members = Map<string, Uint8Array>;

function membersOf(bytes: Uint8Array): Members {
  return new Map([...readZip('mutations', bytes)].map(([name, entry]) => [name, entry.read().slice()]));
}

function packed(members: Members): Uint8Array {
  const all = [...members].map(([name, content]) => ({ name, size: content.length, pieces: [content] }));
  return new Uint8Array(Buffer.concat([...writeZip(all)]));
}

/** Places of values in a config. */
function places(value: unknown, path: (string | number)[] = []): (string | number)[][] {
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  return [...(path.length > 0 ? [path] : []), ...entries.flatMap(([key, item]) => places(item, [...path, key]))];
}

const ODD: readonly unknown[] = [
  null,
  true,
  -1,
  0,
  1e9,
  2.5,
  '',
  '__proto__',
  'constructor',
  'Dense',
  [],
  [[]],
  {},
  { class_name: 'Dense', config: {} },
];

function editConfig(members: Members, pick: (n: number) => number): void {
  const config: unknown = JSON.parse(Buffer.from(members.get('config.json') as Uint8Array).toString());
  for (let i = pick(2); i >= 0; i--) {
    const all = places(config);
    const path = all[pick(all.length)] as (string | number)[];
    const parent = path.slice(0, -1).reduce<unknown>((node, key) => Reflect.get(node as object, key), config) as object;
    const key = path.at(-1) as string;
    if (pick(4) === 0) Reflect.deleteProperty(parent, key);
    else Reflect.set(parent, key, ODD[pick(ODD.length)]);
  }
  members.set('config.json', new TextEncoder().encode(JSON.stringify(config)));
}

/** Whether the archive still says what it was: such a file must be refused, or give the same weights. */
export interface Mutation {
  readonly kind: string;
  readonly bytes: Uint8Array;
  readonly isSealed: boolean;
}

/** The change that a seed decides. */
export function mutate(original: Uint8Array, seed: number): Mutation {
  const pick = randomOf(seed);
  const bytes = original.slice();
  switch (pick(6)) {
    case 0:
      for (let i = pick(3); i >= 0; i--) {
        const at = pick(bytes.length);
        bytes[at] = (bytes[at] as number) ^ (1 << pick(8));
      }
      return { kind: 'bits of the archive', bytes, isSealed: true };
    case 1:
      return { kind: 'the end cut off', bytes: bytes.subarray(0, pick(bytes.length)), isSealed: true };
    case 2: {
      const [from, to, size] = [pick(bytes.length), pick(bytes.length), pick(400)];
      bytes.copyWithin(to, from, from + size);
      return { kind: 'a part in another place', bytes, isSealed: true };
    }
    default:
      return inside(original, pick);
  }
}

/** Changes inside of members, whose checksums then are right. */
function inside(original: Uint8Array, pick: (n: number) => number): Mutation {
  const members = membersOf(original);
  const choice = pick(4);
  if (choice === 0) {
    const names = [...members.keys()];
    const [a, b] = [names[pick(names.length)] as string, names[pick(names.length)] as string];
    const content = members.get(a) as Uint8Array;
    members.set(a, members.get(b) as Uint8Array);
    members.set(b, content);
  } else if (choice === 1) {
    const weights = members.get('model.weights.h5') as Uint8Array;
    for (let i = pick(3); i >= 0; i--) weights[pick(weights.length)] = pick(256);
  } else editConfig(members, pick);
  const kind = ['members swapped', 'bytes of the weights', 'the config'][Math.min(choice, 2)] as string;
  return { kind, bytes: packed(members), isSealed: false };
}
