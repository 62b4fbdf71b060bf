/** Picture files that are cut off, damaged or made to do harm: each is refused, quickly and with little memory. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import { utils } from '../../src';

const fixture = JSON.parse(readFileSync(join(__dirname, '..', 'fixtures', 'images.json'), 'utf8')) as {
  files: { name: string; file: string }[];
};
const fileOf = (name: string): Buffer =>
  Buffer.from(fixture.files.find((file) => file.name === name)?.file as string, 'base64');

async function refusal(bytes: Uint8Array): Promise<string> {
  return utils.loadImg(new Uint8Array(bytes)).then(
    () => 'read',
    (error: Error) => `${error.name}: ${error.message}`,
  );
}

function patched(name: string, at: number, ...bytes: number[]): Buffer {
  const copy = Buffer.from(fileOf(name));
  copy.set(bytes, at);
  return copy;
}

function chunk(name: string, content: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(name), content]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(content.length);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}

function png(width: number, height: number, interlace: number, data: Buffer): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width);
  header.writeUInt32BE(height, 4);
  header.set([8, 0, 0, 0, interlace], 8);
  const chunks = [chunk('IHDR', header), chunk('IDAT', deflateSync(data)), chunk('IEND', Buffer.alloc(0))];
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), ...chunks]);
}

const LARGE = '65535 x 65535';
const TOO_LARGE = 'expected a width and height above 0, with at most 50000000 pixels at byte';
const gif = fileOf('palette.gif');
const gifData = 13 + 3 * 2 ** (((gif[10] as number) & 7) + 1) + 10;

test.each<[string, Uint8Array, string]>([
  ['an empty file', Buffer.alloc(0), 'picture: expected a PNG, JPEG, GIF or BMP picture at byte 0. Received: the end.'],
  ['a page', Buffer.from('<!DOCTYPE html>'), "Received: '<!DOCTYP'."],

  [
    'PNG: only the signature',
    fileOf('rgb.png').subarray(0, 8),
    "expected the chunk 'IHDR' at byte 12. Received: the end.",
  ],
  ['PNG: a huge size', png(65535, 65535, 0, Buffer.alloc(9)), `${TOO_LARGE} 16. Received: ${LARGE}.`],
  ['PNG: a width of 0', png(0, 5, 0, Buffer.alloc(9)), `${TOO_LARGE} 16. Received: 0 x 5.`],
  [
    'PNG: cut off',
    fileOf('rgb.png').subarray(0, 90),
    'expected a PNG picture with 112 bytes of pixels from here on, at byte 8.',
  ],
  [
    'PNG: a changed byte',
    patched('rgb.png', 60, 0xee),
    'expected a PNG picture with 112 bytes of pixels from here on, at byte 8. Received: ',
  ],
  [
    'PNG: a wrong checksum',
    patched('rgb.png', fileOf('rgb.png').length - 13, 1),
    'expected an intact PNG picture at byte 8. Received: ',
  ],
  [
    'PNG: too few pixels',
    png(50, 50, 0, Buffer.alloc(9)),
    'with 2550 bytes of pixels from here on, at byte 8. Received: 9 bytes.',
  ],
  ['PNG: a bomb', png(4, 4, 0, Buffer.alloc(2e8)), 'with 20 bytes of pixels from here on, at byte 8. Received: more.'],
  [
    'PNG: an interlaced bomb',
    png(4, 4, 1, Buffer.alloc(2e8)),
    'with 23 bytes of pixels from here on, at byte 8. Received: more.',
  ],
  [
    'PNG: too few interlaced pixels',
    png(50, 50, 1, Buffer.alloc(9)),
    'bytes of pixels from here on, at byte 8. Received: 9 bytes.',
  ],

  [
    'JPEG: only the start',
    fileOf('plain.jpg').subarray(0, 4),
    'expected the header of a JPEG picture (SOF) from here on at byte 2. Received: none.',
  ],
  ['JPEG: cut off', fileOf('plain.jpg').subarray(0, 640), 'expected an intact JPEG picture at byte 0.'],
  ['JPEG: no end', fileOf('plain.jpg').subarray(0, -6), 'expected an intact JPEG picture at byte 0.'],
  [
    'JPEG: a huge size',
    patched('plain.jpg', fileOf('plain.jpg').indexOf('\xff\xc0', 0, 'latin1') + 5, 255, 255, 255, 255),
    `${TOO_LARGE}`,
  ],

  ['GIF: cut off in the header', gif.subarray(0, 10), 'expected more of a GIF file at byte 10. Received: the end.'],
  ['GIF: a huge size', patched('palette.gif', 6, 255, 255, 255, 255), `${TOO_LARGE} 6. Received: ${LARGE}.`],
  ['GIF: a picture outside', patched('palette.gif', gifData - 9, 200), 'expected a picture inside of 5 x 7 at byte'],
  ['GIF: cut off in the picture', gif.subarray(0, gifData + 9), 'expected more codes of a GIF picture at byte'],
  ['GIF: cut off before the picture', gif.subarray(0, gifData), 'expected a code size from 1 to 8 bits'],
  [
    'GIF: no code size',
    patched('palette.gif', gifData, 99),
    `expected a code size from 1 to 8 bits at byte ${gifData}. Received: 99.`,
  ],
  // Clear (16), then 19 where 18 is the first code not yet known: with it omggif 1.0.10 can be made to run for ever.
  ['GIF: an unknown code', patched('palette.gif', gifData, 4, 2, 0b01110000, 0b00000010), 'expected a code below 18'],
  [
    'GIF: no picture',
    Buffer.concat([gif.subarray(0, gifData - 10), Buffer.from(';   ')]),
    'expected a picture or an extension of a GIF file',
  ],
  [
    'GIF: an endless comment',
    Buffer.concat([gif.subarray(0, gifData - 10), Buffer.from([0x21, 0xfe, 255])]),
    'expected more of a GIF file',
  ],

  [
    'BMP: only the start',
    fileOf('rgb.bmp').subarray(0, 30),
    'expected the headers of a BMP file at byte 30. Received: the end.',
  ],
  ['BMP: a huge size', patched('rgb.bmp', 18, 255, 255, 0, 0, 255, 255, 0, 0), `${TOO_LARGE} 18. Received: ${LARGE}.`],
  ['BMP: a negative width', patched('rgb.bmp', 18, 255, 255, 255, 255), `${TOO_LARGE} 18. Received: -1 x 7.`],
  [
    'BMP: an old header',
    patched('rgb.bmp', 14, 12),
    'expected a header of 40 bytes or more at byte 14. Received: 12 bytes.',
  ],
  [
    'BMP: compressed',
    patched('palette.bmp', 30, 1),
    'expected a BMP file that is not compressed at byte 30. Received: compression 1.',
  ],
  [
    'BMP: two bits a pixel',
    patched('palette.bmp', 28, 2),
    'expected 1, 4, 8, 24 or 32 bits a pixel at byte 28. Received: 2.',
  ],
  ['BMP: cut off', fileOf('rgb.bmp').subarray(0, -8), 'as the header says; the data ends at byte'],
  ['BMP: data far outside', patched('rgb.bmp', 10, 255, 255, 255, 127), 'as the header says; the data ends at byte'],
  [
    'BMP: too many colours',
    patched('palette.bmp', 46, 1, 4),
    'expected at most 256 colours at byte 46. Received: 1025.',
  ],
  ['BMP: a colour that is not there', patched('palette.bmp', 46, 1, 0, 0, 0), 'expected one of 1 colours at byte'],
  ['BMP: odd masks', patched('rgba.bmp', 30, 3), 'expected a mask of one byte at byte 54. Received: 0x'],
])('%s', async (_, bytes, message) => {
  const start = process.memoryUsage().rss;
  expect(await refusal(bytes)).toContain(message);
  expect(await refusal(bytes)).toMatch(/^ValueError: picture: expected /);
  expect(process.memoryUsage().rss - start).toBeLessThan(300e6);
});

test('no file, cut anywhere, does more than be refused', async () => {
  for (const name of ['rgb.png', 'palette.gif', 'rgb.bmp', 'palette.bmp', 'plain.jpg']) {
    const whole = fileOf(name);
    for (let end = 0; end < whole.length - 14; end += name.endsWith('jpg') ? 29 : 7) {
      expect(await refusal(whole.subarray(0, end))).toMatch(/^ValueError: picture: expected /);
    }
  }
});

test('no file with a changed byte does more than be refused or read', async () => {
  for (const name of ['rgb.png', 'palette.gif', 'interlaced.gif', 'palette.bmp', 'rgba.bmp', 'plain.jpg']) {
    const length = fileOf(name).length;
    for (let at = 0; at < length; at += name.endsWith('jpg') ? 13 : 3) {
      for (const value of [0, 0xff]) {
        expect(await refusal(patched(name, at, value))).toMatch(/^(read|ValueError: picture: expected .*)$/);
      }
    }
  }
});
