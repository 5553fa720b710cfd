import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { initWasm, Resvg } from '@resvg/resvg-wasm';
import type { Chart } from './chart.ts';
import { chartSvg } from './svg.ts';

let ready: Promise<Uint8Array> | null = null;

/** The chart as a PNG, for workspaces whose Slack cannot draw it. Made by WebAssembly with a font of its own: nothing of the machine is asked. */
export async function chartPng(chart: Chart): Promise<Uint8Array> {
  ready ??= load();
  const font = await ready;
  const picture = new Resvg(chartSvg(chart), {
    font: { fontBuffers: [font], defaultFontFamily: 'DejaVu Sans', loadSystemFonts: false },
  });
  try {
    return picture.render().asPng();
  } finally {
    picture.free();
  }
}

async function load(): Promise<Uint8Array> {
  const { resolve } = createRequire(import.meta.url);
  await initWasm(readFile(resolve('@resvg/resvg-wasm/index_bg.wasm')));
  return readFile(resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf'));
}
