import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

/** The folder of all pictures, and the list of them. */
export const PICTURES = fileURLToPath(new URL('../../docs/slack/pictures/', import.meta.url));
const LIST = `${PICTURES}pictures.json`;

export const Picture = z.strictObject({
  /** Under docs/slack/pictures/. */
  file: z.string().regex(/^[a-z-]+\/[a-z0-9-]+\.png$/),
  kind: z.enum(['message', 'form', 'answer', 'home']),
  /** The surface, the form, the command with its verb, or `home`. */
  of: z.string().min(1),
  /** When people see it. */
  when: z.string().min(1),
  /** The beginning of what can be read in it, for whoever cannot see it. */
  alt: z.string().min(1),
});
export type Picture = z.infer<typeof Picture>;

export function readPictures(): Picture[] {
  return z.array(Picture).parse(JSON.parse(readFileSync(LIST, 'utf8')));
}

export function writePictures(pictures: readonly Picture[]): void {
  writeFileSync(LIST, `${JSON.stringify(pictures, null, 2)}\n`);
}
