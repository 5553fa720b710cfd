/** What an alarm was about is over: its message says so, and it can be raised anew. */
export type AlarmEvent = { type: 'alarm_ended'; alarm: string; why: string };
