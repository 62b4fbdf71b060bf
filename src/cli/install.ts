/**
 * Installs the native TensorFlow library for tfjs-node, from the package indexes of Python and npm alone.
 *
 * The wheel of TensorFlow holds the C library; the addon is compiled against it. Both go into a per-user cache, each
 * built aside and renamed into place, and from there into `node_modules`.
 */
import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  ADDON_PATH,
  type AddonParts,
  compileAddon,
  findCompiler,
  LIBRARY_PATH,
  NAPI_VERSION,
  placeLibraries,
  replaceFile,
  tryAddon,
} from './addon';
import { cacheDirectory, platformName, TENSORFLOW_VERSION, TFJS_NODE_VERSION, type Wheel, wheelFor } from './platform';
import { InstallError, withCleanUp } from './process';
import type { Progress } from './progress';
import { makeScratch, publish, removeAbandoned } from './scratch';
import { fetchWheel } from './wheel';

/** What does the slow work; tests put their own in its place. */
export interface Tools {
  fetchWheel(wheel: Wheel, directory: string, progress: Progress): Promise<void>;
  findCompiler(): Promise<string>;
  compileAddon(parts: AddonParts, directory: string, progress: Progress): Promise<void>;
  tryAddon(addon: string): Promise<void>;
}

/** Counts changes of how the addon is compiled, so that a cached one is not taken for the new one. */
const ADDON_REVISION = 1;
const STAMP_PATH = join(dirname(ADDON_PATH), 'keras-ts.json');
const TOOLS: Tools = { fetchWheel, findCompiler, compileAddon, tryAddon };

/**
 * Puts library and addon into a tfjs-node package, making in the cache what is not there yet.
 *
 * @throws InstallError naming what is missing
 */
export async function installInto(
  tfjsNode: string,
  progress: Progress,
  { cache = cacheDirectory(), platform = platformName(), tools = TOOLS } = {},
): Promise<void> {
  const wheel = wheelFor(platform);
  if (wheel === undefined) {
    throw new InstallError(`TensorFlow ${TENSORFLOW_VERSION} has no C library for ${platform}`, 'Nothing can be done.');
  }
  const library = join(cache, `tensorflow-${TENSORFLOW_VERSION}-${platform}`);
  const addonName = `addon-${TFJS_NODE_VERSION}-${ADDON_REVISION}-napi${NAPI_VERSION}-tensorflow`;
  const addon = join(cache, `${addonName}-${TENSORFLOW_VERSION}-${platform}`);
  removeAbandoned(cache);
  if (!existsSync(addon)) await tools.findCompiler(); // before the large download
  await make(cache, library, async (scratch) => {
    progress.say(`Installing TensorFlow ${TENSORFLOW_VERSION} for Node.js, once, into ${cache}`);
    await tools.fetchWheel(wheel, scratch, progress);
    return join(scratch, 'tensorflow');
  });
  await make(cache, addon, async (scratch) => {
    await tools.compileAddon({ tfjsNode, library, wheel }, scratch, progress);
    return scratch;
  });
  await place(tfjsNode, library, addon, wheel, tools);
}

/** Notes what is installed where the launcher looks for it: `scripts/keras-ts.js` reads this. */
export function writeStamp(tfjsNode: string, tensorflow: string): void {
  const names = readdirSync(join(tfjsNode, LIBRARY_PATH)).filter((name) => !name.startsWith('.'));
  const libraries = names.map((name) => join(LIBRARY_PATH, name));
  const platform = `${process.platform}-${process.arch}`;
  const stamp = { tensorflow, platform, files: [ADDON_PATH, ...libraries] };
  replaceFile(join(tfjsNode, STAMP_PATH), (path) => writeFileSync(path, `${JSON.stringify(stamp, null, 2)}\n`));
}

/** Makes a directory of the cache unless it is there: in a scratch directory, renamed when finished. */
async function make(cache: string, target: string, build: (scratch: string) => Promise<string>): Promise<void> {
  if (existsSync(target)) return;
  const scratch = makeScratch(cache);
  const remove = (): void => rmSync(scratch, { recursive: true, force: true });
  await withCleanUp(async () => publish(await build(scratch), target), remove);
}

/** Copies the addon and links the libraries into tfjs-node. */
async function place(tfjsNode: string, library: string, addon: string, wheel: Wheel, tools: Tools): Promise<void> {
  const target = join(tfjsNode, ADDON_PATH);
  mkdirSync(dirname(target), { recursive: true });
  placeLibraries(library, wheel, tfjsNode);
  replaceFile(target, (path) => copyFileSync(join(addon, ADDON_PATH), path));
  try {
    await tools.tryAddon(target);
  } catch (error) {
    rmSync(target, { force: true });
    throw error;
  }
  writeStamp(tfjsNode, TENSORFLOW_VERSION);
}
