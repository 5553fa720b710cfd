import { crc32, deflateSync, inflateSync } from 'node:zlib';

const SIGNATURE = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);
const MOST_COLOURS = 256;
const PALETTE = 3;
/** Bytes of a pixel by the colour type of the file: RGB and RGBA, as browsers write them. */
const BYTES: Readonly<Record<number, number>> = { 2: 3, 6: 4 };

/**
 * A screenshot in at most 256 colours, which is a fraction of its size: text on paper has few, and the rarer ones of its edges are replaced by the
 * nearest that is kept. Takes 8 bits a channel, not interlaced; transparency is dropped.
 */
export function smallerPng(png: Buffer): Buffer {
  const { width, height, bytes, data } = opened(png);
  const pixels = unfiltered(data, { width, height, bytes });
  const colours = new Map<number, number>();
  for (let at = 0; at < pixels.length; at += bytes) count(colours, colourAt(pixels, at));
  const kept = [...colours].sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, MOST_COLOURS);
  const palette = kept.map(([colour]) => colour);
  const index = new Map(palette.map((colour, place) => [colour, place]));
  const rows = Buffer.alloc(height * (width + 1));
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const colour = colourAt(pixels, (y * width + x) * bytes);
      rows[y * (width + 1) + 1 + x] = index.get(colour) ?? nearest(colour, palette, index);
    }
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, PALETTE], 8);
  const colourTable = Buffer.from(palette.flatMap((colour) => [colour >> 16, (colour >> 8) & 255, colour & 255]));
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', head),
    chunk('PLTE', colourTable),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function opened(png: Buffer): { width: number; height: number; bytes: number; data: Buffer } {
  const parts: Buffer[] = [];
  for (let at = SIGNATURE.length; at < png.length; ) {
    const length = png.readUInt32BE(at);
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT') parts.push(png.subarray(at + 8, at + 8 + length));
    at += length + 12;
  }
  const bytes = BYTES[png[25] ?? 0];
  if (png[24] !== 8 || bytes === undefined || png[28] !== 0) throw new Error('Expected a PNG as browsers write them.');
  return { width: png.readUInt32BE(16), height: png.readUInt32BE(20), bytes, data: inflateSync(Buffer.concat(parts)) };
}

interface Size {
  width: number;
  height: number;
  bytes: number;
}

/** Each row says how it was predicted from the pixels to the left and above. */
function unfiltered(data: Buffer, { width, height, bytes }: Size): Buffer {
  const stride = width * bytes;
  const out = Buffer.alloc(stride * height);
  for (let y = 0; y < height; y++) {
    const filter = data[y * (stride + 1)] ?? 0;
    for (let x = 0; x < stride; x++) {
      const at = y * stride + x;
      const left = x < bytes ? 0 : (out[at - bytes] ?? 0);
      const up = y === 0 ? 0 : (out[at - stride] ?? 0);
      const corner = x < bytes || y === 0 ? 0 : (out[at - stride - bytes] ?? 0);
      out[at] = (data[y * (stride + 1) + 1 + x] ?? 0) + predicted(filter, { left, up, corner });
    }
  }
  return out;
}

function predicted(filter: number, { left, up, corner }: { left: number; up: number; corner: number }): number {
  if (filter === 0) return 0;
  if (filter === 1) return left;
  if (filter === 2) return up;
  if (filter === 3) return (left + up) >> 1;
  const guess = left + up - corner;
  const [toLeft, toUp, toCorner] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)];
  if (toLeft <= toUp && toLeft <= toCorner) return left;
  return toUp <= toCorner ? up : corner;
}

function colourAt(pixels: Buffer, at: number): number {
  return ((pixels[at] ?? 0) << 16) | ((pixels[at + 1] ?? 0) << 8) | (pixels[at + 2] ?? 0);
}

function count(counts: Map<number, number>, colour: number): void {
  counts.set(colour, (counts.get(colour) ?? 0) + 1);
}

function nearest(colour: number, palette: readonly number[], index: Map<number, number>): number {
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  palette.forEach((one, place) => {
    const away =
      ((one >> 16) - (colour >> 16)) ** 2 +
      (((one >> 8) & 255) - ((colour >> 8) & 255)) ** 2 +
      ((one & 255) - (colour & 255)) ** 2;
    if (away < least) [best, least] = [place, away];
  });
  index.set(colour, best);
  return best;
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}
