import { refuse } from '../../base/errors';
import { jpegjs } from '../../host/optional';
import { checkSize, type Img, toMode, type Wanted } from './img';

export function isJpeg(bytes: Buffer): boolean {
  return bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff;
}

/** Reads a JPEG file, baseline or progressive. */
export function decodeJpeg(who: string, file: string, bytes: Buffer, wanted: Wanted): Img {
  checkFrame(file, bytes, wanted.maxPixels);
  const { decode } = jpegjs(who);
  try {
    const options = {
      useTArray: true,
      formatAsRGBA: false,
      tolerantDecoding: false,
      maxResolutionInMP: 90,
      maxMemoryUsageInMB: 2048,
    };
    const { width, height, data } = decode(bytes, options);
    return toMode({ mode: 'RGB', width, height, data }, wanted.mode);
  } catch (error) {
    return refuse(file, 0, 'an intact JPEG picture', (error as Error).message ?? String(error));
  }
}

/** Finds the header of the picture and checks its size. */
function checkFrame(file: string, bytes: Buffer, maxPixels: number): void {
  for (let at = 2; at + 9 < bytes.length; ) {
    const marker = bytes[at + 1] as number;
    if (bytes[at] !== 0xff) break;
    if (marker === 0xff) {
      at++; // a filler
    } else if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      checkSize(file, at + 5, bytes.readUInt16BE(at + 7), bytes.readUInt16BE(at + 5), maxPixels);
      return;
    } else if (marker === 0xda) {
      break;
    } else {
      at += 2 + bytes.readUInt16BE(at + 2);
    }
  }
  refuse(file, 2, 'the header of a JPEG picture (SOF) from here on', 'none');
}

export function encodeJpeg(who: string, img: Img, quality: number): Uint8Array {
  const { width, height, data } = toMode(img, 'RGBA');
  return new Uint8Array(jpegjs(who).encode({ width, height, data }, quality).data);
}
