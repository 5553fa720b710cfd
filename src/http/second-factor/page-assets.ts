import { join } from 'node:path';
import { type Asset, assetIn, pageAssets } from '../claim/page-assets.ts';

const FOLDER = join(import.meta.dirname, 'assets');

/** The page's files by their path below /second-factor; it looks like the claim page and shares its style and its icon. */
export function secondFactorAssets(): [path: string, asset: Asset][] {
  const shared = pageAssets().filter(([path]) => path === '/page.css' || path === '/icon.svg');
  return [
    ['/', assetIn(FOLDER, 'page.html', 'text/html; charset=utf-8')],
    ['/second-factor.css', assetIn(FOLDER, 'second-factor.css', 'text/css; charset=utf-8')],
    ['/page.js', assetIn(FOLDER, 'page.js', 'text/javascript; charset=utf-8')],
    ...shared,
  ];
}
