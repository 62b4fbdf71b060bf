/** The strict reader of HDF5: goes through all objects of a file once, and believes nothing that it can check. */
import { readAttributes } from './attributes';
import { readDataset, type Shared } from './dataset';
import { GlobalHeap } from './globalHeap';
import { readLinks } from './links';
import { ObjectHeader } from './objectHeader';
import type { Source } from './source';
import { type NodeSizes, readSuperblock } from './superblock';
import type { CachedTable } from './symbolTable';
import type { H5Dataset, H5Group } from './tree';

/** Groups in groups. */
const DEEPEST = 256;
const DEFAULT_MAX_BYTES = 2 ** 32;

/** How a file is read. */
export interface ReadHdf5Options {
  /** Name of the file, in messages. Default: `HDF5 file` */
  name?: string;
  /** Most bytes that the elements of all arrays may take in memory. Default: 4 GiB, or twice the file if that is more */
  maxBytes?: number;
}

/**
 * Reads an HDF5 file: groups, attributes, and arrays whose elements are read when they are asked for. Knows what Keras and
 * h5py write: numbers, booleans and strings, contiguous, compact or in chunks (gzip, shuffle, fletcher32), in files of
 * superblocks 0 to 3.
 *
 * Files of strangers are safe: sizes are compared with what is stored before memory is taken, no two structures share
 * bytes, and nothing outside of the file is looked for (links to other names and files, external and virtual data).
 *
 * @throws ValueError naming the file, the object, the byte and what should be there, for anything else
 * @see https://support.hdfgroup.org/documentation/hdf5/latest/_f_m_t3.html
 */
export function readHdf5(bytes: Uint8Array, { name = 'HDF5 file', maxBytes }: ReadHdf5Options = {}): H5Group {
  const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength); // a Buffer's slices are views
  const { source, sizes, root, cached, extension } = readSuperblock(name, plain);
  if (extension !== undefined) readExtension(source, extension, sizes);
  const shared = {
    source,
    sizes,
    strings: new GlobalHeap(source),
    maxBytes: maxBytes ?? Math.max(DEFAULT_MAX_BYTES, 2 * bytes.length),
    bytes: 0,
    objects: new Map<number, Named>(),
  };
  const group = readObject(shared, { path: '', at: root, depth: 0, ...(cached && { cached }) });
  if (group.kind !== 'group') source.fail(root, 'a group', 'an array');
  source.checkExtents();
  return group as H5Group;
}

/** Sizes of nodes may be others than usual. */
function readExtension(source: Source, at: number, sizes: NodeSizes): void {
  const message = new ObjectHeader(source, at).find('nodeSizes');
  if (message === undefined) return;
  message.oneOf([0], 'version');
  for (const kind of ['chunk', 'group', 'leaf'] as const) {
    sizes[kind] = message.u16() || message.fail('room in the nodes of an index', '0');
  }
}

/** An object that was found under a name: an array may have others, `names` of them. */
interface Named {
  readonly dataset?: H5Dataset;
  names: number;
}

interface Place {
  readonly path: string;
  readonly at: number;
  readonly depth: number;
  readonly cached?: CachedTable;
}

function readObject(shared: Shared & { objects: Map<number, Named> }, place: Place): H5Group | H5Dataset {
  const { source, sizes, strings, objects } = shared;
  const { path, at, depth, cached } = place;
  source.path = path || '/';
  if (depth > DEEPEST) source.fail(at, `groups in groups ${DEEPEST} deep at most`, 'a deeper one');
  const known = objects.get(at);
  if (known) {
    known.names--;
    const isFirst = known.dataset === undefined || known.names < 0;
    return isFirst
      ? source.fail(at, 'an object of its own', 'one that has another name, too')
      : (known.dataset as H5Dataset);
  }
  const header = new ObjectHeader(source, at);
  const links = readLinks(source, sizes, header, cached);
  if (links === undefined) {
    const dataset = readDataset(shared, header);
    objects.set(at, { dataset, names: header.references - 1 });
    return dataset;
  }
  if (header.find('layout')) source.fail(at, 'a group or an array', 'both');
  objects.set(at, { names: 0 });
  const attributes = readAttributes(header, strings);
  const children: H5Group['children'] = new Map();
  for (const link of links) {
    const child = {
      path: `${path}/${link.name}`,
      at: link.at,
      depth: depth + 1,
      ...(link.cached && { cached: link.cached }),
    };
    children.set(link.name, readObject(shared, child));
  }
  return { kind: 'group', attributes, children };
}
