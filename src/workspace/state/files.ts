import type { Changes } from './changes.ts';
import type { Ids } from './ids.ts';

export interface StoredFile {
  id: string;
  name: string;
  title: string;
  altText: string;
  mimeType: string;
  bytes: Buffer;
}

interface Upload {
  id: string;
  name: string;
  altText: string;
  length: number;
  bytes?: Buffer;
}

/** The three steps of an upload: a url is asked for, bytes are sent there, and the upload is completed into a file. */
export interface Files {
  begin(upload: { name: string; altText: string; length: number }): { id: string; ticket: string };
  receive(ticket: string, bytes: Buffer): boolean;
  /** `undefined` when nothing was sent, or not as much as was announced. */
  complete(id: string, title: string | undefined): StoredFile | undefined;
  find(id: string): StoredFile | undefined;
  all(): StoredFile[];
  restore(files: readonly StoredFile[]): void;
}

export function openFiles(ids: Ids, changes: Changes): Files {
  const uploads = new Map<string, Upload>();
  const files = new Map<string, StoredFile>();
  return {
    begin(announced) {
      const ticket = ids.secret();
      const id = ids.next('F');
      uploads.set(ticket, { id, ...announced });
      return { id, ticket };
    },
    receive(ticket, bytes) {
      const upload = uploads.get(ticket);
      if (!upload) return false;
      upload.bytes = bytes;
      return true;
    },
    complete(id, title) {
      const upload = [...uploads.values()].find((each) => each.id === id);
      if (!upload?.bytes || upload.bytes.length !== upload.length) return undefined;
      const { name, altText, bytes } = upload;
      const file = { id, name, title: title ?? name, altText, mimeType: mimeTypeOf(name), bytes };
      files.set(id, file);
      changes.publish({ type: 'file', file });
      return file;
    },
    find: (id) => files.get(id),
    all: () => [...files.values()],
    restore: (stored) => {
      for (const file of stored) files.set(file.id, file);
    },
  };
}

/** Served back to the browser, so only what cannot carry script gets its own type. */
function mimeTypeOf(name: string): string {
  const known: Record<string, string> = {
    png: 'image/png',
    jpg: 'image/jpeg',
    jpeg: 'image/jpeg',
    gif: 'image/gif',
    md: 'text/plain',
    txt: 'text/plain',
    json: 'application/json',
  };
  return known[name.split('.').at(-1)?.toLowerCase() ?? ''] ?? 'application/octet-stream';
}
