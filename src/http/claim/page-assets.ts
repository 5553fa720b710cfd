import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = join(import.meta.dirname, 'assets');

interface Asset {
  type: string;
  text: string;
}

/** The page's files by their path below /claim, read once: they are the same for everybody. */
export function pageAssets(): [path: string, asset: Asset][] {
  const asset = (file: string, type: string): Asset => ({ type, text: readFileSync(join(FOLDER, file), 'utf8') });
  return [
    ['/', asset('page.html', 'text/html; charset=utf-8')],
    ['/page.css', asset('page.css', 'text/css; charset=utf-8')],
    ['/page.js', asset('page.js', 'text/javascript; charset=utf-8')],
    ['/countdown.js', asset('countdown.js', 'text/javascript; charset=utf-8')],
    ['/icon.svg', asset('icon.svg', 'image/svg+xml')],
  ];
}
