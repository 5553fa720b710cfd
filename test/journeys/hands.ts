/**
 * What a person can do at a Slack client, and nothing else: go somewhere, read, type, press, fill in. A journey is written once against
 * these and driven over the wire and in a browser.
 */
export interface Hands {
  readonly who: string;
  /** `#incidents`, `messages` (the direct message with Rekey) or `home`. */
  goes: (place: string) => Promise<void>;
  /** Opens the thread under the newest message here that says these words and was answered. */
  opensThread: (words: string) => Promise<void>;
  types: (text: string) => Promise<void>;
  /** Waits until one message here (or the open form, or Home) says all of it. */
  sees: (...words: string[]) => Promise<void>;
  /** A button of the form that is open, of Home, or of the newest message here that says `on`. */
  presses: (label: string, on?: string) => Promise<void>;
  /** Presses a button that opens a form with this title; again when nothing opens, as people do. */
  opens: (title: string, button: string, on?: string) => Promise<void>;
  /** Waits for a form that something else opened: a command, a shortcut, the form before it. */
  getsForm: (title: string) => Promise<void>;
  /** By the label of each field: text, the words of one choice, or those of several. */
  fills: (fields: Readonly<Record<string, string | readonly string[]>>) => Promise<void>;
  /** Sends the form off; it is gone or shows something else afterwards. */
  sends: () => Promise<void>;
  closes: () => Promise<void>;
  /** A shortcut of the newest message here that says these words. */
  picks: (shortcut: string, on: string) => Promise<void>;
  reacts: (emoji: string, on: string) => Promise<void>;
}
