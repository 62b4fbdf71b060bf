/** Downloads from a server that fails in every way: nothing half-written gets into the cache. */
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { utils } from '../../src';
import type { GetFileOptions } from '../../src/utils';
import { type Loopback, startLoopback } from './loopback';

const CONTENT = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * 7) % 251));
const hashOf = (bytes: Buffer, algorithm = 'sha256'): string => createHash(algorithm).update(bytes).digest('hex');
const serve =
  (content: Buffer, headers = {}): RequestListener =>
  (_, response) =>
    void response.writeHead(200, { 'content-length': content.length, ...headers }).end(content);

/** Seconds that no test takes. */
const LONG = 500;

let server: Loopback;
let cacheDir: string;
let written: string[];

beforeAll(async () => {
  server = await startLoopback();
});
afterAll(() => server.close());

beforeEach(() => {
  cacheDir = mkdtempSync(join(tmpdir(), 'cache-'));
  server.asked.length = 0;
  server.answer = serve(CONTENT);
  written = [];
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    written.push(String(text));
    return true;
  });
});
afterEach(() => {
  jest.restoreAllMocks();
  rmSync(cacheDir, { recursive: true });
});

function get(options: Partial<GetFileOptions> = {}): Promise<string> {
  return utils.getFile({ origin: `${server.origin}data.bin`, cacheDir, timeout: LONG, ...options });
}

/** All files in the cache. */
function cached(): string[] {
  return readdirSync(cacheDir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name);
}

describe('a server that works', () => {
  test('the file is downloaded once, told, checked, and taken from the cache from then on', async () => {
    const fileHash = hashOf(CONTENT);
    const path = await get({ fileHash });
    expect(path).toBe(join(cacheDir, 'datasets', 'data.bin'));
    expect(CONTENT.equals(readFileSync(path))).toBe(true);
    expect(written.join('')).toMatch(
      /^Downloading data from http:\/\/127\.0\.0\.1:\d+\/data\.bin\n300000\/300000 ━{20} \d+s \S+\/step\n$/,
    );
    expect(await get({ fileHash })).toBe(path);
    expect(await get()).toBe(path);
    expect(server.asked).toEqual(['/data.bin']);
    expect(cached()).toEqual(['data.bin']);
  });

  test('a damaged file in the cache is downloaded again, and so is any with forceDownload', async () => {
    mkdirSync(join(cacheDir, 'datasets'));
    writeFileSync(join(cacheDir, 'datasets', 'data.bin'), 'half');
    expect(readFileSync(await get(), 'utf8')).toBe('half');
    expect(CONTENT.equals(readFileSync(await get({ fileHash: hashOf(CONTENT, 'md5') })))).toBe(true);
    expect(written.join('')).toContain('is damaged or of another version: it is downloaded again.');
    await get({ forceDownload: true });
    expect(server.asked).toHaveLength(2);
  });

  test('names, folders, queries, silence', async () => {
    const path = await get({
      fname: 'mine.bin',
      cacheSubdir: 'a/b',
      origin: `${server.origin}x/y.bin?z=/w`,
      verbose: false,
    });
    expect(path).toBe(join(cacheDir, 'a', 'b', 'mine.bin'));
    const { origin } = server;
    expect(await utils.getFile(null, `${origin}x/y.bin?z=/w`, { cacheDir, verbose: false })).toBe(
      join(cacheDir, 'datasets', 'y.bin'),
    );
    expect(written).toEqual([]);
  });

  test('the longest names, folders with dots, absolute folders', async () => {
    const fname = 'a'.repeat(255);
    expect(await get({ fname, cacheSubdir: 'a/../..b' })).toBe(join(cacheDir, '..b', fname));
    expect(await get({ cacheSubdir: join(cacheDir, 'c'), cacheDir: join(cacheDir, 'd') })).toBe(
      join(cacheDir, 'c', 'data.bin'),
    );
    expect(cached().sort()).toEqual([fname, 'data.bin']);
  });

  test('KERAS_HOME', async () => {
    const before = process.env['KERAS_HOME'];
    process.env['KERAS_HOME'] = join(cacheDir, 'home');
    try {
      expect(await get({ cacheDir: null })).toBe(join(cacheDir, 'home', 'datasets', 'data.bin'));
    } finally {
      if (before === undefined) delete process.env['KERAS_HOME'];
      else process.env['KERAS_HOME'] = before;
    }
  });

  test('a length that nobody says, a redirection', async () => {
    server.answer = (request, response) => {
      if (request.url === '/data.bin') response.writeHead(302, { location: '/elsewhere' }).end();
      else response.writeHead(200).end(CONTENT);
    };
    expect(CONTENT.equals(readFileSync(await get({ fileHash: hashOf(CONTENT) })))).toBe(true);
    expect(written.at(-1)).toMatch(/300000\/Unknown/);
  });

  test('two at the same time', async () => {
    const paths = await Promise.all([get(), get(), get()]);
    expect(new Set(paths).size).toBe(1);
    expect(cached()).toEqual(['data.bin']);
  });
});

