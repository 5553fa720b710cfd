import type { Json } from '../json.ts';
import type { StoredFile } from '../state/files.ts';
import type { World } from '../world.ts';

export function fileShape(file: StoredFile, { url, identity }: World): Json {
  const extension = file.name.split('.').at(-1) ?? '';
  return {
    id: file.id,
    name: file.name,
    title: file.title,
    mimetype: file.mimeType,
    filetype: extension,
    pretty_type: extension.toUpperCase(),
    user: identity.botUserId,
    user_team: identity.teamId,
    size: file.bytes.length,
    mode: 'hosted',
    is_external: false,
    ...(file.altText && { alt_txt: file.altText }),
    permalink: `${url()}/files/${file.id}/${encodeURIComponent(file.name)}`,
  };
}
