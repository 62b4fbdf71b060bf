/** What readers and writers of zip archives both know. */

/** Records: their signatures, and lengths without names and what else varies. */
export const LOCAL = { signature: 0x04034b50, length: 30 };
export const DESCRIPTOR = { signature: 0x08074b50, length: 16 };
export const DIRECTORY = { signature: 0x02014b50, length: 46 };
export const END = { signature: 0x06054b50, length: 22 };
export const END64 = { signature: 0x06064b50, length: 56 };
export const LOCATOR64 = { signature: 0x07064b50, length: 20 };

/** Stand in a field of 16 or 32 bits whose value is given in 64 bits elsewhere. */
export const ELSEWHERE16 = 0xffff;
export const ELSEWHERE32 = 0xffffffff;

/** Methods. */
export const STORED = 0;
export const DEFLATED = 8;

/** What is wrong with a name that would not be that of a file in a folder; `undefined` where nothing is. */
export function nameProblem(name: string): string | undefined {
  if (name === '') return 'no name';
  if (name.includes('\0')) return 'with a zero';
  if (/^([/\\]|[a-z]:)/i.test(name)) return 'an absolute path';
  return name.split(/[/\\]/).includes('..') ? 'which leads out of the folder' : undefined;
}