describe('a server that fails: the error says how, and the cache stays empty', () => {
  /** Calls `body` when the client has read something. */
  const whenRead = (body: () => void): void => {
    const files = readdirSync(cacheDir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const partial = files.find(({ name }) => name !== 'data.bin');
    if (partial && statSync(join(partial.parentPath, partial.name)).size > 0) body();
    else setImmediate(() => whenRead(body));
  };
  const cut: RequestListener = (_, response) => {
    response.writeHead(200, { 'content-length': CONTENT.length });
    response.write(CONTENT.subarray(0, 100_000), () => whenRead(() => response.destroy()));
  };
  const cutUnknown: RequestListener = (_, response) => {
    response.writeHead(200);
    response.write(CONTENT.subarray(0, 100_000), () => whenRead(() => response.destroy()));
  };
  let timers: jest.SpyInstance<unknown, Parameters<typeof setTimeout>>;
  beforeEach(() => {
    timers = jest.spyOn(globalThis, 'setTimeout') as unknown as typeof timers;
  });
  const endWaiting = (): void => timers.mock.calls.find(([, after]) => after === LONG * 1000)?.[0]();
  /** Sends a part, and lets the client's time be over when it has that. */
  const stuck: RequestListener = (_, response) => {
    response.writeHead(200, { 'content-length': CONTENT.length });
    response.write(CONTENT.subarray(0, 1000), () => whenRead(endWaiting));
  };
  const loop: RequestListener = (_, response) => void response.writeHead(302, { location: '/data.bin' }).end();
  const toFile: RequestListener = (_, response) =>
    void response.writeHead(302, { location: 'file:///etc/passwd' }).end();
  const page = serve(Buffer.from('<html>Sign in</html>'), { 'content-type': 'text/html; charset=utf-8' });
  const status =
    (code: number): RequestListener =>
    (_, response) =>
      void response.writeHead(code).end('no');
  const status204: RequestListener = (_, response) => void response.writeHead(204).end();
  const part: RequestListener = (_, response) =>
    void response
      .writeHead(206, { 'content-length': 100, 'content-range': `bytes 0-99/${CONTENT.length}` })
      .end(CONTENT.subarray(0, 100));
  const damaged = Buffer.from(CONTENT);
  damaged[1234] = 0;

  test.each<[string, RequestListener, Partial<GetFileOptions>, RegExp]>([
    ['cut off', cut, {}, /^Error: getFile: the download of http\S+\/data\.bin broke off after \d+ bytes: /],
    [
      'cut off, of unknown length',
      cutUnknown,
      {},
      /^Error: getFile: the download of http\S+ broke off after \d+ bytes: /,
    ],
    [
      'damaged',
      serve(damaged),
      { fileHash: hashOf(CONTENT) },
      /^ValueError: getFile: expected http\S+ with sha256 [0-9a-f]{64}\. Received: [0-9a-f]{64}\. The file is damaged or was changed; nothing of it was kept\.$/,
    ],
    ['of another md5', serve(CONTENT), { fileHash: '0'.repeat(32) }, /with md5 0{32}\. Received: [0-9a-f]{32}\./],
    [
      'silent',
      () => {},
      { timeout: 0.3 },
      /^Error: getFile: the download of http\S+ failed: nothing came for 0\.3 s\.$/,
    ],
    ['stuck', stuck, {}, /broke off after 1000 bytes: nothing came for 500 s\.$/],
    ['404', status(404), {}, /^Error: getFile: the download of http\S+ failed: the server answered 404 Not Found\.$/],
    ['500', status(500), {}, /the server answered 500 Internal Server Error\.$/],
    ['204', status204, {}, /failed: the server answered 204 No Content, not with a whole file\.$/],
    [
      'a part of a file',
      part,
      {},
      /^Error: getFile: .* failed: the server answered 206 Partial Content, not with a whole file\.$/,
    ],
    ['no bytes', serve(Buffer.alloc(0)), {}, /^Error: getFile: .* failed: expected a file\. Received: no bytes\.$/],
    ['no bytes, of unknown length', (_, response) => void response.writeHead(200).end(), {}, /Received: no bytes\.$/],
    [
      'a page in place of the file',
      page,
      {},
      /^Error: getFile: .* failed: expected a file\. Received: a web page \(text\/html; charset=utf-8\)\.$/,
    ],
    ['a circle of redirections', loop, {}, /failed: redirect count exceeded\.$/],
    ['a redirection to a file', toFile, {}, /^Error: getFile: the download of http\S+ failed: .*scheme/],
    [
      'closed at once',
      (request) => void request.socket.destroy(),
      {},
      /^Error: getFile: the download of http\S+ failed: /,
    ],
  ])('%s', async (_, answer, options, message) => {
    server.answer = answer;
    await expect(get(options).catch((error: Error) => Promise.reject(String(error)))).rejects.toMatch(message);
    expect(cached()).toEqual([]);
  });

  test('what was in the cache stays there when a new download fails', async () => {
    const path = await get();
    server.answer = cut;
    await expect(get({ forceDownload: true })).rejects.toThrow('broke off');
    expect(CONTENT.equals(readFileSync(path))).toBe(true);
    expect(cached()).toEqual(['data.bin']);
  });

  test('no server', async () => {
    await expect(get({ origin: 'http://127.0.0.1:9/data.bin' })).rejects.toThrow(
      /getFile: the download of http:\/\/127\.0\.0\.1:9\/data\.bin failed: /,
    );
  });

  test('a cache folder that cannot be made', async () => {
    writeFileSync(join(cacheDir, 'datasets'), 'a file');
    await expect(get()).rejects.toThrow(
      /getFile: the cache folder \S+ cannot be made .*\. Name another with cacheDir or KERAS_HOME\.$/,
    );
    expect(server.asked).toEqual([]);
  });
});

describe('refuses', () => {
  test.each<[string, Partial<GetFileOptions>, string]>([
    [
      'another protocol',
      { origin: 'ftp://example.com/a' },
      "origin must be an http or https address. Received: origin='ftp://example.com/a'.",
    ],
    ['a path as origin', { origin: '/etc/passwd' }, 'origin must be an http or https address.'],
    [
      'a name with folders',
      { fname: '../a' },
      "fname must be the name of a file, without folders. Received: fname='../a'",
    ],
    ['a name that leads out', { fname: '..' }, 'fname must be the name of a file'],
    ['no name at all', { origin: 'http://127.0.0.1/' }, "Received: fname='', origin='http://127.0.0.1/'."],
    [
      'a hash of another length',
      { fileHash: 'abc' },
      "fileHash must be 64 (sha256) or 32 (md5) hexadecimal digits, fitting hashAlgorithm. Received: fileHash='abc'",
    ],
    ['a hash of another kind', { fileHash: '0'.repeat(64), hashAlgorithm: 'md5' }, "hashAlgorithm='md5'."],
    ['a timeout of 0', { timeout: 0 }, 'timeout must be seconds above 0. Received: timeout=0.'],
    [
      'a folder that leads out',
      { cacheSubdir: '../..' },
      "getFile: cacheSubdir must be a folder below the cache folder, or an absolute path. Received: cacheSubdir='../..'.",
    ],
    ['a folder that leads out in the end', { cacheSubdir: 'a/../../b' }, "Received: cacheSubdir='a/../../b'."],
    ['a folder that is none', { cacheSubdir: 3 as never }, 'Received: cacheSubdir=3.'],
    [
      'a name that is too long',
      { fname: 'ä'.repeat(128) },
      `getFile: fname must have at most 255 bytes. Received: 256 bytes that begin with '${'ä'.repeat(40)}'. Give a shorter`,
    ],
    ['a name that is too long in the address', { origin: `http://127.0.0.1:9/${'a'.repeat(256)}` }, '256 bytes that'],
    ['extract', { extract: true } as never, "getFile: unknown argument 'extract'"],
  ])('%s', async (_, options, message) => {
    await expect(get(options)).rejects.toThrow(message);
    expect(server.asked).toEqual([]);
    expect(existsSync(join(cacheDir, 'datasets'))).toBe(false);
  });
});
