/**
 * Where in Slack somebody asked for something: a channel, and the first message of the thread when it was said in one. Null: somewhere without
 * a channel, such as App Home.
 */
export interface AskedIn {
  channel: string | null;
  thread: string | null;
}
