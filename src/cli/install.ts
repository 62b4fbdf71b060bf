/**
 * Installs the native TensorFlow library for tfjs-node, from the package indexes of Python and npm alone.
 *
 * The wheel of TensorFlow holds the C library; the addon is compiled against it. Both are made aside in a per-user cache,
 * get their names there once the addon has loaded the library, and go from there into `node_modules`. The cache knows the
 * SHA-256 of what it holds: what is damaged is removed and made again.
 */
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  ADDON_PATH,
  type AddonParts,
  compileAddon,
  findCompiler,
  LIBRARY_PATH,
  NAPI_VERSION,
  placeLibraries,
  tryAddon,
} from './addon';
import { adopt, writeManifest } from './manifest';
import { cacheDirectory, platformName, TENSORFLOW_VERSION, TFJS_NODE_VERSION, type Wheel, wheelFor } from './platform';
import { explainDiskFull, withCleanUp } from './process';
import type { Progress } from './progress';
import { makeScratch, publish, removeAbandoned, removeDamaged, replaceFile } from './scratch';
import { checkWheel, fetchWheel, type WheelSource } from './wheel';

/** What does the slow work; tests put their own in its place. */
export interface Tools {
  fetchWheel(wheel: Wheel, directory: string, progress: Progress, source: WheelSource): Promise<void>;
  findCompiler(scratch?: string): Promise<string>;
  compileAddon(parts: AddonParts, directory: string, progress: Progress): Promise<void>;
  tryAddon(addon: string): Promise<void>;
}

/** What to install from, and where. */
export interface InstallOptions extends WheelSource {
  cache?: string;
  platform?: string;
  wheel?: Wheel;
  /** Whether `node_modules` gets the libraries themselves, rather than links to the cache. */
  copy?: boolean;
  tools?: Tools;
}

/** Counts changes of how the addon is compiled, so that a cached one is not taken for the new one. */
const ADDON_REVISION = 2;
const STAMP_PATH = join(dirname(ADDON_PATH), 'keras-ts.json');
const TOOLS: Tools = { fetchWheel, findCompiler, compileAddon, tryAddon };

/** One installation: what to put where. */
interface Plan {
  tfjsNode: string;
  cache: string;
  /** Folders of the cache. */
  library: string;
  addon: string;
  wheel: Wheel;
  source: WheelSource;
  copy: boolean;
  tools: Tools;
  progress: Progress;
}

/**
 * Puts library and addon into a tfjs-node package, making in the cache what is not there, or not whole.
 *
 * @throws InstallError naming what is missing
 */
export async function installInto(tfjsNode: string, progress: Progress, options: InstallOptions = {}): Promise<void> {
  const { cache = cacheDirectory(), platform = platformName(), copy = false, tools = TOOLS, file, stall } = options;
  const { wheel = wheelFor(platform) } = options;
  const library = join(cache, `tensorflow-${TENSORFLOW_VERSION}-${platform}`);
  const addonName = `addon-${TFJS_NODE_VERSION}-${ADDON_REVISION}-napi${NAPI_VERSION}-tensorflow`;
  const addon = join(cache, `${addonName}-${TENSORFLOW_VERSION}-${platform}`);
  const source = { file, stall };
  const plan: Plan = { tfjsNode, cache, library, addon, wheel, source, copy, tools, progress };
  if (file !== undefined) await checkWheel(file, wheel);
  try {
    await checkCache(plan);
    await fillCache(plan);
  } catch (error) {
    throw explainDiskFull(error, cache);
  }
  try {
    await place(plan);
  } catch (error) {
    throw explainDiskFull(error, tfjsNode);
  }
}

/** Notes what is installed, and its sizes, where `scripts/keras-ts.js` and src/backend/load-native.ts look for it. */
export function writeStamp(tfjsNode: string, tensorflow: string): void {
  const names = readdirSync(join(tfjsNode, LIBRARY_PATH)).filter((name) => !name.startsWith('.'));
  const files = [ADDON_PATH, ...names.map((name) => join(LIBRARY_PATH, name))];
  const sizes = files.map((file) => statSync(join(tfjsNode, file)).size);
  const stamp = { tensorflow, platform: `${process.platform}-${process.arch}`, files, sizes };
  replaceFile(join(tfjsNode, STAMP_PATH), (path) => writeFileSync(path, `${JSON.stringify(stamp, null, 2)}\n`));
}

/** Removes from the cache what was left half-made and what is damaged. */
async function checkCache({ cache, library, addon, wheel, progress }: Plan): Promise<void> {
  removeAbandoned(cache);
  await adopt(library, wheel.libraries);
  for (const folder of [library, addon]) {
    const damage = await removeDamaged(folder);
    if (damage !== undefined) progress.say(`${folder} was damaged (${damage}): it is made again.`);
  }
}

/** Makes what the cache lacks; it gets its name there once the addon has loaded the library. */
async function fillCache(plan: Plan): Promise<void> {
  const { tfjsNode, cache, library, addon, wheel, source, tools, progress } = plan;
  const [lacksLibrary, lacksAddon] = [!existsSync(library), !existsSync(addon)];
  if (!lacksLibrary && !lacksAddon) return;
  const scratch = makeScratch(cache);
  const build = async (): Promise<void> => {
    if (lacksAddon) await tools.findCompiler(scratch); // before the large download
    progress.say(`Installing TensorFlow ${TENSORFLOW_VERSION} for Node.js, once, into ${cache}`);
    if (lacksLibrary) await tools.fetchWheel(wheel, scratch, progress, source);
    const [newLibrary, newAddon] = [join(scratch, 'tensorflow'), join(scratch, 'addon')];
    const usedLibrary = lacksLibrary ? newLibrary : library;
    mkdirSync(newAddon);
    if (lacksAddon) await tools.compileAddon({ tfjsNode, library: usedLibrary, wheel }, newAddon, progress);
    else cpSync(addon, newAddon, { recursive: true });
    placeLibraries(usedLibrary, wheel, newAddon);
    await tools.tryAddon(join(newAddon, ADDON_PATH));
    rmSync(join(newAddon, dirname(LIBRARY_PATH)), { recursive: true });
    if (lacksLibrary) await finish(newLibrary, library);
    if (lacksAddon) await finish(newAddon, addon);
  };
  await withCleanUp(build, () => rmSync(scratch, { recursive: true, force: true }));
}

async function finish(made: string, place: string): Promise<void> {
  await writeManifest(made);
  publish(made, place);
}

/** Copies the addon and links (or copies) the libraries into tfjs-node. */
async function place({ tfjsNode, library, addon, wheel, copy, tools }: Plan): Promise<void> {
  const target = join(tfjsNode, ADDON_PATH);
  mkdirSync(dirname(target), { recursive: true });
  placeLibraries(library, wheel, tfjsNode, copy);
  replaceFile(target, (path) => cpSync(join(addon, ADDON_PATH), path));
  try {
    await tools.tryAddon(target);
  } catch (error) {
    rmSync(target, { force: true });
    throw error;
  }
  writeStamp(tfjsNode, TENSORFLOW_VERSION);
}
