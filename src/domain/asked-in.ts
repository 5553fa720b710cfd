/** Where in Slack somebody asked for something: a channel, and the first message of the thread when it was said in one. */
export interface AskedIn {
  channel: string;
  thread: string | null;
}
