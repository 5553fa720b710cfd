import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = join(import.meta.dirname, 'assets');

export interface Asset {
  type: string;
  text: string;
}

export function assetIn(folder: string, file: string, type: string): Asset {
  return { type, text: readFileSync(join(folder, file), 'utf8') };
}

/** The page's files by their path below /claim, read once: they are the same for everybody. */
export function pageAssets(): [path: string, asset: Asset][] {
  return [
    ['/', assetIn(FOLDER, 'page.html', 'text/html; charset=utf-8')],
    ['/page.css', assetIn(FOLDER, 'page.css', 'text/css; charset=utf-8')],
    ['/page.js', assetIn(FOLDER, 'page.js', 'text/javascript; charset=utf-8')],
    ['/countdown.js', assetIn(FOLDER, 'countdown.js', 'text/javascript; charset=utf-8')],
    ['/icon.svg', assetIn(FOLDER, 'icon.svg', 'image/svg+xml')],
  ];
}
