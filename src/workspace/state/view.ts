import type { Json } from '../json.ts';
import type { Block } from './message.ts';

/** What is typed or chosen: text, an option value or id, several of them, or nothing. */
export type FieldValue = string | string[] | number | null;

/** block_id → action_id → what Slack reports for that element (`{ type, value | selected_option | … }`). */
export type ViewState = Record<string, Record<string, Json>>;

/** A modal or a Home tab that one person looks at. */
export interface View {
  id: string;
  person: string;
  type: 'modal' | 'home';
  title?: string;
  submit?: string;
  close?: string;
  callbackId: string;
  externalId: string;
  privateMetadata: string;
  blocks: Block[];
  hash: string;
  rootId: string;
  previousId: string | null;
  clearOnClose: boolean;
  notifyOnClose: boolean;
  state: ViewState;
  /** block_id → sentence, from the last refused submission. */
  errors: Record<string, string>;
}
