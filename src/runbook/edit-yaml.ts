import { parseDocument } from 'yaml';

export interface Edit {
  path: readonly (string | number)[];
  value: unknown;
}

/** The text with values set at these places; comments and the order of everything else stay. */
export function editYaml(text: string, edits: readonly Edit[]): string {
  const document = parseDocument(text, { version: '1.2' });
  for (const { path, value } of edits) document.setIn(path, document.createNode(value));
  return document.toString({ lineWidth: 0, flowCollectionPadding: true });
}
